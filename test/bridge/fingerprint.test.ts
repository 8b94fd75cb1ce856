import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/bridge/fingerprint.ts';

/** FNV-1a 64 as its definition says, in BigInt. */
const reference = (labels: Readonly<Record<string, string>>): string => {
  let hash = 0xcbf29ce484222325n;
  const names = Object.keys(labels).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const bytes = Buffer.concat(
    names.flatMap((name) => [Buffer.from(name), Buffer.of(0xff), Buffer.from(labels[name] ?? ''), Buffer.of(0xff)]),
  );
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
};

describe('fingerprint', () => {
  it.each([
    [{}, 'cbf29ce484222325'],
    [{ alertname: 'A1', cluster: 'c1' }, '5fe7e6ee22c7c47e'],
  ])('of %j is %s', (labels, expected) => {
    expect(fingerprint(labels)).toBe(expected);
  });

  it('does not depend on the order in which labels were added', () => {
    expect(fingerprint({ b: '2', a: '1' })).toBe(fingerprint({ a: '1', b: '2' }));
  });

  it('equals FNV-1a 64 for any labels', () => {
    const labels = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(labels, (set) => fingerprint(set) === reference(set)),
      { numRuns: 500 },
    );
  });
});
