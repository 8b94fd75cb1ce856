import type { AlertConsumer } from '../bridge/poll.ts';
import type { TowerReader } from '../client/reader.ts';
import type { Clock, Random } from '../clock.ts';
import type { Logger } from '../log.ts';
import { LabelCache } from '../metrics/label-cache.ts';
import { evidenceOfError, evidenceOfReading } from './alert-evidence.ts';
import { AlertFeed } from './alert-feed.ts';
import type { Collector, SampleContext } from './collector.ts';
import { collectors } from './collectors.ts';
import { Inventory, type InventoryView } from './inventory.ts';
import { ownsTheRest, type Shard } from '../sharding.ts';
import { createReadContext } from './read-context.ts';
import { RuleNames } from './rule-names.ts';
import { Schedule } from './schedule.ts';
import type { CollectorSettings, TowerSettings } from './settings.ts';
import { type CollectorState, CollectorTask, type RunReport, type SampleSink } from './task.ts';
import { createUnknownValueReporter } from './unknown-values.ts';

export type { CollectorState, RunReport, SampleSink } from './task.ts';
export { collectors } from './collectors.ts';

/** What the exporter's own metrics hear of the collectors. */
export interface RunObserver {
  collectorRun(run: RunReport): void;
  /** A row held a value that this version does not know. */
  unknownEnumValue(tower: string, field: string): void;
}

export interface TowerRuntimeOptions {
  readonly config: TowerSettings;
  readonly reader: TowerReader;
  /** Where the samples go. */
  readonly snapshot: SampleSink;
  readonly metrics: RunObserver;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The bridge; left out: alerts are metrics only. */
  readonly consumer?: AlertConsumer | null;
  /** Minutes east of UTC for times without an offset (default 0). */
  readonly assumeOffsetMinutes?: number;
  /** The part of the tower that is this exporter's; left out: all of it. */
  readonly shard?: Shard | null;
}

/** The collectors of one tower at work. */
export interface TowerRuntime {
  readonly tower: string;
  /** The latest rows of every resource. */
  readonly inventory: InventoryView;
  /** Begins to collect; a second call does nothing. */
  start(): void;
  /** Gives up what is under way and ends. Samples stay where they are; nothing is published any more. Never rejects. */
  stop(): Promise<void>;
  /** Whether every enabled collector has finished a run, well or not. */
  firstRunsDone(): boolean;
  /** Every collector, the disabled ones too, in the catalogue's order. */
  states(): readonly CollectorState[];
  /** Runs every enabled collector once, now; resolves when all have ended and the bridge has the poll. Never rejects. */
  runOnce(): Promise<readonly CollectorState[]>;
}

/**
 * Longest time for one run, milliseconds: its interval, or one request's time where that is longer, less a moment so that a run
 * that is given up has ended when the next is due. Beyond it the run has failed, so that `cloudtower_collector_success` tells of
 * a tower that hangs and not only of one that refuses.
 */
export const runDeadline = ({ interval }: CollectorSettings, timeout: number): number =>
  Math.max(interval, timeout) - Math.min(1000, interval / 20);

/** Spread of the first runs of many towers: a tenth of the shortest interval, at most a second. */
const startDelay = (intervals: readonly number[], random: Random): number =>
  random() * Math.min(1000, ...intervals.map((interval) => interval / 10));

/** Puts the collectors of a tower to work: own interval each, one run at a time, failures kept apart, stale samples withdrawn. */
export const createTowerRuntime = (options: TowerRuntimeOptions): TowerRuntime => {
  const { config, reader, snapshot, metrics, clock, random, consumer = null, shard = null } = options;
  const logger = options.logger.child({ tower: config.name });
  const stopping = new AbortController();
  const rules = new RuleNames({ reader, clock, logger, pageSize: config.page_size, withBoolean: consumer !== null });
  const inventory = new Inventory({ settings: config, reader, rules, clock, shard, logger });
  const unknownValue = createUnknownValueReporter(logger, (field) => metrics.unknownEnumValue(config.name, field));
  const lookupDeadline = runDeadline(config.collectors.alerts, config.timeout);
  const feed =
    consumer === null
      ? null
      : new AlertFeed({
          tower: config.name,
          consumer,
          reader,
          rules,
          clock,
          logger,
          pageSize: config.page_size,
          lookupDeadline,
        });

  const sampleContext = (labels: LabelCache): SampleContext => ({
    now: clock.now(),
    maxAlertSeries: config.collectors.alerts.max_series,
    assumeOffsetMinutes: options.assumeOffsetMinutes ?? 0,
    unknownValue,
    labels,
    towerElsewhere: !ownsTheRest(shard),
  });

  /** The alerts that were read are evidence even when something after the read failed. */
  const feedAlerts = (report: RunReport, error: unknown): void => {
    if (feed === null) return;
    const reading = inventory.latest('alerts');
    const began = clock.monotonic() - report.seconds * 1000;
    if (reading !== null && (report.success || reading.finishedAt >= began)) feed.offer(evidenceOfReading(reading));
    else feed.offer(evidenceOfError(error, report.finishedAtMs, reading?.scope ?? null));
  };

  const createTask = (collector: Collector): CollectorTask => {
    const settings = config.collectors[collector.name];
    const deadline = runDeadline(settings, config.timeout);
    const log = logger.child({ collector: collector.name });
    const readContext = createReadContext({
      collector: collector.name,
      inventory,
      joinDeadline: deadline / 2,
      clock,
      logger: log,
    });
    const labels = new LabelCache();
    return new CollectorTask({
      tower: config.name,
      name: collector.name,
      settings,
      deadline,
      collect: (signal) =>
        collector.collect(readContext(signal), () => {
          labels.begin();
          return sampleContext(labels);
        }),
      sink: snapshot,
      onRun: (report, error) => {
        metrics.collectorRun(report);
        if (collector.name === 'alerts') feedAlerts(report, error);
      },
      clock,
      logger: log,
    });
  };

  const tasks = collectors.map(createTask);
  const enabled = tasks.filter((task) => task.settings.enabled);
  let schedule: Schedule | null = null;
  let scheduled: Promise<void> = Promise.resolve();

  const states = (): readonly CollectorState[] =>
    tasks.map((task) => {
      const next = stopping.signal.aborted ? null : (schedule?.nextRun(task) ?? null);
      return task.state(next === null ? null : clock.now() + (next - clock.monotonic()));
    });

  return {
    tower: config.name,
    inventory,
    start: () => {
      if (schedule !== null || stopping.signal.aborted) return;
      const delay = startDelay(
        enabled.map((task) => task.settings.interval),
        random,
      );
      schedule = new Schedule(enabled, clock.monotonic() + delay, stopping.signal, { clock, logger });
      scheduled = schedule.run();
    },
    stop: async () => {
      stopping.abort(new Error('The collectors are stopping'));
      await Promise.all([scheduled, feed?.stop(), ...tasks.map((task) => task.running)]);
    },
    firstRunsDone: () => enabled.every((task) => task.hasRun),
    states,
    runOnce: async () => {
      await Promise.all(enabled.map((task) => task.run(stopping.signal)));
      await feed?.idle();
      return states();
    },
  };
};
