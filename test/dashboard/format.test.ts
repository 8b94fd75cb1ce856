import { describe, expect, it } from 'vitest';
import { formatDuration, formatValue, type Unit } from '../../src/dashboard/format.ts';

describe('figures', () => {
  const cases: readonly (readonly [number | null, Unit, string])[] = [
    [0, 'bytes', '0B'],
    [1, 'bytes', '1.00B'],
    [1023, 'bytes', '1023.00B'],
    [1024, 'bytes', '1.00KiB'],
    [1536, 'bytes', '1.50KiB'],
    [1024 ** 2 - 1, 'bytes', '1.00MiB'],
    [1024 ** 4 * 2.345, 'bytes', '2.35TiB'],
    [1024 ** 7, 'bytes', '1024.00EiB'],
    [-2048, 'bytes', '-2.00KiB'],
    [2048, 'bytes_per_second', '2.00KiB/s'],
    [999, 'hertz', '999.00Hz'],
    [2_400_000_000, 'hertz', '2.40GHz'],
    [0.125, 'ratio', '12.50%'],
    [0, 'ratio', '0.00%'],
    [1.5, 'ratio', '150.00%'],
    [72, 'cores', '72'],
    [null, 'bytes', '–'],
    [Number.NaN, 'ratio', '–'],
  ];
  it.each(cases)('%s in %s is %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });
});

describe('durations', () => {
  it.each([
    [-5, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [125_000, '2m 5s'],
    [3_600_000, '1h'],
    [3_660_000, '1h 1m'],
    [86_400_000 + 7_200_000, '1d 2h'],
    [86_400_000 * 40, '40d'],
  ])('%i ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
