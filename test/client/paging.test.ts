import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/client/call.ts';
import { IncompleteReadError, TowerError } from '../../src/client/errors.ts';
import { isJsonObject } from '../../src/client/fields.ts';
import { createPaging } from '../../src/client/paging.ts';
import { readProven } from '../../src/client/proof.ts';
import { resources } from '../../src/client/rows.ts';

interface Asked {
  readonly operation: string;
  readonly body: { readonly [key: string]: unknown };
}

/** A tower as the paging sees it: every call is answered by `answer`. */
const fakeTower = (answer: (asked: Asked, index: number) => unknown) => {
  const asked: Asked[] = [];
  const call: Call = async (operation, body, decode) => {
    if (!isJsonObject(body)) throw new Error('the body is not an object');
    asked.push({ operation, body });
    const decoded = decode.fromJson(answer({ operation, body }, asked.length - 1));
    if ('wrong' in decoded) throw new TowerError('invalid', decoded.wrong, { tower: 'x', operation });
    return decoded.data;
  };
  return { asked, paging: createPaging({ tower: 'x', call, pageSize: 3 }) };
};

const signal = new AbortController().signal;
const { vms } = resources;
const ids = (...names: string[]) => names.map((id) => ({ id }));

const incompleteOf = async (work: Promise<unknown>): Promise<IncompleteReadError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof IncompleteReadError) return error;
  throw new Error(`expected an IncompleteReadError, got ${String(error)}`);
};

describe('pages', () => {
  it('are read until one is empty, each from the last row of the one before', async () => {
    const pages = [ids('a', 'b', 'c'), ids('d'), ids('e', 'f'), []];
    const { asked, paging } = fakeTower((_asked, index) => pages[index]);
    const read = await paging.readAll(vms, undefined, signal);
    expect(read.rows.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(read.pages).toBe(3);
    expect(asked.map(({ body }) => body)).toEqual([
      { orderBy: 'id_ASC', first: 3 },
      { orderBy: 'id_ASC', first: 3, where: { id_gt: 'c' } },
      { orderBy: 'id_ASC', first: 3, where: { id_gt: 'd' } },
      { orderBy: 'id_ASC', first: 3, where: { id_gt: 'f' } },
    ]);
  });

  it("leave the caller's filter undisturbed", async () => {
    const where = { id_gt: 'm', AND: [{ name: 'x' }], OR: [{ id: 'q' }], NOT: [] };
    const pages = [ids('n'), []];
    const { asked, paging } = fakeTower((_asked, index) => pages[index]);
    await paging.readAll(vms, where, signal);
    expect(asked.map(({ body }) => body['where'])).toEqual([where, { AND: [where, { id_gt: 'n' }] }]);
  });

  it('of an empty resource are none', async () => {
    const { paging, asked } = fakeTower(() => []);
    expect(await paging.readAll(vms, {}, signal)).toEqual({ rows: [], pages: 0 });
    expect(asked[0]?.body).not.toHaveProperty('where');
  });

  it('that carry a row twice yield it once, as it came last', async () => {
    const pages = [
      [
        { id: 'a', name: 'old' },
        { id: 'b', name: 'b' },
      ],
      [
        { id: 'a', name: 'new' },
        { id: 'b', name: 'b' },
        { id: 'c', name: 'c' },
      ],
      [],
    ];
    const { paging } = fakeTower((_asked, index) => pages[index]);
    const { rows } = await paging.readAll(vms, undefined, signal);
    expect(rows.map(({ name }) => name)).toEqual(['new', 'b', 'c']);
  });

  it('in an order of the server’s own are followed, not compared', async () => {
    // A case-insensitive collation: "B" comes after "a".
    const order = ['a', 'B', 'c', 'D', 'e', 'F', 'g'];
    const { paging } = fakeTower(({ body }) => {
      const cursor = JSON.stringify(body['where'] ?? '').match(/"id_gt":"(.*?)"/)?.[1] ?? null;
      const from = cursor === null ? 0 : order.indexOf(cursor) + 1;
      return ids(...order.slice(from, from + 2));
    });
    expect((await paging.readAll(vms, undefined, signal)).rows.map(({ id }) => id)).toEqual(order);
  });

  it('that do not advance are an error that carries what came', async () => {
    const { paging, asked } = fakeTower(() => ids('a', 'b'));
    const error = await incompleteOf(paging.readAll(vms, undefined, signal));
    expect(error.partial.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(error.message).toContain('no new row');
    expect(asked).toHaveLength(2);
  });

  it('with unreadable rows are read on, then are an error', async () => {
    const pages = [[{ id: 'a' }, null, { name: 'no id' }], [7, { id: 'b' }], []];
    const { paging } = fakeTower((_asked, index) => pages[index]);
    const error = await incompleteOf(paging.readAll(vms, undefined, signal));
    expect(error.partial.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(error.unreadable).toBe(3);
    expect(error.code).toBe('incomplete');
  });

  it('of nothing but unreadable rows end', async () => {
    const { paging, asked } = fakeTower(() => [null, 5]);
    expect((await incompleteOf(paging.readAll(vms, undefined, signal))).unreadable).toBe(2);
    expect(asked).toHaveLength(1);
  });

  it('that fail later carry what came before; a first one that fails is the plain error', async () => {
    const pages = [ids('a'), ids('b'), null];
    const later = await incompleteOf(fakeTower((_asked, index) => pages[index]).paging.readAll(vms, undefined, signal));
    expect(later.partial.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(later.cause).toMatchObject({ code: 'invalid' });
    expect(later.message).toContain('instead of an array');
    const first = fakeTower(() => ({})).paging.readAll(vms, undefined, signal);
    await expect(first).rejects.toMatchObject({ name: 'TowerError', code: 'invalid' });
  });

  it('without an end have one', async () => {
    let next = 0;
    const { paging } = fakeTower(() => {
      next += 1;
      return ids(`id${next}`);
    });
    const error = await incompleteOf(paging.readAll(vms, undefined, signal));
    expect(error.message).toContain('did not reach the end');
  });
});

describe('the count', () => {
  it.each([
    [{ aggregate: { count: 0 } }, 0],
    [{ aggregate: { count: 12, more: 1 } }, 12],
    [{ aggregate: { count: '12' } }, 12],
  ])('of %j is %d', async (answer, count) => {
    const { paging, asked } = fakeTower(() => answer);
    expect(await paging.count(vms, { in_recycle_bin: true }, signal)).toBe(count);
    expect(asked).toEqual([{ operation: 'get-vms-connection', body: { where: { in_recycle_bin: true } } }]);
  });

  it.each([null, [], 5, {}, { aggregate: null }, { aggregate: { count: null } }, { aggregate: { count: -1 } }])(
    'is not found in %j',
    async (answer) => {
      await expect(fakeTower(() => answer).paging.count(vms, undefined, signal)).rejects.toMatchObject({
        code: 'invalid',
      });
    },
  );
});

describe('proof', () => {
  const lists = (counts: readonly number[], reads: readonly (readonly string[])[]) => {
    const left = [...counts];
    let read = -1;
    return fakeTower(({ operation, body }) => {
      if (operation.endsWith('-connection')) return { aggregate: { count: left.shift() } };
      if (JSON.stringify(body).includes('id_gt')) return [];
      read += 1;
      return ids(...(reads[read] ?? []));
    });
  };
  const prove = ({ paging }: ReturnType<typeof lists>) => readProven(paging, 'x', vms, undefined, signal);

  it('is the count that agrees', async () => {
    const tower = lists([2], [['a', 'b']]);
    expect(await prove(tower)).toMatchObject({ count: 2, pages: 1 });
    expect(tower.asked.map(({ operation }) => operation)).toEqual(['get-vms', 'get-vms', 'get-vms-connection']);
  });

  it('asks the count again before it reads again', async () => {
    const tower = lists([3, 2], [['a', 'b']]);
    expect(await prove(tower)).toMatchObject({ count: 2, pages: 1 });
  });

  it('reads again when the count stays different', async () => {
    const tower = lists(
      [3, 3],
      [
        ['a', 'b'],
        ['a', 'b', 'c'],
      ],
    );
    const read = await prove(tower);
    expect(read.rows.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(read.count).toBe(3);
    expect(
      (
        await prove(
          lists(
            [3, 3, 4],
            [
              ['a', 'b'],
              ['a', 'b', 'c', 'd'],
            ],
          ),
        )
      ).count,
    ).toBe(4);
  });

  it('that fails twice is an error with the rows', async () => {
    const error = await incompleteOf(
      prove(
        lists(
          [9, 9, 9],
          [
            ['a', 'b'],
            ['a', 'b', 'c'],
          ],
        ),
      ),
    );
    expect(error.partial).toHaveLength(3);
    expect(error.message).toContain('3 rows came, but the server counts 9');
  });

  it('that cannot be had is an error with the rows', async () => {
    const { paging } = fakeTower(({ operation, body }) => {
      if (operation.endsWith('-connection')) return null;
      return JSON.stringify(body).includes('id_gt') ? [] : ids('a');
    });
    const error = await incompleteOf(readProven(paging, 'x', vms, undefined, signal));
    expect(error.partial).toHaveLength(1);
    expect(error.cause).toMatchObject({ code: 'invalid' });
  });
});

describe('whatever a tower does between pages', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'z', 'A', '0'), minLength: 1, maxLength: 4 });
  const step = fc.record({
    cap: fc.integer({ min: 1, max: 5 }),
    removed: fc.array(fc.nat(60), { maxLength: 3 }),
    added: fc.array(name, { maxLength: 2 }),
    doubled: fc.nat(2),
  });

  it('loses and doubles no row that was there all the time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 60 }),
        fc.array(step, { minLength: 1, maxLength: 40 }),
        async (start, steps) => {
          const estate = new Set(start);
          const stayed = new Set(start);
          const ever = new Set(start);
          let previous: string[] = [];
          const { paging, asked } = fakeTower(({ body }, index) => {
            const {
              cap = 3,
              removed = [],
              added = [],
              doubled = 0,
            } = index < 80 ? (steps[index % steps.length] ?? {}) : {};
            const cursor = JSON.stringify(body['where'] ?? '').match(/"id_gt":"(.*?)"/)?.[1] ?? '';
            const rest = [...estate].filter((id) => id > cursor).toSorted();
            const page = rest.slice(0, cap);
            // A few of the rows before come again at the front, as when rows shift; never without a new one.
            const again = page.length === 0 ? [] : previous.slice(previous.length - doubled);
            previous = page;
            for (const at of removed) {
              const gone = [...estate][at];
              if (gone === undefined) continue;
              estate.delete(gone);
              stayed.delete(gone);
            }
            for (const id of added) {
              estate.add(id);
              ever.add(id);
            }
            return ids(...again, ...page);
          });
          const { rows } = await paging.readAll(vms, undefined, signal);
          const found = rows.map(({ id }) => id);
          expect(new Set(found).size).toBe(found.length);
          for (const id of stayed) expect(found).toContain(id);
          for (const id of found) expect(ever.has(id)).toBe(true);
          expect(asked.length).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
  });
});
