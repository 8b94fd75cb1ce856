import { afterEach, describe, expect, it } from 'vitest';
import { createScopeCheck } from '../../src/collectors/scope-check.ts';
import { silentLogger } from '../../src/log.ts';
import { owns } from '../../src/sharding.ts';
import { only, type Rig, rig, settings } from './support/runtime.ts';

const started: Rig[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ runtime }) => runtime.stop()));
});

const there = [
  { id: 'c1', name: 'one', datacenters: [{ id: 'dc1', name: 'd' }] },
  { id: 'c2', name: 'two', datacenters: [] },
];

const scoped = (scope: { readonly cluster_ids?: readonly string[]; readonly datacenter_ids?: readonly string[] }) => {
  const config = { ...only('clusters'), scope: { cluster_ids: [], datacenter_ids: [], ...scope } };
  const made = rig({ config });
  made.tower.rows['get-clusters'] = there;
  started.push(made);
  return made;
};

describe('what the scope names and the tower does not have', () => {
  it('is warned of once, by tower, key and id', async () => {
    const { runtime, clock, logs, complaints } = scoped({ cluster_ids: ['c1', 'c9', 'c9', 'c8'] });
    runtime.start();
    await clock.advance(95_000);
    expect(complaints()).toEqual([
      'tower t: scope.cluster_ids names c9, but the tower shows no cluster of this id: nothing is read for it',
      'tower t: scope.cluster_ids names c8, but the tower shows no cluster of this id: nothing is read for it',
    ]);
    expect(logs.find(({ level }) => level === 'warn')?.fields).toEqual({ key: 'scope.cluster_ids', id: 'c9' });
  });

  it('is warned of for datacenters too, beside clusters', async () => {
    const { runtime, clock, complaints } = scoped({ cluster_ids: ['c2', 'c7'], datacenter_ids: ['dc1', 'dc7'] });
    runtime.start();
    await clock.advance(35_000);
    expect(complaints()).toEqual([
      'tower t: scope.cluster_ids names c7, but the tower shows no cluster of this id: nothing is read for it',
      'tower t: scope.datacenter_ids names dc7, but the tower shows no cluster in a datacenter of this id: nothing is read for it',
    ]);
  });

  it('is warned of again only after it was there in between', async () => {
    const { runtime, clock, tower, complaints } = scoped({ cluster_ids: ['c1', 'c2'] });
    const read = async (rows: readonly unknown[]): Promise<number> => {
      tower.rows['get-clusters'] = rows;
      await clock.advance(30_000);
      return complaints().length;
    };
    runtime.start();
    expect(await read(there)).toBe(0);
    expect(await read(there.slice(0, 1))).toBe(1);
    expect(await read(there.slice(0, 1))).toBe(1);
    expect(await read(there)).toBe(1);
    expect(await read(there.slice(0, 1))).toBe(2);
  });

  it('is not known from a list that could not be read', async () => {
    const { runtime, clock, tower, logs } = scoped({ cluster_ids: ['c9'] });
    tower.fail('get-clusters', 'network');
    runtime.start();
    await clock.advance(35_000);
    expect(logs.filter(({ fields }) => 'key' in fields)).toEqual([]);
  });

  it('is no matter where the scope names nothing, or all of it is there', async () => {
    for (const scope of [{}, { cluster_ids: ['c1', 'c2'], datacenter_ids: ['dc1'] }]) {
      const { runtime, clock, complaints } = scoped(scope);
      runtime.start();
      await clock.advance(35_000);
      expect(complaints()).toEqual([]);
    }
  });

  it('is warned of by one shard', () => {
    const scope = { cluster_ids: Array.from({ length: 20 }, (_, at) => `c${at}`), datacenter_ids: ['dc1', 'dc2'] };
    const warned: unknown[] = [];
    for (const index of [1, 2, 3]) {
      const shard = { index, count: 3 };
      const logger = { ...silentLogger, warn: (fields: object) => void warned.push(fields) };
      createScopeCheck({ ...settings(), scope }, shard, logger)([]);
      expect(warned).toContainEqual({ key: 'scope.cluster_ids', id: scope.cluster_ids.find((id) => owns(shard, id)) });
    }
    expect(warned).toHaveLength(22);
  });
});
