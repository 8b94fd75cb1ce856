import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SampleBatch } from '../../src/metrics/batch.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { labelBlock } from '../../src/metrics/labels.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { parseExposition } from '../support/exposition.ts';
import { makeFamily, textOf } from '../support/metrics.ts';

const hosts = makeFamily({ name: 'hosts', collector: 'hosts' });
const disks = makeFamily({ name: 'disks', collector: 'disks' });

type Row = readonly [FamilyDefinition, number | null, Readonly<Record<string, string>>];
const batchOf = (...rows: readonly Row[]): SampleBatch => {
  const batch = new SampleBatch();
  for (const [family, value, labels] of rows) batch.add(family, value, labelBlock(labels));
  return batch;
};
const read = (snapshot: Snapshot, tower?: string): ReturnType<typeof parseExposition> =>
  parseExposition(textOf(snapshot.families(tower)));

/** A batch that takes more than one slice to render. */
const largeBatch = (value: number, count = 5000): SampleBatch => {
  const batch = new SampleBatch();
  for (let i = 0; i < count; i++) batch.add(hosts, value, labelBlock({ host_id: `h${i}` }));
  return batch;
};

describe('publish', () => {
  it('puts a small batch in place at once', () => {
    const snapshot = new Snapshot();
    void snapshot.publish('a', 'hosts', batchOf([hosts, 1, { x: 'y' }]));
    expect(textOf(snapshot.families())).toBe('# HELP hosts Made up.\n# TYPE hosts gauge\nhosts{tower="a",x="y"} 1\n');
  });

  it('replaces what the same collector published before, families that are gone included', async () => {
    const snapshot = new Snapshot();
    await snapshot.publish('a', 'hosts', batchOf([hosts, 1, {}], [disks, 2, {}]));
    await snapshot.publish('a', 'hosts', batchOf([hosts, 3, {}]));
    expect(read(snapshot).samples).toEqual([{ name: 'hosts', labels: { tower: 'a' }, value: 3 }]);
  });

  it('takes null as absent and shows no family without samples', async () => {
    const snapshot = new Snapshot();
    await snapshot.publish('a', 'hosts', batchOf([hosts, null, {}]));
    expect(snapshot.families()).toEqual([]);
  });

  it('keeps one family of several towers and collectors under one header', async () => {
    const snapshot = new Snapshot();
    await snapshot.publish('b', 'hosts', batchOf([hosts, 1, { x: '1' }]));
    await snapshot.publish('b', 'disks', batchOf([disks, 1, {}], [hosts, 2, { x: '2' }]));
    await snapshot.publish('a', 'hosts', batchOf([hosts, 3, { x: '1' }]));
    expect(read(snapshot).samples.map(({ name, labels }) => [name, labels['tower'], labels['x']])).toEqual([
      ['hosts', 'a', '1'],
      ['hosts', 'b', '1'],
      ['hosts', 'b', '2'],
      ['disks', 'b', undefined],
    ]);
    expect(read(snapshot, 'a').samples).toHaveLength(1);
    expect(read(snapshot, 'nobody').samples).toHaveLength(0);
  });

  it('shows nothing half-way: the old samples stay until the new ones are all there', async () => {
    const snapshot = new Snapshot({ sliceMs: 0 });
    await snapshot.publish('a', 'hosts', largeBatch(1));
    const before = textOf(snapshot.families());
    let turns = 0;
    const publishing = snapshot.publish('a', 'hosts', largeBatch(2));
    const done = (async (): Promise<'done'> => {
      await publishing;
      return 'done';
    })();
    const nextTurn = (): Promise<'turn'> => new Promise((resolve) => setImmediate(() => resolve('turn')));
    while ((await Promise.race([done, nextTurn()])) === 'turn') {
      const shown = textOf(snapshot.families());
      if (shown === before) turns++;
      else expect(new Set(parseExposition(shown).samples.map(({ value }) => value))).toEqual(new Set([2]));
    }
    expect(await publishing).toBe(true);
    expect(turns).toBeGreaterThan(5);
  });

  it('lets the event loop run while it renders', async () => {
    const snapshot = new Snapshot({ sliceMs: 0 });
    let turns = 0;
    const count = (): void => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    await snapshot.publish('a', 'hosts', largeBatch(1, 256 * 20));
    clearImmediate(immediate);
    expect(turns).toBeGreaterThanOrEqual(19);
  });

  it('renders to the end under fake time', async () => {
    vi.useFakeTimers();
    try {
      const snapshot = new Snapshot({ sliceMs: 0 });
      expect(await snapshot.publish('a', 'hosts', largeBatch(1))).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets the latest publish win, in the order in which they were asked for', async () => {
    const snapshot = new Snapshot({ sliceMs: 0 });
    const results = await Promise.all([1, 2, 3].map((value) => snapshot.publish('a', 'hosts', largeBatch(value))));
    expect(results).toEqual([false, false, true]);
    expect(new Set(read(snapshot).samples.map(({ value }) => value))).toEqual(new Set([3]));
  });

  it.each([
    ['withdraw', (snapshot: Snapshot) => snapshot.withdraw('a', 'hosts')],
    ['removeTower', (snapshot: Snapshot) => snapshot.removeTower('a')],
  ])('does not come back after %s', async (_name, takeAway) => {
    const snapshot = new Snapshot({ sliceMs: 0 });
    const publishing = snapshot.publish('a', 'hosts', largeBatch(1));
    const queued = snapshot.publish('a', 'disks', batchOf([disks, 1, {}]));
    takeAway(snapshot);
    expect(await publishing).toBe(false);
    await queued;
    expect(read(snapshot).find('hosts')).toEqual([]);
  });

  it('hands a failure to its publisher only', async () => {
    const snapshot = new Snapshot({
      sliceMs: 0,
      onDuplicate: () => {
        throw new Error('the hook failed');
      },
    });
    const failing = snapshot.publish('a', 'hosts', batchOf([hosts, 1, {}], [hosts, 2, {}]));
    const next = snapshot.publish('a', 'disks', batchOf([disks, 1, {}]));
    await expect(failing).rejects.toThrow('the hook failed');
    expect(await next).toBe(true);
    expect(read(snapshot).samples).toHaveLength(1);
  });
});

describe('changes', () => {
  it('are told, and only changes', async () => {
    const snapshot = new Snapshot();
    const listener = vi.fn();
    const stop = snapshot.onChange(listener);
    await snapshot.publish('a', 'hosts', batchOf([hosts, 1, {}]));
    await snapshot.publish('a', 'hosts', batchOf([hosts, 1, {}]));
    expect(listener).toHaveBeenCalledTimes(1);
    snapshot.withdraw('a', 'disks');
    snapshot.removeTower('b');
    expect(listener).toHaveBeenCalledTimes(1);
    snapshot.withdraw('a', 'hosts');
    expect(listener).toHaveBeenCalledTimes(2);
    expect(snapshot.version).toBe(2);
    stop();
    await snapshot.publish('a', 'hosts', batchOf([hosts, 1, {}]));
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('leave unchanged families as they were, piece for piece', async () => {
    const snapshot = new Snapshot();
    await snapshot.publish('a', 'hosts', batchOf([hosts, 1, {}], [disks, 1, {}]));
    const [hostsBefore, disksBefore] = snapshot.families().map(({ pieces }) => pieces[0]);
    await snapshot.publish('a', 'hosts', batchOf([hosts, 1, {}], [disks, 2, {}]));
    const [hostsAfter, disksAfter] = snapshot.families().map(({ pieces }) => pieces[0]);
    expect(hostsAfter).toBe(hostsBefore);
    expect(disksAfter).not.toBe(disksBefore);
  });
});

describe('duplicates', () => {
  const publish = async (...rows: readonly Row[]): Promise<[Snapshot, string[]]> => {
    const dropped: string[] = [];
    const snapshot = new Snapshot({ onDuplicate: (family, labels) => dropped.push(family.name + labels) });
    await snapshot.publish('a', 'hosts', batchOf(...rows));
    return [snapshot, dropped];
  };

  it('are dropped, the first wins, and are told of with their labels', async () => {
    const [snapshot, dropped] = await publish([hosts, 1, { x: '"' }], [hosts, 2, { x: 'b' }], [hosts, 3, { x: '"' }]);
    expect(read(snapshot).samples.map(({ value }) => value)).toEqual([1, 2]);
    expect(dropped).toEqual(['hosts{tower="a",x="\\""}']);
  });

  it('are found in another order of labels, over other blocks, and with empty labels', async () => {
    const dropped = vi.fn();
    const snapshot = new Snapshot({ onDuplicate: dropped });
    const batch = new SampleBatch();
    batch.add(hosts, 1, labelBlock({ x: '1', y: '2' }));
    batch.add(hosts, 2, labelBlock({ y: '2', x: '1' }));
    batch.add(hosts, 3, labelBlock({ y: '2' }), labelBlock({ x: '1' }));
    batch.add(hosts, 4, labelBlock({ x: '1', y: '2', z: '' }));
    batch.add(hosts, 5, labelBlock({ x: '2', y: '1' }));
    batch.add(hosts, 6);
    batch.add(hosts, 7, labelBlock({}));
    await snapshot.publish('a', 'hosts', batch);
    expect(read(snapshot).samples.map(({ value }) => value)).toEqual([1, 5, 6]);
    expect(dropped).toHaveBeenCalledTimes(4);
  });

  it('are found across collectors; another tower or family is no duplicate', async () => {
    const dropped = vi.fn();
    const snapshot = new Snapshot({ onDuplicate: dropped });
    await snapshot.publish('a', 'hosts', batchOf([hosts, 1, { x: '\n}', y: '2' }], [hosts, 2, { x: '2', y: '' }]));
    await snapshot.publish(
      'a',
      'disks',
      batchOf([hosts, 3, { y: '2', x: '\n}' }], [hosts, 4, { x: '2' }], [disks, 5, { x: '2' }]),
    );
    await snapshot.publish('b', 'hosts', batchOf([hosts, 6, { x: '2' }]));
    expect(read(snapshot).samples.map(({ value }) => value)).toEqual([1, 2, 6, 5]);
    expect(dropped).toHaveBeenCalledTimes(2);
    // With the first holder gone, the next publish is let in.
    snapshot.withdraw('a', 'hosts');
    await snapshot.publish('a', 'disks', batchOf([hosts, 7, { x: '2' }]));
    expect(read(snapshot, 'a').samples.map(({ value }) => value)).toEqual([7]);
  });

  it('are exactly the repeated label sets of any batch', async () => {
    const small = fc.constantFrom('', 'a', 'b', 'ab', '","', '\\', '"');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.constantFrom('x', 'y', 'xy', 'z'), small), { maxLength: 40 }),
        async (sets) => {
          const [snapshot, dropped] = await publish(...sets.map((labels, index): Row => [hosts, index, labels]));
          const firsts = new Map<string, number>();
          for (const [index, labels] of sets.entries()) {
            const key = JSON.stringify(
              Object.entries(labels)
                .filter(([, value]) => value !== '')
                .sort(),
            );
            if (!firsts.has(key)) firsts.set(key, index);
          }
          expect(read(snapshot).samples.map(({ value }) => value)).toEqual([...firsts.values()]);
          expect(dropped).toHaveLength(sets.length - firsts.size);
        },
      ),
    );
  });
});

describe('any history of publishes and withdrawals', () => {
  it('shows what a plain model shows', async () => {
    const tower = fc.constantFrom('a', 'b');
    const collector = fc.constantFrom('hosts' as const, 'disks' as const);
    const step = fc.oneof(
      fc.record({ do: fc.constant('publish' as const), tower, collector, size: fc.nat(600), value: fc.nat(3) }),
      fc.record({ do: fc.constant('withdraw' as const), tower, collector }),
      fc.record({ do: fc.constant('remove' as const), tower }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const snapshot = new Snapshot({ sliceMs: 0 });
        const model = new Map<string, string[]>();
        const pending: Promise<unknown>[] = [];
        for (const item of steps) {
          if (item.do === 'publish') {
            const batch = new SampleBatch();
            const family = item.collector === 'hosts' ? hosts : disks;
            for (let i = 0; i < item.size; i++) batch.add(family, item.value, labelBlock({ i: `${i}` }));
            const lines = Array.from(
              { length: item.size },
              (_, i) => `${item.collector} ${item.tower} ${i} ${item.value}`,
            );
            model.set(`${item.tower} ${item.collector}`, lines);
            pending.push(snapshot.publish(item.tower, item.collector, batch));
          } else if (item.do === 'withdraw') {
            model.delete(`${item.tower} ${item.collector}`);
            snapshot.withdraw(item.tower, item.collector);
          } else {
            for (const key of model.keys()) if (key.startsWith(item.tower)) model.delete(key);
            snapshot.removeTower(item.tower);
          }
        }
        await Promise.all(pending);
        const shown = read(snapshot).samples.map(
          ({ name, labels, value }) => `${name} ${labels['tower']} ${labels['i']} ${value}`,
        );
        expect(shown.sort()).toEqual([...model.values()].flat().sort());
      }),
      { numRuns: 60 },
    );
  });
});
