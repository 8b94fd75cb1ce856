import type { FamilyDefinition } from './family.ts';
import type { LabelBlock } from './labels.ts';

/** One sample: the blocks make up its labels, in order. */
export interface Sample {
  readonly blocks: readonly LabelBlock[];
  readonly value: number;
}

/**
 * The samples of one family, kept in columns: half a million samples are three arrays instead of a million small objects.
 * Iterating yields them as `Sample`s.
 */
export class FamilySamples implements Iterable<Sample> {
  readonly values: number[] = [];
  /** The blocks of all samples, one after another. */
  readonly blocks: LabelBlock[] = [];
  /** For each sample, where its blocks end in `blocks`. */
  readonly ends: number[] = [];

  get length(): number {
    return this.values.length;
  }

  push(value: number, blocks: readonly LabelBlock[]): void {
    for (const block of blocks) this.blocks.push(block);
    this.ends.push(this.blocks.length);
    this.values.push(value);
  }

  *[Symbol.iterator](): Iterator<Sample> {
    let from = 0;
    for (const [index, to] of this.ends.entries()) {
      yield { blocks: this.blocks.slice(from, to), value: this.values[index] ?? Number.NaN };
      from = to;
    }
  }
}

/** What one collector run yields for one tower. The `tower` label is not in the blocks: the snapshot adds it. */
export class SampleBatch {
  readonly families = new Map<FamilyDefinition, FamilySamples>();

  /** Adds a sample; null is absent and adds nothing. */
  add(family: FamilyDefinition, value: number | null, ...blocks: readonly LabelBlock[]): void {
    if (value === null) return;
    let samples = this.families.get(family);
    if (samples === undefined) {
      samples = new FamilySamples();
      this.families.set(family, samples);
    }
    samples.push(value, blocks);
  }
}
