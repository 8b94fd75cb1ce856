import type { AlertConsumer } from '../bridge/poll.ts';
import { createTowerClient, type TowerClient } from '../client/tower-client.ts';
import type { Clock, Random } from '../clock.ts';
import { createTowerRuntime, type TowerRuntime } from '../collectors/runner.ts';
import type { TowerConfig } from '../config/schema.ts';
import type { Logger } from '../log.ts';
import type { ExporterMetrics } from '../metrics/exporter-metrics.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import type { Shard } from '../sharding.ts';

/** What every tower of the exporter shares. */
export interface TowerDeps {
  readonly snapshot: Snapshot;
  readonly metrics: ExporterMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Gets the alerts that were polled; null: nobody does. */
  readonly consumer: AlertConsumer | null;
  /** Minutes east of UTC for alert times without an offset. */
  readonly assumeOffsetMinutes: number;
  /** The part of each tower that is this exporter's; left out: all of it. */
  readonly shard?: Shard | null;
}

/** One configured tower at work: its client and its collectors. */
export interface TowerUnit {
  readonly config: TowerConfig;
  readonly client: TowerClient;
  readonly runtime: TowerRuntime;
  /** Ends the collectors, then the connections. Samples stay in the snapshot. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Builds a tower without starting it; nothing is sent yet.
 * @throws when its certificates or keys cannot be used
 */
export const createTowerUnit = (config: TowerConfig, deps: TowerDeps): TowerUnit => {
  const { snapshot, metrics, clock, random, logger, consumer, assumeOffsetMinutes, shard = null } = deps;
  const client = createTowerClient({ config, clock, random, observer: metrics, logger });
  const runtime = createTowerRuntime({
    config,
    reader: client,
    snapshot,
    metrics,
    clock,
    random,
    logger,
    consumer,
    assumeOffsetMinutes,
    shard,
  });
  return {
    config,
    client,
    runtime,
    stop: async () => {
      await runtime.stop();
      await client.close();
    },
  };
};
