import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant, parseTowerTime } from '../../src/time.ts';

const moment = Date.UTC(2025, 9, 30, 8, 57, 9, 123);
const second = Date.UTC(2025, 9, 30, 8, 57, 9);
const now = Date.UTC(2026, 0, 1);

describe('reading a time as a tower writes it', () => {
  it.each([
    ['2025-10-30T08:57:09.123Z', moment],
    ['2025-10-30T08:57:09Z', second],
    ['2025-10-30t08:57:09z', second],
    ['2025-10-30T08:57Z', Date.UTC(2025, 9, 30, 8, 57)],
    ['2025-10-30T08:57:09.1Z', second + 100],
    ['2025-10-30T08:57:09,123Z', moment],
    ['2025-10-30T08:57:09.123456789Z', moment],
    ['2025-10-30T16:57:09.123+08:00', moment],
    ['2025-10-30T16:57:09.123+0800', moment],
    ['2025-10-30T16:57:09.123+08', moment],
    ['2025-10-30T05:27:09.123-03:30', moment],
    ['2025-10-30 08:57:09.123', moment],
    ['2025-10-30 08:57:09.123456 +0000 UTC', moment],
    ['2025-10-30 16:57:09.123 +0800 CST', moment],
    ['2025/10/30 08:57:09', second],
    ['  2025-10-30T08:57:09Z\n', second],
    ['2025-10-30', Date.UTC(2025, 9, 30)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1761814629', second],
    ['1761814629.123', moment],
    ['1761814629123', moment],
    ['1761814629123456', moment],
    ['1761814629123456789', moment],
  ])('%j is read', (text, expected) => {
    expect(parseTowerTime(text, now, { assumeOffsetMinutes: 0 })).toBe(expected);
  });

  it.each([
    null,
    '',
    ' ',
    '0',
    '-1',
    '0.0',
    '1',
    '0001-01-01T00:00:00Z',
    '0001-01-01 00:00:00 +0000 UTC',
    '1970-01-01T00:00:00.000Z',
    '1970-06-01T00:00:00Z',
    '2025-02-30T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-10-30T24:00:00Z',
    '2025-10-30T08:60:00Z',
    '2025-10-30T08:57:09+25:00',
    '2025-10-30Tnoon',
    '2025-10-30T08:57:09Z and more',
    'yesterday',
    'NaN',
    'Infinity',
    '1e99',
    '١٧٦١٨١٤٦٢٩',
    '{"$date":"2025-10-30"}',
  ])('%j is no time', (text) => {
    expect(parseTowerTime(text, now)).toBeNull();
  });

  it('knows nothing of the future, unless it is asked for an instant', () => {
    expect(parseTowerTime('2026-01-01T00:00:00.001Z', now)).toBeNull();
    expect(parseTowerTime('2026-01-01T00:00:00.000Z', now)).toBe(now);
    expect(parseInstant('2031-01-01T00:00:00Z')).toBe(Date.UTC(2031, 0, 1));
  });

  it('assumes the offset it is told where the text has none, and only there', () => {
    const shanghai = { assumeOffsetMinutes: 480 };
    expect(parseTowerTime('2025-10-30 16:57:09.123', now, shanghai)).toBe(moment);
    expect(parseTowerTime('2025-10-30T08:57:09.123Z', now, shanghai)).toBe(moment);
    expect(parseTowerTime('1761814629123', now, shanghai)).toBe(moment);
  });

  it('reads back every ISO time and every epoch number', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1973, 3, 1), max: Date.UTC(2100, 0, 1) }), (ms) => {
        expect(parseInstant(new Date(ms).toISOString())).toBe(ms);
        expect(parseInstant(String(ms))).toBe(ms);
        expect(parseInstant(String(Math.floor(ms / 1000)))).toBe(Math.floor(ms / 1000) * 1000);
      }),
    );
  });

  it('never throws, and never answers 1970 or the future, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseTowerTime(text, now);
        expect(ms === null || (Number.isSafeInteger(ms) && ms >= Date.UTC(1971, 0, 1) && ms <= now)).toBe(true);
      }),
    );
  });
});
