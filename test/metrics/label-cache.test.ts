import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelCache, type LabelKind } from '../../src/metrics/label-cache.ts';
import { extendBlock, labelBlock } from '../../src/metrics/labels.ts';

interface Thing {
  readonly id: string;
  readonly name: string;
}

const who: LabelKind<Thing> = { names: ['id', 'name'], values: ({ id, name }) => [id, name] };
const what: LabelKind<Thing> = { names: ['what'], values: ({ name }) => [name] };
const home = labelBlock({ home: 'a' });
const other = labelBlock({ home: 'b' });

describe('the cache of label blocks', () => {
  it('gives what would be made, and the same object for as long as that is the same', () => {
    const step = fc.record({
      id: fc.constantFrom('1', '2', '3'),
      name: fc.constantFrom('x', 'y', '"\\\n上海'),
      parent: fc.constantFrom(null, home, other),
      begins: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cache = new LabelCache();
        const before = new Map<string, ReturnType<typeof labelBlock>>();
        for (const { id, name, parent, begins } of steps) {
          if (begins) {
            cache.begin();
            before.clear();
          }
          const block = cache.block(who, { id, name }, parent);
          const labels = { id, name };
          expect(block).toEqual(parent === null ? labelBlock(labels) : extendBlock(parent, labels));
          const known = before.get(id);
          if (known?.text === block.text) expect(block).toBe(known);
          before.set(id, block);
        }
      }),
    );
  });

  it('keeps kinds apart', () => {
    const cache = new LabelCache();
    const thing = { id: '1', name: 'x' };
    expect(cache.block(who, thing).text).toBe('id="1",name="x"');
    expect(cache.block(what, thing).text).toBe('what="x"');
    expect(cache.block(who, { ...thing })).toBe(cache.block(who, thing));
  });

  it('does not grow with objects that came and went', () => {
    const cache = new LabelCache();
    for (let run = 0; run < 100; run++) {
      cache.begin();
      for (let nth = 0; nth < 10; nth++) cache.block(who, { id: `${run}-${nth}`, name: 'x' });
      expect(cache.kept).toBeLessThanOrEqual(30);
    }
  });

  it('keeps the blocks of objects that stay while others go', () => {
    const cache = new LabelCache();
    const stays = { id: 'stays', name: 'x' };
    cache.begin();
    const block = cache.block(who, stays);
    for (let run = 0; run < 20; run++) {
      cache.begin();
      expect(cache.block(who, { ...stays })).toBe(block);
      for (let nth = 0; nth < 5; nth++) cache.block(who, { id: `${run}-${nth}`, name: 'x' });
    }
  });
});
