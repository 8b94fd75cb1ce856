import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/client/call.ts';
import { createPaging } from '../../src/client/paging.ts';
import { RowMemory } from '../../src/client/row-memory.ts';
import { resources } from '../../src/client/rows.ts';

const { vms } = resources;
const signal = new AbortController().signal;

interface TestRow {
  readonly id: string;
  readonly name: string;
  readonly vcpu: number;
}

/** A tower whose answers are bytes, or, where `isOdd`, a text that only JSON.parse reads. */
const towerOf = (rows: readonly TestRow[], pageSize: number, isOdd: boolean) => {
  let at = 0;
  const call: Call = (_operation, _body, decode) => {
    const page = rows.slice(at, (at += pageSize));
    const read = isOdd ? null : (decode.fromBytes?.([Buffer.from(JSON.stringify(page))]) ?? null);
    const decoded = read ?? decode.fromJson(page);
    if ('wrong' in decoded) throw new Error(decoded.wrong);
    return Promise.resolve(decoded.data);
  };
  return createPaging({ tower: 'x', call, pageSize });
};

const row = fc.record({
  id: fc.integer({ min: 1, max: 30 }).map((id) => `vm-${id}`),
  name: fc.constantFrom('a', 'b'),
  vcpu: fc.nat(2),
});
const state = fc.record({
  rows: fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 20 }),
  pageSize: fc.integer({ min: 1, max: 25 }),
  isOdd: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, fc.constant(true)),
});

describe('the memory of rows', () => {
  it('changes nothing about what a read brings, whatever came, went, moved or changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 6 }), async (states) => {
        const memory = new RowMemory<ReturnType<typeof vms.parse> & object>();
        for (const { rows, pageSize, isOdd } of states) {
          const read = await towerOf(rows, pageSize, isOdd).readAll(vms, undefined, signal, memory);
          expect(read.rows).toEqual(rows.map((each) => vms.parse(each)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same objects for rows that did not change, where others changed, came and went', async () => {
    const memory = new RowMemory<ReturnType<typeof vms.parse> & object>();
    const read = async (rows: readonly TestRow[]) =>
      new Map(
        (await towerOf(rows, 7, false).readAll(vms, undefined, signal, memory)).rows.map((each) => [each.id, each]),
      );
    const rows = Array.from({ length: 40 }, (_, index) => ({ id: `vm-${index}`, name: `n${index}`, vcpu: 1 }));
    // The first time their texts are new, the second time they are known.
    await read(rows);
    const before = await read(rows);
    const after = await read([
      ...rows.filter((_, index) => index % 10 !== 3 && index < 20),
      { id: 'vm-20', name: 'n20', vcpu: 2 },
      ...rows.filter((_, index) => index % 10 !== 3 && index > 20),
      { id: 'vm-new', name: 'new', vcpu: 1 },
    ]);
    const kept = [...after.values()].filter((each) => before.get(each.id) === each);
    // One changed, one is new, and the row behind each of the four that went has to be looked for.
    expect(after.size).toBe(37);
    expect(kept.length).toBe(37 - 2 - 4);
    expect([...(await read(rows)).values()]).toEqual(rows.map((each) => vms.parse(each)));
  });

  it('keeps what it knows when a read breaks off', async () => {
    const memory = new RowMemory<ReturnType<typeof vms.parse> & object>();
    const rows = Array.from({ length: 9 }, (_, index) => ({ id: `vm-${index}`, name: `n${index}`, vcpu: 1 }));
    const paging = () => towerOf(rows, 4, false);
    await paging().readAll(vms, undefined, signal, memory);
    const before = await paging().readAll(vms, undefined, signal, memory);
    const broken = createPaging({ tower: 'x', call: () => Promise.reject(new Error('away')), pageSize: 4 });
    await expect(broken.readAll(vms, undefined, signal, memory)).rejects.toThrow('away');
    const after = await paging().readAll(vms, undefined, signal, memory);
    for (const [index, each] of before.rows.entries()) expect(after.rows[index]).toBe(each);
  });
});
