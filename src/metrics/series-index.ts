import type { FamilySamples } from './batch.ts';
import { canonicalLabels } from './labels.ts';

/**
 * Tells, for the samples of one family in order, which ones repeat a series that came before, whatever the order of its labels.
 * An open-addressed table of 64-bit hashes; equal hashes are checked label by label, so nothing is dropped by chance.
 */
export class SeriesIndex {
  private slots = new Int32Array(1024);
  private samples: FamilySamples | null = null;
  private low = new Int32Array(512);
  private high = new Int32Array(512);
  /** Samples that were found to hold no series twice. */
  private distinct: FamilySamples | null = null;

  /**
   * Starts on the samples of another family. False when nothing needs to be added because no series can be there twice: the
   * blocks are, one by one, those of a family found to be free of duplicates: another one (most have one sample an object), or
   * `distinct`.
   */
  start(samples: FamilySamples, distinct: FamilySamples | null): boolean {
    if (this.distinct !== null && samples.hasBlocksOf(this.distinct)) return false;
    if (distinct !== null && samples.hasBlocksOf(distinct)) {
      this.distinct = samples;
      return false;
    }
    this.samples = samples;
    let size = 1024;
    while (size < samples.length * 2) size *= 2;
    if (size > this.slots.length || size * 16 < this.slots.length) {
      this.slots = new Int32Array(size);
      this.low = new Int32Array(size / 2);
      this.high = new Int32Array(size / 2);
    } else this.slots.fill(0);
    return true;
  }

  /** Says that all samples were added and none of them was there already. */
  finishDistinct(): void {
    this.distinct = this.samples;
  }

  /** Forgets the samples it was shown. */
  reset(): void {
    this.samples = null;
    this.distinct = null;
  }

  /** Adds sample `index`, whose blocks are `blocks[from..to)`; false when its series is there already. */
  add(index: number, from: number, to: number): boolean {
    let low = 0;
    let high = 0;
    const blocks = this.samples?.blocks ?? [];
    for (let at = from; at < to; at++) {
      const block = blocks[at];
      if (block === undefined) continue;
      low = (low + block.hashLow) | 0;
      high = (high + block.hashHigh) | 0;
    }
    this.low[index] = low;
    this.high[index] = high;
    const mask = this.slots.length - 1;
    for (let slot = Math.imul(low ^ (high >>> 16), 0x9e3779b1) & mask; ; slot = (slot + 1) & mask) {
      const taken = this.slots[slot] ?? 0;
      if (taken === 0) {
        this.slots[slot] = index + 1;
        return true;
      }
      const other = taken - 1;
      if (this.low[other] === low && this.high[other] === high && this.labels(other) === this.labels(index))
        return false;
    }
  }

  private labels(index: number): string {
    return canonicalLabels(this.samples === null ? '' : sampleLabels(this.samples, index));
  }
}

/** The labels of one sample as escaped text, without `tower`. */
export const sampleLabels = (samples: FamilySamples, index: number): string =>
  samples.blocks
    .slice(samples.end(index - 1), samples.end(index))
    .map((block) => block.text)
    .filter((text) => text !== '')
    .join(',');
