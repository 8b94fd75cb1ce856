import type { Bridge, BridgeTower } from '../bridge/bridge.ts';
import type { AlertConsumer } from '../bridge/poll.ts';
import type { ReceiverStatus } from '../bridge/receiver.ts';
import { createRecoveringBridge } from '../bridge/recovering.ts';
import { createReceiver } from '../bridge/receivers/create.ts';
import { calm, type TowerFacts } from '../bridge/state.ts';
import { StoreError } from '../bridge/store/errors.ts';
import { openStore } from '../bridge/store/sqlite.ts';
import type { Clock, Random } from '../clock.ts';
import type { BridgeConfig, ExporterConfig } from '../config/schema.ts';
import { createFailureLog, type Logger } from '../log.ts';
import type { OwnBridgeMetrics } from '../metrics/bridge-metrics.ts';
import { formatShard, type Shard } from '../sharding.ts';

export interface BridgeUnitOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: OwnBridgeMetrics;
  /** With a function: payloads go there instead of being sent, and the state is kept in memory. */
  readonly dryRun: ((text: string) => void) | null;
  /** How the state is opened; left out: as SQLite in `state_dir`. */
  readonly open?: typeof openStore;
  /** The part of each tower that this bridge forwards alerts of; left out: all of it. */
  readonly shard?: Shard | null;
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
  /** Ends the waiting for a state that cannot be opened yet. */
  private waiting: AbortController | null = null;

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

  /** Whether a bridge is at work; null: none is configured, false: its state cannot be opened yet. */
  isRunning(): boolean | null {
    if (this.running !== null) return true;
    return this.waiting === null ? null : false;
  }

  /** What is out of the ordinary with a tower's polls. */
  facts(tower: string): TowerFacts {
    return this.running?.bridge.facts(tower) ?? calm;
  }

  /**
   * Begins with the configuration's bridge. Where the disk is at fault, the metrics must live on: the state is tried again
   * until it can be opened.
   * @throws (rejects) StoreError for what only an operator can mend, or what a receiver cannot be made for
   */
  async start(config: ExporterConfig): Promise<void> {
    try {
      await this.apply(config);
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.waiting = new AbortController();
      void this.keepTrying(config, error, this.waiting.signal);
    }
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
      this.stopWaiting();
      this.running = null;
      await running?.bridge.stop();
    } else if (running !== null && running.config.state_dir === next.state_dir) {
      await running.bridge.reload({ config: next, towers });
      this.running = { config: next, bridge: running.bridge };
    } else {
      const bridge = this.open(next, towers);
      this.stopWaiting();
      this.running = { config: next, bridge };
      await running?.bridge.stop();
      bridge.start();
    }
    this.options.metrics.retainReceivers(new Set(next?.receivers.map(({ name }) => name)));
  }

  /** Delivers what waits for at most `drain_timeout`, then ends. */
  async stop(): Promise<void> {
    this.stopWaiting();
    await this.running?.bridge.stop();
  }

  private stopWaiting(): void {
    this.waiting?.abort(new Error('the bridge no longer waits for its state'));
    this.waiting = null;
  }

  private async keepTrying(config: ExporterConfig, first: StoreError, signal: AbortSignal): Promise<void> {
    const { clock, logger, metrics } = this.options;
    const failures = createFailureLog({ logger, clock, subject: 'opening the state of the bridge' });
    let problem = first;
    for (;;) {
      failures.failed(problem);
      metrics.stateError(problem.code);
      try {
        await clock.sleep(retryInterval, signal);
        await this.apply(config);
        failures.succeeded();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof StoreError)) throw error;
        problem = error;
      }
    }
  }

  private open(config: BridgeConfig, towers: readonly BridgeTower[]): Bridge {
    const { clock, random, logger, metrics, dryRun, open = openStore, shard = null } = this.options;
    const directory = dryRun === null ? config.state_dir : null;
    return createRecoveringBridge({
      config,
      towers,
      openStore: () => open({ directory, clock, logger }),
      clock,
      random,
      logger,
      metrics,
      dryRun,
      createReceiver,
      // Every shard speaks for itself: one must not resolve what another one says.
      ownLabels: shard === null ? {} : { shard: formatShard(shard) },
    });
  }
}

/** How long until a state that cannot be opened is tried again, milliseconds. */
const retryInterval = 15_000;

/** Whether a later try may mend it without an operator changing the configuration. */
const isPassing = (error: unknown): error is StoreError =>
  error instanceof StoreError && ['full', 'io', 'busy'].includes(error.code);

const bridgeTowers = ({ towers }: ExporterConfig): BridgeTower[] =>
  towers.map(({ name, url, collectors }) => ({ name, url, pollInterval: collectors.alerts.interval }));
