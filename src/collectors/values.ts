import type { SampleBatch } from '../metrics/batch.ts';
import type { FamilyDefinition } from '../metrics/family.ts';
import { type LabelBlock, labelBlock } from '../metrics/labels.ts';

/** The sum of the parts that are known; null when none is. */
export const sumKnown = (parts: Iterable<number | null>): number | null => {
  let sum: number | null = null;
  for (const part of parts) if (part !== null) sum = (sum ?? 0) + part;
  return sum;
};

/** part / whole; null when either is unknown, there is no whole to have a part of, or the figures are beyond all reason. */
export const ratio = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole <= 0 || !Number.isFinite(part / whole) ? null : part / whole;

/** A percentage as a ratio. */
export const fromPercent = (percent: number | null): number | null => (percent === null ? null : percent / 100);

/** 1 for true, 0 for false, null for null. */
export const flag = (value: boolean | null): number | null => (value === null ? null : Number(value));

/** One label's possible values, each with its block made once. */
export class ValueSet<Value extends string> {
  private readonly blocks: ReadonlyMap<Value, LabelBlock>;

  constructor(label: string, values: readonly Value[]) {
    this.blocks = new Map(values.map((value) => [value, labelBlock({ [label]: value })]));
  }

  /** Adds one sample per value: 1 for the current one, 0 for the others. */
  addStates(batch: SampleBatch, family: FamilyDefinition, identity: LabelBlock, current: Value): void {
    for (const [value, block] of this.blocks) batch.add(family, value === current ? 1 : 0, identity, block);
  }

  /** Adds one sample per value, as `valueOf` says; null adds none. */
  addEach(
    batch: SampleBatch,
    family: FamilyDefinition,
    identity: LabelBlock,
    valueOf: (value: Value) => number | null,
  ): void {
    for (const [value, block] of this.blocks) batch.add(family, valueOf(value), identity, block);
  }
}

/** Told of a value that this version does not know: `host.status`, `HIBERNATING`. */
export type UnknownValueReporter = (field: string, value: string) => void;

/** Checks values of an enumeration: those the API is known to have pass in silence, null too. */
export const enumeration = (field: string, values: readonly string[]) => {
  const known = new Set(values);
  return (value: string | null, report: UnknownValueReporter): void => {
    if (value !== null && !known.has(value)) report(field, value);
  };
};
