import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleBatch } from '../../src/metrics/batch.ts';
import { familyHeader, formatBound, formatValue } from '../../src/metrics/exposition.ts';
import { labelBlock } from '../../src/metrics/labels.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { parseExposition } from '../support/exposition.ts';
import { makeFamily, textOf } from '../support/metrics.ts';

describe('headers', () => {
  const help = 'A "quoted" \\ back\nslash.';

  it('follow the text format', () => {
    const family = makeFamily({ name: 'a_bytes_total', help, type: 'counter', unit: 'bytes' });
    expect(familyHeader(family, 'text')).toBe(
      '# HELP a_bytes_total A "quoted" \\\\ back\\nslash.\n# TYPE a_bytes_total counter\n',
    );
  });

  it('follow OpenMetrics: no _total on the family, a unit, quotes escaped', () => {
    const family = makeFamily({ name: 'a_bytes_total', help, type: 'counter', unit: 'bytes' });
    expect(familyHeader(family, 'openmetrics')).toBe(
      '# HELP a_bytes A \\"quoted\\" \\\\ back\\nslash.\n# TYPE a_bytes counter\n# UNIT a_bytes bytes\n',
    );
  });

  it('state no unit that the name does not end in', () => {
    const family = makeFamily({ name: 'recovery_bytes_per_second', unit: 'bytes' });
    expect(familyHeader(family, 'openmetrics')).not.toContain('UNIT');
  });
});

describe('numbers', () => {
  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [-0, '-0'],
    [0, '0'],
    [1e308, '1e+308'],
    [2 ** 63, '9223372036854776000'],
    [0.1, '0.1'],
  ])('%s is spelt %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  it.each([
    [1, '1.0'],
    [0.25, '0.25'],
    [14_400, '14400.0'],
    [1e21, '1e+21'],
    [Number.POSITIVE_INFINITY, '+Inf'],
  ])('the bound %s is spelt %s', (bound, text) => {
    expect(formatBound(bound)).toBe(text);
  });
});

describe('a published batch', () => {
  const family = makeFamily({ name: 'thing_bytes', help: 'x', unit: 'bytes' });
  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom('"', '\\', '\n', ',', '{', '}', '=', '\r', '\0', '上', '😀', '\u202e'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
  });
  const value = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.nat(1_000_000).map((n) => n / 1_000_000),
    fc.nat(10_000_000).map((n) => n / 10_000_000),
    fc.constantFrom(
      -0,
      2 ** 53,
      2 ** 63,
      1e16,
      -1e16,
      1e16 - 2,
      99_999_999,
      100_000_000,
      1e8 + 1,
      123_456_789_012,
      5e-324,
      1e308,
    ),
  );

  it('reads back as it was, in both formats, whatever the names and values', async () => {
    const series = fc.uniqueArray(fc.record({ tower: fc.constant('t'), name: hostile, other: hostile, value }), {
      selector: ({ name, other }) => JSON.stringify([name.toWellFormed(), other.toWellFormed()]),
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(series, hostile, async (rows, tower) => {
        const snapshot = new Snapshot({
          onDuplicate: (_family, labels) => {
            throw new Error(`not a duplicate: ${labels}`);
          },
        });
        const batch = new SampleBatch();
        for (const row of rows) {
          batch.add(
            family,
            row.value,
            labelBlock({ name: row.name }),
            labelBlock({}),
            labelBlock({ other: row.other }),
          );
        }
        await snapshot.publish(tower, 'clusters', batch);
        for (const format of ['text', 'openmetrics'] as const) {
          const { samples } = parseExposition(textOf(snapshot.families(), format), format);
          expect(samples).toEqual(
            rows.map((row) => ({
              name: family.name,
              labels: { tower: tower.toWellFormed(), name: row.name.toWellFormed(), other: row.other.toWellFormed() },
              value: row.value,
            })),
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
