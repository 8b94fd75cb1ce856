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
  /** How many blocks each sample has, while it is the same for all of them. */
  private each = 0;
  /** For each sample, where its blocks end in `blocks`; null while all have as many. */
  private ends: number[] | null = null;

  get length(): number {
    return this.values.length;
  }

  /** Where the blocks of a sample end in `blocks`, which is where those of the next one begin; `index` may be -1. */
  end(index: number): number {
    return this.ends === null || index < 0 ? (index + 1) * this.each : (this.ends[index] ?? 0);
  }

  push(value: number, first?: LabelBlock, second?: LabelBlock, third?: LabelBlock): void {
    const { blocks, values } = this;
    const begin = blocks.length;
    if (first !== undefined) blocks.push(first);
    if (second !== undefined) blocks.push(second);
    if (third !== undefined) blocks.push(third);
    const count = blocks.length - begin;
    if (values.length === 0) this.each = count;
    else if (this.ends === null && count !== this.each) {
      this.ends = Array.from(values, (_value, index) => (index + 1) * this.each);
    }
    this.ends?.push(blocks.length);
    values.push(value);
  }

  /** Whether every sample has the blocks (the same objects) of the sample at its place in the other family. */
  hasBlocksOf(other: FamilySamples): boolean {
    const { blocks, ends } = this;
    const { blocks: others, ends: otherEnds } = other;
    if (other.length !== this.length || others.length !== blocks.length) return false;
    if (ends === null || otherEnds === null) {
      if (ends !== otherEnds || this.each !== other.each) return false;
    } else for (let at = 0; at < ends.length; at++) if (ends[at] !== otherEnds[at]) return false;
    for (let at = 0; at < blocks.length; at++) if (blocks[at] !== others[at]) return false;
    return true;
  }

  *[Symbol.iterator](): Iterator<Sample> {
    for (const [index, value] of this.values.entries()) {
      yield { blocks: this.blocks.slice(this.end(index - 1), this.end(index)), value };
    }
  }
}

/** What one collector run yields for one tower. The `tower` label is not in the blocks: the snapshot adds it. */
export class SampleBatch {
  readonly families = new Map<FamilyDefinition, FamilySamples>();

  /** Adds a sample with the labels of up to three blocks; null is absent and adds nothing. */
  add(
    family: FamilyDefinition,
    value: number | null,
    first?: LabelBlock,
    second?: LabelBlock,
    third?: LabelBlock,
  ): void {
    if (value === null) return;
    let samples = this.families.get(family);
    if (samples === undefined) {
      samples = new FamilySamples();
      this.families.set(family, samples);
    }
    samples.push(value, first, second, third);
  }
}
