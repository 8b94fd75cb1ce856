import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText } from '../../src/simulator/query/compare.ts';
import { BadRequestError } from '../../src/simulator/query/errors.ts';
import { readListRequest, selectRows } from '../../src/simulator/query/page.ts';
import type { WhereContext } from '../../src/simulator/query/where.ts';
import type { AnyRow } from '../../src/simulator/schema/column.ts';

const hosts = new Map<string, AnyRow>(
  ['h1', 'h2', 'h3'].map((id, index) => [
    id,
    {
      id,
      name: `host ${id}`,
      total_cpu_cores: index * 8,
      serial: index === 1 ? null : `S${index}`,
      cluster: { id: index === 2 ? 'c2' : 'c1', name: 'c' },
      vms: [],
    },
  ]),
);

const context: WhereContext = {
  version: '4.8.0',
  resolve: (target, nested) => (target === 'host' ? (hosts.get(nested.id) ?? nested) : nested),
};

/** The ids that a body selects, in order. */
const select = (rows: readonly AnyRow[], body: unknown, resource = 'vm'): readonly string[] =>
  selectRows(rows, readListRequest(body), resource, context).map(({ id }) => id);

const text = fc.constantFrom('', 'a', 'A', 'ab', 'b', 'ba', '上', '🙂', '\uE000', '%', '_', '\\');
const number = fc.constantFrom(0, 1, 2, 2.5, 100);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const date = fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T08:00:00+08:00', '2026-01-02T00:00:00Z');

const row = fc.record<Omit<AnyRow, 'id'>>({
  name: text,
  description: maybe(text),
  vcpu: number.map(Math.floor),
  cpu_usage: maybe(number),
  ha: fc.boolean(),
  status: fc.constantFrom('RUNNING', 'STOPPED'),
  guest_os_type: maybe(fc.constantFrom('LINUX', 'WINDOWS')),
  deleted_at: maybe(date),
  host: maybe(fc.constantFrom('h1', 'h2', 'h3').map((id) => ({ id, name: `host ${id}` }))),
});

const id = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '0', '🙂', '\uE000'), minLength: 1, maxLength: 4 });

const table: fc.Arbitrary<AnyRow[]> = fc
  .uniqueArray(id, { maxLength: 25 })
  .chain((ids) => fc.tuple(...ids.map((one) => row.map((rest): AnyRow => Object.assign(rest, { id: one })))));

const scalar: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .oneof(
    fc.tuple(fc.constantFrom('name', 'name_not', 'name_lt', 'name_gte', 'name_contains', 'name_not_ends_with'), text),
    fc.tuple(fc.constantFrom('description', 'description_not', 'description_starts_with'), maybe(text)),
    fc.tuple(
      fc.constantFrom('cpu_usage', 'cpu_usage_not', 'cpu_usage_lt', 'cpu_usage_lte', 'cpu_usage_gt'),
      maybe(number),
    ),
    fc.tuple(fc.constantFrom('cpu_usage_in', 'cpu_usage_not_in'), fc.array(number, { maxLength: 3 })),
    fc.tuple(fc.constantFrom('guest_os_type', 'guest_os_type_not'), maybe(fc.constantFrom('LINUX', 'WINDOWS'))),
    fc.tuple(fc.constantFrom('deleted_at', 'deleted_at_lte', 'deleted_at_gt', 'deleted_at_not'), maybe(date)),
    fc.tuple(fc.constantFrom('ha', 'ha_not'), fc.boolean()),
    fc.tuple(
      fc.constant('host'),
      maybe(fc.constantFrom({ id: 'h1' }, { total_cpu_cores_gt: 0 }, { serial_not: 'S0' }, { cluster: { id: 'c1' } })),
    ),
  )
  .map(([key, value]) => ({ [key]: value }));

const where: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown; logic: unknown }>((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, scalar, tie('logic')),
  logic: fc
    .tuple(fc.constantFrom('AND', 'OR', 'NOT'), fc.array(tie('any'), { maxLength: 3 }))
    .map(([key, parts]) => ({ [key]: parts })),
})).any;

const sorted = (ids: readonly string[]): readonly string[] => ids.toSorted(compareText);

describe('paging', () => {
  const size = fc.integer({ min: 1, max: 9 });

  test('by keyset yields exactly the rows, in the order of code points, whatever the page size', () => {
    fc.assert(
      fc.property(table, where, size, (rows, condition, first) => {
        const seen: string[] = [];
        for (let last = ''; ; last = seen.at(-1) ?? '') {
          const page = select(rows, { where: { AND: [condition, { id_gt: last }] }, orderBy: 'id_ASC', first });
          if (page.length === 0) break;
          expect(page.length).toBeLessThanOrEqual(first);
          seen.push(...page);
        }
        expect(seen).toEqual(sorted(select(rows, { where: condition })));
      }),
    );
  });

  test.each(['id_ASC', 'id_DESC', 'name_ASC', 'name_DESC', 'cpu_usage_ASC', 'cpu_usage_DESC', 'deleted_at_ASC'])(
    'by skip, by after and backwards by before agree, ordered by %s',
    (orderBy) => {
      fc.assert(
        fc.property(table, where, size, (rows, condition, count) => {
          const all = select(rows, { where: condition, orderBy });
          const bySkip: string[] = [];
          for (let skip = 0; skip < all.length; skip += count) {
            bySkip.push(...select(rows, { where: condition, orderBy, skip, first: count }));
          }
          const byAfter: string[] = [];
          for (;;) {
            const after = byAfter.at(-1) ?? null;
            const page = select(rows, { where: condition, orderBy, after, first: count });
            if (page.length === 0) break;
            byAfter.push(...page);
          }
          const byBefore: string[] = [];
          for (;;) {
            const before = byBefore[0] ?? null;
            const page = select(rows, { where: condition, orderBy, before, last: count });
            if (page.length === 0) break;
            byBefore.unshift(...page);
          }
          expect({ bySkip, byAfter, byBefore }).toEqual({ bySkip: all, byAfter: all, byBefore: all });
        }),
      );
    },
  );

  test('last with skip counts from the end', () => {
    const rows = ['a', 'b', 'c', 'd', 'e'].map((one) => ({ id: one }));
    expect(select(rows, { last: 2, skip: 1 })).toEqual(['c', 'd']);
    expect(select(rows, { last: 9, skip: 4 })).toEqual(['a']);
    expect(select(rows, { after: 'b', skip: 1, first: 1 })).toEqual(['d']);
    expect(select(rows, { first: 0 })).toEqual([]);
  });

  test('a cursor whose row is gone still works by id, and leaves nothing in any other order', () => {
    const rows = ['a', 'b', 'd'].map((one) => ({ id: one, name: one }));
    expect(select(rows, { after: 'c' })).toEqual(['d']);
    expect(select(rows, { after: 'c', orderBy: 'name_ASC' })).toEqual([]);
  });

  test('nulls come last ascending and first descending', () => {
    const rows = [
      { id: 'a', cpu_usage: null },
      { id: 'b', cpu_usage: 2 },
      { id: 'c', cpu_usage: 1 },
      { id: 'd', cpu_usage: null },
    ];
    expect(select(rows, { orderBy: 'cpu_usage_ASC' })).toEqual(['c', 'b', 'a', 'd']);
    expect(select(rows, { orderBy: 'cpu_usage_DESC' })).toEqual(['a', 'd', 'b', 'c']);
  });
});

describe('the algebra of filters', () => {
  const holds = (left: (a: unknown, b: unknown) => unknown, right: (a: unknown, b: unknown) => unknown): void => {
    fc.assert(
      fc.property(table, where, where, (rows, a, b) => {
        expect(select(rows, { where: left(a, b) })).toEqual(select(rows, { where: right(a, b) }));
      }),
    );
  };

  test('NOT is of all its parts together (De Morgan)', () => {
    holds(
      (a, b) => ({ NOT: [a, b] }),
      (a, b) => ({ OR: [{ NOT: [a] }, { NOT: [b] }] }),
    );
    holds(
      (a, b) => ({ NOT: [{ OR: [a, b] }] }),
      (a, b) => ({ AND: [{ NOT: [a] }, { NOT: [b] }] }),
    );
  });

  test('AND and OR commute, distribute and absorb', () => {
    holds(
      (a, b) => ({ AND: [a, b] }),
      (a, b) => ({ AND: [b, a] }),
    );
    holds(
      (a, b) => ({ OR: [a, { AND: [a, b] }] }),
      (a) => a,
    );
  });

  test('a double NOT changes nothing, as long as it says anything', () => {
    holds(
      (a) => ({ NOT: [{ NOT: [a] }] }),
      (a) => a,
    );
  });

  test('keys side by side mean AND', () => {
    fc.assert(
      fc.property(table, scalar, where, (rows, a, b) => {
        expect(select(rows, { where: { ...a, AND: [b] } })).toEqual(select(rows, { where: { AND: [a, b] } }));
      }),
    );
  });

  test('no row is in a filter and in its NOT; a row in neither has a null somewhere', () => {
    fc.assert(
      fc.property(table, where, (rows, condition) => {
        const inside = new Set(select(rows, { where: condition }));
        const outside = new Set(select(rows, { where: { NOT: [condition] } }));
        for (const one of rows) {
          if (inside.has(one.id)) expect(outside.has(one.id)).toBe(false);
          else if (!outside.has(one.id)) expect(Object.values(one)).toContain(null);
        }
      }),
    );
  });
});

describe('filters', () => {
  const rows: readonly AnyRow[] = [
    { id: '1', name: 'ab', description: null, vcpu: 1, deleted_at: '2026-01-01T08:00:00+08:00', host: { id: 'h1' } },
    { id: '2', name: 'Ab', description: 'x', vcpu: 2, deleted_at: null, host: { id: 'h3' } },
    { id: '3', name: '100%', description: 'y', vcpu: 3, host: null },
  ];

  test.each<[unknown, readonly string[]]>([
    [null, ['1', '2', '3']],
    [{}, ['1', '2', '3']],
    [{ id_in: [] }, []],
    [{ id_not_in: [] }, ['1', '2', '3']],
    [{ id_in: null }, ['1', '2', '3']],
    [{ id_in: ['3', '1', 'x'] }, ['1', '3']],
    [{ description: null }, ['1']],
    [{ description_not: null }, ['2', '3']],
    [{ description_not: 'x' }, ['3']],
    [{ description_not_in: ['x'] }, ['3']],
    [{ NOT: [{ description: 'x' }] }, ['3']],
    [{ NOT: [] }, ['1', '2', '3']],
    [{ OR: [] }, []],
    [{ AND: [] }, ['1', '2', '3']],
    [{ name_contains: 'b' }, ['1', '2']],
    [{ name_starts_with: 'a' }, ['1']],
    [{ name_contains: '%' }, ['3']],
    [{ name_not_contains: 'b' }, ['3']],
    [{ name_ends_with: 'b', name_not_starts_with: 'A' }, ['1']],
    [{ vcpu_gt: 1, vcpu_lt: 3 }, ['2']],
    [{ vcpu_gte: 2 }, ['2', '3']],
    [{ deleted_at: '2026-01-01T00:00:00Z' }, ['1']],
    [{ deleted_at: null }, ['2', '3']],
    [{ host: null }, ['3']],
    [{ host: {} }, ['1', '2']],
    [{ host: { id_in: [] } }, []],
    [{ host: { cluster: { id: 'c1' } } }, ['1']],
    [{ NOT: [{ host: { cluster: { id: 'c1' } } }] }, ['2', '3']],
    [{ cluster: { id_not: 'c' } }, []],
  ])('%j finds %j', (condition, expected) => {
    expect(select(rows, { where: condition })).toEqual(expected);
  });

  test('lists: some, every (also of none) and none', () => {
    const owners: readonly AnyRow[] = [
      { id: 'a', name: '', vms: [] },
      { id: 'b', name: '', vms: [{ id: '1', name: 'x' }] },
      {
        id: 'c',
        name: '',
        vms: [
          { id: '1', name: 'x' },
          { id: '2', name: 'y' },
        ],
      },
      { id: 'd', name: '', vms: null },
    ];
    expect(select(owners, { where: { vms_some: { name: 'x' } } }, 'host')).toEqual(['b', 'c']);
    expect(select(owners, { where: { vms_every: { name: 'x' } } }, 'host')).toEqual(['a', 'b', 'd']);
    expect(select(owners, { where: { vms_none: { name: 'y' } } }, 'host')).toEqual(['a', 'b', 'd']);
  });

  test.each<unknown>([
    { where: { nonsense: 1 } },
    { where: { name_some: {} } },
    { where: { host_in: [] } },
    { where: { host: { nonsense: 1 } } },
    { where: { cpu: {} } },
    { where: { name: 1 } },
    { where: { name_in: 'a' } },
    { where: { vcpu: '1' } },
    { where: { vcpu: 1.5 } },
    { where: { ha: 'true' } },
    { where: { ha_in: [true] } },
    { where: { status: 'NONSENSE' } },
    { where: { status_contains: 'RUN' } },
    { where: { deleted_at: 'yesterday' } },
    { where: { deleted_at_contains: '2026' } },
    { where: { AND: {} } },
    { where: { OR: [null] } },
    { where: [] },
    { where: 'id' },
    { orderBy: 'nonsense_ASC' },
    { orderBy: 'name' },
    { orderBy: 'cluster_ASC' },
    { first: -1 },
    { first: '5' },
    { skip: 1.5 },
    { first: 2 ** 31 },
    { first: 1, last: 1 },
    { limit: 5 },
    { after: 7 },
    [],
    null,
    'text',
  ])('%j is refused', (body) => {
    expect(() => select(rows, body)).toThrow(BadRequestError);
  });

  test('a version knows its own values and columns only', () => {
    const older: WhereContext = { ...context, version: '4.3.0' };
    const find = (condition: unknown, resource: string) => (): unknown =>
      selectRows([], readListRequest({ where: condition }), resource, older);
    expect(find({ type: 'NVMe_SSD' }, 'disk')).toThrow(BadRequestError);
    expect(find({ used_size_gt: 1 }, 'vm')).toThrow(BadRequestError);
    expect(find({ type: 'SSD' }, 'disk')).not.toThrow();
  });
});
