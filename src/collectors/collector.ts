import type { SampleBatch } from '../metrics/batch.ts';
import type { CollectorName, FamilyDefinition } from '../metrics/family.ts';
import type { LabelCache } from '../metrics/label-cache.ts';
import { runInSlices } from '../metrics/slices.ts';
import type { InventoryRows, ResourceName } from './resources.ts';
import type { UnknownValueReporter } from './values.ts';

/** What a collector may read during one run. All reads are shared with the other collectors of the tower. */
export interface ReadContext {
  /** Every row of a resource that the collector cannot do without. @throws (rejects) TowerError; the run has failed then. */
  rows<K extends ResourceName>(name: K): Promise<readonly InventoryRows[K][]>;
  /**
   * Rows that only join: when they cannot be read, the last known ones unless they are stale, else null. Never rejects and
   * takes no more than half of the run's time.
   */
  joined<K extends ResourceName>(name: K): Promise<readonly InventoryRows[K][] | null>;
  /**
   * Rows that a tower may be without: null when its version lacks the operation or the user may not read it.
   * @throws (rejects) TowerError on every other failure.
   */
  optional<K extends ResourceName>(name: K): Promise<readonly InventoryRows[K][] | null>;
  /** Whether `rows(name)` costs the tower nothing now: the read is under way or fresh enough. */
  isAtHand(name: ResourceName): boolean;
}

/** What the mapping from objects to samples needs beside the objects. */
export interface SampleContext {
  /** Wall-clock time of the run, milliseconds since the epoch. */
  readonly now: number;
  /** Most series of `cloudtower_alert_start_timestamp_seconds`. */
  readonly maxAlertSeries: number;
  /** Minutes east of UTC for times without an offset. */
  readonly assumeOffsetMinutes: number;
  readonly unknownValue: UnknownValueReporter;
  /** The collector's label blocks for this tower, from one run to the next. */
  readonly labels: LabelCache;
  /** Whether another exporter, the first shard, shows the series of the tower itself; left out: this one does. */
  readonly towerElsewhere?: boolean;
}

/** The samples of one run. Yields between objects, where the work may be interrupted for the sake of the event loop. */
export type SampleWork = Generator<void, SampleBatch>;

/** A collector as its file declares it. */
export interface CollectorDefinition<Data> {
  readonly name: CollectorName;
  /** The families it yields. */
  readonly families: readonly FamilyDefinition[];
  /** Reads what it needs, everything at once so that reads are shared. */
  readonly read: (context: ReadContext) => Promise<Data>;
  /** Objects to samples: pure but for the reports of unknown values. */
  readonly samples: (data: Data, context: SampleContext) => SampleWork;
  /** How many objects of its own it read. */
  readonly objects: (data: Data) => number;
}

export interface Collected {
  readonly batch: SampleBatch;
  readonly objects: number;
}

/** A collector as the runner sees it. */
export interface Collector {
  readonly name: CollectorName;
  readonly families: readonly FamilyDefinition[];
  /** One run. @throws (rejects) what its reads reject with. */
  collect(read: ReadContext, sampleContext: () => SampleContext): Promise<Collected>;
}

/** How long mapping may hold the event loop at a time, in milliseconds. */
const sliceMs = 8;

/** Makes a collector of its definition. The sample context is asked for when the reads are done: its time is theirs. */
export const defineCollector = <Data>(definition: CollectorDefinition<Data>): Collector => ({
  name: definition.name,
  families: definition.families,
  collect: async (read, sampleContext) => {
    const data = await definition.read(read);
    const batch = await runInSlices(definition.samples(data, sampleContext()), sliceMs);
    return { batch, objects: definition.objects(data) };
  },
});

/** Does the work without interruption. */
export const drain = (work: SampleWork): SampleBatch => {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
};
