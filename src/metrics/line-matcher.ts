import type { FamilySamples } from './batch.ts';

/** So many series that came or went at one place are seen as such; more are rendered anew once. */
const reach = 8;

/** Finds the samples of a family among those it had before, both in order. Blocks are compared as objects. */
export class LineMatcher {
  private readonly before: FamilySamples;
  private readonly samples: FamilySamples;
  /** How much further on in `before` the same series stands, because some have come or gone. */
  private shift = 0;

  constructor(before: FamilySamples, samples: FamilySamples) {
    this.before = before;
    this.samples = samples;
  }

  /** Where the sample stood before with the same value; -1 when it did not. To be asked in order. */
  find(index: number): number {
    let old = index + this.shift;
    if (!this.isSeries(old, index)) {
      const moved = this.search(old, index);
      if (moved === null) return -1;
      this.shift += moved;
      old += moved;
    }
    // 0 and -0 are written differently, and NaN always alike.
    return Object.is(this.before.values[old], this.samples.values[index]) ? old : -1;
  }

  private search(old: number, index: number): number | null {
    for (let distance = 1; distance <= reach; distance++) {
      if (this.isSeries(old + distance, index)) return distance;
      if (this.isSeries(old - distance, index)) return -distance;
    }
    return null;
  }

  private isSeries(old: number, index: number): boolean {
    const { before, samples } = this;
    if (old < 0 || old >= before.length) return false;
    let from = before.end(old - 1);
    const to = before.end(old);
    let other = samples.end(index - 1);
    if (samples.end(index) - other !== to - from) return false;
    for (; from < to; from++, other++) if (before.blocks[from] !== samples.blocks[other]) return false;
    return true;
  }
}
