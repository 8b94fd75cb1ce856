import { describe, expect, it } from 'vitest';
import { sameConfig } from '../../src/config/compare.ts';
import { inlineSecret } from '../../src/config/secret.ts';

describe('sameConfig', () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
    [{ a: [] }, { a: {} }, false],
    [{ a: null }, { a: {} }, false],
    [{ s: inlineSecret('x') }, { s: inlineSecret('x') }, true],
    [{ s: inlineSecret('x') }, { s: inlineSecret('y') }, false],
    [{ s: inlineSecret('x') }, { s: null }, false],
    [{ s: inlineSecret('x') }, { s: {} }, false],
  ])('compares %o with %o: %s', (a, b, same) => {
    expect(sameConfig(a, b)).toBe(same);
    expect(sameConfig(b, a)).toBe(same);
  });
});
