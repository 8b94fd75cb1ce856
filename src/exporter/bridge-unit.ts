import { type Bridge, type BridgeTower, createBridge } from '../bridge/bridge.ts';
import type { AlertConsumer } from '../bridge/poll.ts';
import type { ReceiverStatus } from '../bridge/receiver.ts';
import { createReceiver } from '../bridge/receivers/create.ts';
import { openStore } from '../bridge/store/sqlite.ts';
import type { Clock, Random } from '../clock.ts';
import type { BridgeConfig, ExporterConfig } from '../config/schema.ts';
import type { Logger } from '../log.ts';
import type { OwnBridgeMetrics } from '../metrics/bridge-metrics.ts';

export interface BridgeUnitOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: OwnBridgeMetrics;
  /** With a function: payloads go there instead of being sent, and the state is kept in memory. */
  readonly dryRun: ((text: string) => void) | null;
}

interface Running {
  readonly config: BridgeConfig;
  readonly bridge: Bridge;
}

/**
 * The exporter's bridge, which a reload may add, change or take away. The collectors hold on to `consumer`, whatever stands
 * behind it at the moment.
 */
export class BridgeUnit {
  private readonly options: BridgeUnitOptions;
  private running: Running | null = null;

  constructor(options: BridgeUnitOptions) {
    this.options = options;
  }

  /** Where polled alerts go; nowhere while there is no bridge. */
  readonly consumer: AlertConsumer = {
    openAlertIds: (tower) => this.running?.bridge.openAlertIds(tower) ?? [],
    accept: async (poll) => {
      await this.running?.bridge.accept(poll);
    },
  };

  status(): readonly ReceiverStatus[] {
    return this.running?.bridge.status() ?? [];
  }

  /**
   * Puts the configuration's bridge into effect, or changes nothing.
   * @throws (rejects) StoreError, or what a receiver cannot be made for
   */
  async apply(config: ExporterConfig): Promise<void> {
    const { running } = this;
    const next = config.bridge;
    const towers = bridgeTowers(config);
    if (next === null) {
      this.running = null;
      await running?.bridge.stop();
    } else if (running !== null && running.config.state_dir === next.state_dir) {
      await running.bridge.reload({ config: next, towers });
      this.running = { config: next, bridge: running.bridge };
    } else {
      const bridge = this.open(next, towers);
      this.running = { config: next, bridge };
      await running?.bridge.stop();
      bridge.start();
    }
    this.options.metrics.retainReceivers(new Set(next?.receivers.map(({ name }) => name)));
  }

  /** Delivers what waits for at most `drain_timeout`, then ends. */
  async stop(): Promise<void> {
    await this.running?.bridge.stop();
  }

  private open(config: BridgeConfig, towers: readonly BridgeTower[]): Bridge {
    const { clock, random, logger, metrics, dryRun } = this.options;
    const store = openStore({ directory: dryRun === null ? config.state_dir : null, clock, logger });
    try {
      return createBridge({ config, towers, store, clock, random, logger, metrics, dryRun, createReceiver });
    } catch (error) {
      store.close();
      throw error;
    }
  }
}

const bridgeTowers = ({ towers }: ExporterConfig): BridgeTower[] =>
  towers.map(({ name, url, collectors }) => ({ name, url, pollInterval: collectors.alerts.interval }));
