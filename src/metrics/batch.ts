import type { FamilyDefinition } from './family.ts';
import type { LabelBlock } from './labels.ts';

/** One sample: the blocks make up its labels, in order. */
export interface Sample {
  readonly blocks: readonly LabelBlock[];
  readonly value: number;
}

/** What one collector run yields for one tower. The `tower` label is not in the blocks: the snapshot adds it. */
export class SampleBatch {
  readonly families = new Map<FamilyDefinition, Sample[]>();

  /** Adds a sample; null is absent and adds nothing. */
  add(family: FamilyDefinition, value: number | null, ...blocks: readonly LabelBlock[]): void {
    if (value === null) return;
    const samples = this.families.get(family);
    if (samples === undefined) this.families.set(family, [{ blocks, value }]);
    else samples.push({ blocks, value });
  }
}
