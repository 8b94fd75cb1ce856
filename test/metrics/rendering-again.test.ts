import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleBatch } from '../../src/metrics/batch.ts';
import { LabelCache, type LabelKind } from '../../src/metrics/label-cache.ts';
import { labelBlock } from '../../src/metrics/labels.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { makeFamily, textOf } from '../support/metrics.ts';

interface Thing {
  readonly id: string;
  readonly name: string;
  readonly value: number | null;
}

const identity: LabelKind<Thing> = { names: ['id', 'name'], values: ({ id, name }) => [id, name] };
const first = makeFamily({ name: 'first', collector: 'hosts' });
const second = makeFamily({ name: 'second', collector: 'hosts' });
const some = labelBlock({ state: 'some' });
const none = labelBlock({ state: 'none' });

const batchOf = (things: readonly Thing[], labels: LabelCache): SampleBatch => {
  const batch = new SampleBatch();
  for (const thing of things) {
    const block = labels.block(identity, thing);
    batch.add(first, thing.value, block);
    batch.add(second, thing.value === null ? 0 : 1, block, some);
    // Not every sample of a family has as many blocks.
    if (thing.value === 1) batch.add(second, 1, block, none, labelBlock({ more: thing.name }));
  }
  return batch;
};

const thing = fc.record({
  id: fc.integer({ min: 1, max: 40 }).map(String),
  name: fc.constantFrom('a', 'b', '"\n'),
  value: fc.constantFrom(null, 0, -0, 1, 0.25, 1e300, Number.NaN, Number.POSITIVE_INFINITY),
});
const edition = fc.oneof(
  fc.uniqueArray(thing, { selector: ({ id }) => id, maxLength: 40 }).map((things) => things.toSorted(byId)),
  // Series that come twice are left out.
  fc.array(thing, { maxLength: 10 }),
);
const byId = (a: Thing, b: Thing): number => Number(a.id) - Number(b.id);

/** Pieces of few lines, kept as they are, compressed, or now the one and now the other. */
const options = fc.record({ pieceLines: fc.integer({ min: 1, max: 9 }), packAbove: fc.constantFrom(0, 30, 1e9) });

describe('rendering a family again', () => {
  it('shows what rendering it for the first time shows, whatever changed, came, went or moved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edition, { minLength: 1, maxLength: 6 }), options, async (editions, some) => {
        const snapshot = new Snapshot({ sliceMs: 1e9, ...some });
        const labels = new LabelCache();
        for (const things of editions) {
          labels.begin();
          await snapshot.publish('t', 'hosts', batchOf(things, labels));
          const fresh = new Snapshot({ sliceMs: 1e9 });
          await fresh.publish('t', 'hosts', batchOf(things, new LabelCache()));
          expect(textOf(snapshot.families())).toBe(textOf(fresh.families()));
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['plain', 1e9],
    ['packed', 0],
  ])('keeps the %s piece of a family in which nothing changed, and says that nothing did', async (_kind, packAbove) => {
    const snapshot = new Snapshot({ sliceMs: 1e9, packAbove });
    const labels = new LabelCache();
    const things = [1, 2, 3].map((id) => ({ id: String(id), name: 'a', value: id }));
    const publish = async (list: readonly Thing[]): Promise<void> => {
      labels.begin();
      await snapshot.publish('t', 'hosts', batchOf(list, labels));
    };
    await publish(things);
    const [before] = snapshot.families();
    const { version } = snapshot;
    await publish(things.map(({ id, name, value }) => ({ id, name, value })));
    expect(snapshot.version).toBe(version);
    expect(snapshot.families()[0]?.pieces[0]).toBe(before?.pieces[0]);
    await publish(things.slice(1));
    expect(snapshot.version).toBeGreaterThan(version);
    expect(textOf(snapshot.families())).not.toContain('id="1"');
  });
});
