import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replaceSection } from '../../bench/report/document.ts';
import { growthPlot } from '../../bench/report/plot.ts';
import { isMet, ratioOf } from '../../bench/report/row.ts';
import { exponent, median, slope } from '../../bench/report/statistics.ts';
import { benchTable, figure } from '../../bench/report/table.ts';

describe('figures of a benchmark', () => {
  it('finds the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([])).toBeNaN();
  });

  it('finds the exponent of any power law', () => {
    const xs = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 9 });
    const k = fc.double({ min: -2, max: 3, noNaN: true });
    fc.assert(
      fc.property(xs, k, fc.integer({ min: 1, max: 100 }), (xs, k, c) => {
        expect(exponent(xs.map((x) => ({ x, y: c * x ** k })))).toBeCloseTo(k, 6);
      }),
    );
    expect(slope([{ x: 1, y: 1 }])).toBeNaN();
  });

  it('judges a value or a ratio by its goal, and what could not be measured as not met', () => {
    const row = { what: 'w', unit: 'ms', value: 30, reference: { what: 'r', value: 20 } };
    expect(ratioOf(row)).toBe(1.5);
    expect(isMet(row)).toBeNull();
    expect(isMet({ ...row, goal: { of: 'ratio', is: '≤', limit: 1.5 } })).toBe(true);
    expect(isMet({ ...row, goal: { of: 'ratio', is: '≥', limit: 1.6 } })).toBe(false);
    expect(isMet({ ...row, goal: { of: 'value', is: '≤', limit: 29 } })).toBe(false);
    expect(isMet({ ...row, value: Number.NaN, goal: { of: 'value', is: '≤', limit: 29 } })).toBe(false);
    expect(isMet({ what: 'w', unit: 'ms', value: 1, goal: { of: 'ratio', is: '≤', limit: 2 } })).toBe(false);
  });

  it('prints figures of three digits, and large integers in full', () => {
    expect([0.123456, 12.345, 137990, 99.96, 0, Number.NaN].map(figure)).toEqual([
      '0.123',
      '12.3',
      '137 990',
      '100',
      '0',
      '–',
    ]);
  });
});

describe('the pages of a benchmark', () => {
  it('lines up a table and says what was not met', () => {
    const table = benchTable([
      { what: 'a', unit: 'ms', value: 3, goal: { of: 'value', is: '≤', limit: 2 } },
      { what: 'longer', unit: 'ms', value: 1, reference: { what: 'r', value: 4 } },
    ]);
    const lines = table.split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[2]).toContain('**no**');
    expect(lines[3]).toContain('0.25');
  });

  it('replaces one section and nothing else', () => {
    const document = 'a\n<!-- x -->\nold\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n';
    const once = replaceSection(document, 'x', 'new');
    expect(once).toBe('a\n<!-- x -->\nnew\n<!-- /x -->\nb\n<!-- y -->\n<!-- /y -->\n');
    expect(replaceSection(once, 'x', 'new')).toBe(once);
    expect(() => replaceSection(document, 'z', 'new')).toThrow(RangeError);
  });

  it('draws every curve and keeps to the frame', () => {
    const points = [1, 10, 100].map((x) => ({ x, y: 5 * x }));
    const svg = growthPlot(
      [
        { name: 'a <b>', points },
        { name: 'c', points },
      ],
      'series',
    );
    expect(svg.match(/<circle /g)).toHaveLength(6);
    expect(svg).toContain('a &lt;b>');
    expect(svg).not.toContain('NaN');
    for (const [, at] of svg.matchAll(/c[xy]="([^"]+)"/g)) expect(Number(at)).toBeGreaterThanOrEqual(0);
  });
});
