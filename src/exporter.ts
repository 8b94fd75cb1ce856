import type { ReceiverStatus } from './bridge/receiver.ts';
import type { Clock, Random } from './clock.ts';
import type { ExporterConfig } from './config/schema.ts';
import { configWarnings } from './config/warnings.ts';
import { BridgeUnit } from './exporter/bridge-unit.ts';
import { createTowerUnit, type TowerUnit } from './exporter/tower-unit.ts';
import { enabledCollectors, planTowers, retireTowers } from './exporter/towers.ts';
import type { Logger } from './log.ts';
import { ExporterMetrics } from './metrics/exporter-metrics.ts';
import { MetricsPage } from './metrics/page.ts';
import { Snapshot } from './metrics/snapshot.ts';
import { createDashboardRouter } from './dashboard/router.ts';
import type { DashboardSource } from './dashboard/source.ts';
import { type Listening, WebServer } from './server/server.ts';
import { ownsTheRest, type Shard } from './sharding.ts';
import type { WebConfigFile } from './server/web-config-file.ts';
import { revision, version } from './version.ts';

export interface ExporterOptions {
  /** The configuration to begin with. */
  readonly config: ExporterConfig;
  /** Reads it again. @throws ConfigError */
  readonly reload: () => ExporterConfig;
  readonly listenAddress: string;
  readonly telemetryPath: string;
  /** TLS and authentication of the server; null: plain HTTP for everyone. */
  readonly webConfig: WebConfigFile | null;
  /** With a function: the bridge hands it the payloads instead of sending them. */
  readonly dryRun: ((text: string) => void) | null;
  /** The part of each tower that is this exporter's; left out: all of it. */
  readonly shard?: Shard | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The whole exporter: towers, snapshot, server and bridge, put together. */
export class Exporter {
  private readonly options: ExporterOptions;
  private readonly metrics: ExporterMetrics;
  private readonly snapshot: Snapshot;
  private readonly page: MetricsPage;
  private readonly server: WebServer;
  private readonly bridge: BridgeUnit;
  private config: ExporterConfig;
  private units: readonly TowerUnit[] = [];
  /** The start, reloads and the end come one after another. */
  private turn: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(options: ExporterOptions) {
    const { clock, random, logger, dryRun, shard = null } = options;
    this.options = options;
    this.config = options.config;
    this.metrics = new ExporterMetrics({ version, revision, clock, towerSeries: ownsTheRest(shard) });
    this.snapshot = new Snapshot({
      onDuplicate: (family, labels) => {
        this.metrics.duplicateDropped();
        logger.warn({ family: family.name, labels }, 'a series came twice; the second one was left out');
      },
    });
    this.page = new MetricsPage(this.snapshot, () => this.metrics.render());
    this.bridge = new BridgeUnit({ clock, random, logger, metrics: this.metrics.bridge, dryRun, shard });
    this.server = new WebServer({
      page: this.page,
      telemetryPath: options.telemetryPath,
      webConfig: options.webConfig,
      towers: () => this.units.map(({ config }) => config.name),
      missing: () => this.missing(),
      reload: () => this.reload(),
      routes: [createDashboardRouter({ source: this.dashboard(), clock, telemetryPath: options.telemetryPath })],
    });
  }

  /**
   * Builds everything, listens, and begins to collect.
   * @throws (rejects) ListenError, StoreError, or what a tower or receiver cannot be built for; nothing runs then
   */
  start(): Promise<Listening> {
    return this.inTurn(() => this.begin());
  }

  /**
   * Reads the configuration again and puts all of it into effect, or none of it. Towers whose configuration did not change keep
   * running with their data.
   * @throws (rejects) ConfigError, StoreError, or what a tower or receiver cannot be built for; the old configuration stays then
   */
  reload(): Promise<void> {
    const { clock, logger } = this.options;
    return this.inTurn(async () => {
      if (this.stopping) throw new Error('the exporter is stopping');
      try {
        await this.apply(this.options.reload());
      } catch (error) {
        this.metrics.configReload({ success: false, atMs: clock.now() });
        logger.error({ err: error }, 'the configuration was not reloaded; the old one stays');
        throw error;
      }
      this.metrics.configReload({ success: true, atMs: clock.now() });
      this.options.webConfig?.refresh();
    });
  }

  /** Ends everything in order: polling, deliveries (for at most `drain_timeout`), requests in flight. Never rejects. */
  stop(): Promise<void> {
    this.stopping = true;
    return this.inTurn(async () => {
      await Promise.all(this.units.map((unit) => unit.stop()));
      await this.bridge.stop();
      await this.server.close();
    });
  }

  /** The configured towers at work. */
  towers(): readonly TowerUnit[] {
    return this.units;
  }

  /** What the bridge's receivers are doing. */
  receivers(): readonly ReceiverStatus[] {
    return this.bridge.status();
  }

  /** What the exporter waits for until it is ready, one line each; empty once it is. */
  missing(): string[] {
    return this.units.flatMap(({ runtime }) =>
      runtime
        .states()
        .filter((state) => state.enabled && state.lastRun === null)
        .map((state) => `tower ${runtime.tower}: collector ${state.name} has not finished its first run`),
    );
  }

  private dashboard(): DashboardSource {
    return {
      towers: () =>
        this.units.map(({ config, runtime }) => ({
          name: config.name,
          inventory: runtime.inventory,
          assumeOffsetMinutes: this.config.bridge?.assume_timezone ?? 0,
          states: () => runtime.states(),
          facts: () => (this.bridge.isRunning() === true ? this.bridge.facts(config.name) : null),
        })),
      receivers: () => this.receivers(),
      bridgeRunning: () => this.bridge.isRunning(),
    };
  }

  private async begin(): Promise<Listening> {
    const { units } = await planTowers([], this.config.towers, (tower) => this.build(tower, this.config));
    try {
      this.metrics.retainTowers(enabledCollectors(units));
      const listening = await this.server.listen(this.options.listenAddress);
      await this.bridge.start(this.config);
      this.units = units;
      for (const unit of units) unit.runtime.start();
      this.warn();
      return listening;
    } catch (error) {
      await Promise.all(units.map((unit) => unit.stop()));
      await this.server.close();
      throw error;
    }
  }

  private async apply(config: ExporterConfig): Promise<void> {
    const { logger } = this.options;
    const reusable = sameForTowers(config, this.config) ? this.units : [];
    const change = await planTowers(reusable, config.towers, (tower) => this.build(tower, config));
    try {
      await this.bridge.apply(config);
    } catch (error) {
      await Promise.all(change.added.map((unit) => unit.stop()));
      throw error;
    }
    // From here on nothing can fail.
    const removed = this.units.filter((unit) => !change.units.includes(unit));
    this.config = config;
    this.units = change.units;
    this.metrics.retainTowers(enabledCollectors(change.units));
    this.page.retainTowers(new Set(names(change.units)));
    await retireTowers(removed, this.snapshot);
    for (const unit of change.added) unit.runtime.start();
    this.warn();
    logger.info(
      { started: names(change.added), ended: names(removed), unchanged: change.units.length - change.added.length },
      'the configuration was reloaded',
    );
  }

  private warn(): void {
    for (const warning of configWarnings(this.config)) this.options.logger.warn({}, warning);
  }

  private build(tower: ExporterConfig['towers'][number], { bridge }: ExporterConfig): TowerUnit {
    const { clock, random, logger, shard = null } = this.options;
    const { snapshot, metrics } = this;
    return createTowerUnit(tower, {
      snapshot,
      metrics,
      clock,
      random,
      logger,
      consumer: bridge === null ? null : this.bridge.consumer,
      assumeOffsetMinutes: bridge?.assume_timezone ?? 0,
      shard,
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }
}

/** Whether what every tower's collectors take from the rest of the configuration is the same. */
const sameForTowers = (a: ExporterConfig, b: ExporterConfig): boolean =>
  (a.bridge === null) === (b.bridge === null) && a.bridge?.assume_timezone === b.bridge?.assume_timezone;

const names = (units: readonly TowerUnit[]): string[] => units.map((unit) => unit.config.name);
