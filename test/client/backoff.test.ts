import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullJitter } from '../../src/backoff.ts';
import { parseRetryAfter } from '../../src/retry-after.ts';

describe('fullJitter', () => {
  it('spreads over the whole interval, which doubles up to the cap', () => {
    const bounds = { base: 100, cap: 1000 };
    expect([0, 1, 2, 3, 4, 5].map((attempt) => fullJitter(attempt, bounds, () => 0.5))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
    expect(fullJitter(3, bounds, () => 0)).toBe(0);
  });

  it('stays within its bounds for any attempt', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, chance) => {
        const wait = fullJitter(attempt, { base: 10, cap: 60_000 }, () => chance);
        return wait >= 0 && wait < 60_000;
      }),
    );
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');

  it.each([
    ['7', 7000],
    [' 0 ', 0],
    ['99999999999999999999', 60_000],
    ['Sun, 01 Mar 2026 12:00:05 GMT', 5000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['Mon, 02 Mar 2026 12:00:00 GMT', 60_000],
  ])('reads %j', (header, wait) => expect(parseRetryAfter(header, now, 60_000)).toBe(wait));

  it.each([undefined, null, '', 'soon', '-5', '1.5', '0x10', 'Sunday of never'])('does not read %j', (header) =>
    expect(parseRetryAfter(header, now, 60_000)).toBeNull(),
  );
});
