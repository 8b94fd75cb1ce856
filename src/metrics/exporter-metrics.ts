import type { ClientObserver } from '../client/observer.ts';
import { systemClock, type Clock } from '../clock.ts';
import { createBridgeMetrics, type OwnBridgeMetrics } from './bridge-metrics.ts';
import { ownFamilies } from './exporter-catalogue.ts';
import { type Labels, OwnRegistry, type OwnRendering } from './own-registry.ts';

export interface ExporterMetricsOptions {
  /** The exporter's release. */
  readonly version: string;
  /** The source revision it was built from; empty when unknown. */
  readonly revision: string;
  readonly clock?: Clock;
  /** Whether `process_*` and `nodejs_*` are there too (default true). */
  readonly processMetrics?: boolean;
  /** Whether `cloudtower_up` is there (default true): of several shards only the first shows it. */
  readonly towerSeries?: boolean;
}

/** What one run of a collector came to. */
export interface CollectorRun {
  readonly tower: string;
  readonly collector: string;
  readonly success: boolean;
  readonly seconds: number;
  /** Wall-clock time of the end, milliseconds since the epoch. */
  readonly finishedAtMs: number;
  /** How many objects were read; null leaves the last number (a failed run). */
  readonly objects: number | null;
}

/** Seconds: a tower answers small questions in tens of milliseconds and large pages in seconds; 30 s is the usual timeout. */
const requestBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How long a rendering of the own metrics is shown again, in milliseconds. */
const renderInterval = 1000;

interface Rendering {
  /** Monotonic time, milliseconds. */
  readonly at: number;
  result: OwnRendering | null;
  promise: Promise<OwnRendering>;
}

/**
 * The exporter's own metrics. Every method is cheap and none throws for what it is told. Once `retainTowers` has been called,
 * events of other towers (a request that ends after a reload) are not counted any more.
 */
export class ExporterMetrics implements ClientObserver {
  /** What the bridge reports. */
  readonly bridge: OwnBridgeMetrics;
  private readonly clock: Clock;
  private readonly towerSeries: boolean;
  private readonly registry = new OwnRegistry();
  private readonly up = this.registry.gauge(ownFamilies.up);
  private readonly collectorSuccess = this.registry.gauge(ownFamilies.collectorSuccess);
  private readonly collectorDuration = this.registry.gauge(ownFamilies.collectorDuration);
  private readonly collectorLastSuccess = this.registry.gauge(ownFamilies.collectorLastSuccess);
  private readonly collectorObjects = this.registry.gauge(ownFamilies.collectorObjects);
  private readonly apiRequests = this.registry.counter(ownFamilies.apiRequests);
  private readonly apiDuration = this.registry.histogram(ownFamilies.apiRequestDuration, requestBuckets);
  private readonly apiBytes = this.registry.counter(ownFamilies.apiResponseBytes);
  private readonly apiLogins = this.registry.counter(ownFamilies.apiLogins);
  private readonly reloadSuccessful = this.registry.gauge(ownFamilies.reloadSuccessful);
  private readonly reloadSuccessTime = this.registry.gauge(ownFamilies.reloadSuccessTime);
  private readonly duplicates = this.registry.counter(ownFamilies.duplicateSeries);
  private readonly unknownEnums = this.registry.counter(ownFamilies.unknownEnumValues);
  private towers: ReadonlyMap<string, ReadonlySet<string>> | null = null;
  private rendering: Rendering | null = null;

  constructor(options: ExporterMetricsOptions) {
    this.clock = options.clock ?? systemClock;
    this.towerSeries = options.towerSeries ?? true;
    this.bridge = createBridgeMetrics(this.registry);
    const build = { version: options.version, revision: options.revision, node_version: process.version };
    this.registry.gauge(ownFamilies.buildInfo).with(build, (gauge, labels) => gauge.set(labels, 1));
    // A program that runs has read its configuration.
    this.configReload({ success: true, atMs: this.clock.now() });
    if (options.processMetrics !== false) this.registry.addProcessMetrics();
  }

  request(event: Parameters<ClientObserver['request']>[0]): void {
    const { tower, operation, code, seconds, bytes } = event;
    if (!this.knows(tower)) return;
    this.apiRequests.with({ tower, operation, code }, (counter, labels) => counter.inc(labels));
    if (Number.isFinite(seconds)) {
      this.apiDuration.with({ tower, operation }, (histogram, labels) => histogram.observe(labels, seconds));
    }
    if (bytes >= 0 && Number.isFinite(bytes))
      this.apiBytes.with({ tower, operation }, (counter, labels) => counter.inc(labels, bytes));
  }

  login(event: Parameters<ClientObserver['login']>[0]): void {
    const { tower, result } = event;
    if (this.knows(tower)) this.apiLogins.with({ tower, result }, (counter, labels) => counter.inc(labels));
  }

  reachable(event: Parameters<ClientObserver['reachable']>[0]): void {
    const { tower, up } = event;
    if (this.towerSeries && this.knows(tower))
      this.up.with({ tower }, (gauge, labels) => gauge.set(labels, up ? 1 : 0));
  }

  /** Records a finished run. The time of the last success and the number of objects stay as they were when it failed. */
  collectorRun(run: CollectorRun): void {
    const { tower, collector, success, seconds, finishedAtMs, objects } = run;
    if (!this.knows(tower) || this.towers?.get(tower)?.has(collector) === false) return;
    const key: Labels = { tower, collector };
    this.collectorSuccess.with(key, (gauge, labels) => gauge.set(labels, success ? 1 : 0));
    this.collectorDuration.with(key, (gauge, labels) => gauge.set(labels, seconds));
    if (success) this.collectorLastSuccess.with(key, (gauge, labels) => gauge.set(labels, finishedAtMs / 1000));
    if (objects !== null) this.collectorObjects.with(key, (gauge, labels) => gauge.set(labels, objects));
  }

  /** Records that the configuration was read, or could not be. `atMs`: milliseconds since the epoch. */
  configReload(reload: { readonly success: boolean; readonly atMs: number }): void {
    this.reloadSuccessful.with({}, (gauge, labels) => gauge.set(labels, reload.success ? 1 : 0));
    if (reload.success) this.reloadSuccessTime.with({}, (gauge, labels) => gauge.set(labels, reload.atMs / 1000));
  }

  /** Counts a sample that the snapshot left out. */
  duplicateDropped(): void {
    this.duplicates.with({}, (counter, labels) => counter.inc(labels));
  }

  /** Counts a value that this version does not know, read from the named field. */
  unknownEnumValue(tower: string, field: string): void {
    if (this.knows(tower)) this.unknownEnums.with({ tower, field }, (counter, labels) => counter.inc(labels));
  }

  /**
   * Says which towers, each with its enabled collectors, the configuration has: series of others disappear. To be called with
   * the whole of each new configuration before its towers start.
   */
  retainTowers(towers: ReadonlyMap<string, ReadonlySet<string>>): void {
    this.towers = towers;
    const isGone = (labels: Labels): boolean => !this.knows(labels['tower'] ?? '');
    for (const family of [this.up, this.unknownEnums]) family.removeWhere(isGone);
    for (const family of [this.apiRequests, this.apiBytes, this.apiLogins]) family.removeWhere(isGone);
    this.apiDuration.removeWhere(isGone);
    const collectors = [
      this.collectorSuccess,
      this.collectorDuration,
      this.collectorLastSuccess,
      this.collectorObjects,
    ];
    for (const family of collectors) {
      family.removeWhere(({ tower = '', collector = '' }) => towers.get(tower)?.has(collector) !== true);
    }
    this.rendering = null;
  }

  /** The own metrics as they were at most a second ago; at once when they have been rendered since. */
  render(): OwnRendering | Promise<OwnRendering> {
    const now = this.clock.monotonic();
    if (this.rendering === null || now - this.rendering.at >= renderInterval) {
      const rendering: Rendering = { at: now, result: null, promise: this.registry.render() };
      rendering.promise = this.remember(rendering);
      this.rendering = rendering;
    }
    return this.rendering.result ?? this.rendering.promise;
  }

  private async remember(rendering: Rendering): Promise<OwnRendering> {
    rendering.result = await rendering.promise;
    return rendering.result;
  }

  private knows(tower: string): boolean {
    return this.towers === null || this.towers.has(tower);
  }
}
