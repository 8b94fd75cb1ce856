import { expect } from 'vitest';
import { drain, type SampleContext, type SampleWork } from '../../../src/collectors/collector.ts';
import type { SampleBatch } from '../../../src/metrics/batch.ts';
import type { FamilyDefinition } from '../../../src/metrics/family.ts';
import { LabelCache } from '../../../src/metrics/label-cache.ts';

/** 2026-06-01T12:00:00Z */
export const now = Date.UTC(2026, 5, 1, 12);

export interface TestContext extends SampleContext {
  /** Unknown values that were reported, as `field=value`. */
  readonly reported: string[];
}

export const context = (fields: Partial<SampleContext> = {}): TestContext => {
  const reported: string[] = [];
  return {
    now,
    maxAlertSeries: 1000,
    assumeOffsetMinutes: 0,
    unknownValue: (field, value) => void reported.push(`${field}=${value}`),
    labels: new LabelCache(),
    reported,
    ...fields,
  };
};

/** Labels of a text such as `a="x",b="\""`, in order. */
export const labelsOf = (text: string): [string, string][] =>
  [...text.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/gs)].map(([, name = '', value = '']) => [name, value]);

/**
 * One line a series, `name{labels} value`, in order of appearance. Fails where the labels are not those that the family declares
 * (in their order, `tower` aside), where a series comes twice, and where a value is not a number.
 */
export const lines = (batch: SampleBatch): string[] => {
  const found: string[] = [];
  const series = new Set<string>();
  for (const [family, samples] of batch.families) {
    for (const { blocks, value } of samples) {
      const text = blocks.map((block) => block.text).join(',');
      const [, ...declared] = family.labels;
      expect(
        labelsOf(text).map(([name]) => name),
        `labels of ${family.name}`,
      ).toEqual(declared);
      expect(series, 'series come once').not.toContain(`${family.name}{${text}}`);
      expect(value, `value of ${family.name}`).not.toBeNaN();
      series.add(`${family.name}{${text}}`);
      found.push(`${family.name}{${text}} ${value}`);
    }
  }
  return found;
};

export const linesOf = (work: SampleWork): string[] => lines(drain(work));

/** Only the lines of one family, without its name. */
export const seriesOf = (family: FamilyDefinition, work: SampleWork): string[] =>
  linesOf(work)
    .filter((line) => line.startsWith(`${family.name}{`))
    .map((line) => line.slice(family.name.length));
