import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { owns, parseShard, shardOf } from '../../src/sharding.ts';

const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `ck${(at * 7919).toString(36)}0001${at}`);

describe('the shard of a cluster', () => {
  it('is one of the shards, the same for everyone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (id, count) => {
        const owners = Array.from({ length: count }, (_, at) => at + 1).filter((index) => owns({ index, count }, id));
        expect(owners).toEqual([shardOf(id, count)]);
      }),
    );
  });

  it('never changes between releases: two releases side by side must agree', () => {
    expect(ids(12).map((id) => shardOf(id, 5))).toEqual([3, 2, 4, 1, 1, 4, 1, 2, 3, 5, 4, 4]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 12])('moves about 1/%i + 1 of the clusters, and to the new shard only', (count) => {
    const all = ids(3000);
    const moved = all.filter((id) => shardOf(id, count) !== shardOf(id, count + 1));
    expect(moved.every((id) => shardOf(id, count + 1) === count + 1)).toBe(true);
    const share = moved.length / all.length;
    // Five standard deviations of a fair draw.
    const wanted = 1 / (count + 1);
    expect(Math.abs(share - wanted)).toBeLessThan(5 * Math.sqrt((wanted * (1 - wanted)) / all.length));
  });

  it.each([2, 5, 7])('gives each of %i about as much', (count) => {
    const all = ids(3000);
    const sizes = Array.from({ length: count }, (_, at) => all.filter((id) => shardOf(id, count) === at + 1).length);
    const mean = all.length / count;
    for (const size of sizes) expect(Math.abs(size - mean)).toBeLessThan(5 * Math.sqrt(mean));
  });
});

describe('how a shard is written', () => {
  it.each([
    ['1/1', { index: 1, count: 1 }],
    ['2/5', { index: 2, count: 5 }],
    [' 1000/1000 ', { index: 1000, count: 1000 }],
  ])('reads %j', (text, shard) => {
    expect(parseShard(text)).toEqual(shard);
  });

  it.each([
    '',
    '0/5',
    '6/5',
    '2',
    '2/',
    '/5',
    '-1/5',
    '1.5/5',
    '2/5/7',
    '01/5',
    '1/1001',
    '２/５',
    '1e0/5',
    'two of five',
  ])('refuses %j', (text) => {
    expect(parseShard(text)).toBeNull();
  });
});
