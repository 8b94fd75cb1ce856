import type { SeededRandom } from '../random.ts';
import { cuid } from '../random.ts';
import { byId } from '../estate/builder.ts';
import { type Estate, tableOf } from '../estate/estate.ts';
import type { FaultAction } from '../faults.ts';
import { type ListRequest, readListRequest, selectRows } from '../query/page.ts';
import type { AnyRow } from '../schema/column.ts';
import { isResourceName, type ResourceName } from '../schema/resources.ts';
import type { Version } from '../versions.ts';
import { type Language, localise } from './language.ts';

/** What lists and counts are worked out from. */
export interface ListContext {
  readonly estate: Estate;
  readonly version: Version;
  readonly language: Language;
  readonly actions: readonly FaultAction[];
  /** For rows that come and go between pages. */
  readonly random: SeededRandom;
  readonly now: number;
}

/** Full rows behind nested ones, looked up by id; the index of a table is made when a filter first asks for it. */
export const resolver = (estate: Estate): ((target: string, nested: AnyRow) => AnyRow) => {
  const indexes = new Map<ResourceName, ReadonlyMap<string, AnyRow>>();
  return (target, nested) => {
    if (!isResourceName(target)) return nested;
    let index = indexes.get(target);
    if (index === undefined) {
      index = new Map(tableOf(estate, target).map((row) => [row.id, row]));
      indexes.set(target, index);
    }
    return index.get(nested.id) ?? nested;
  };
};

const select = (request: ListRequest, resource: ResourceName, context: ListContext): readonly AnyRow[] =>
  selectRows(tableOf(context.estate, resource), request, resource, {
    version: context.version,
    resolve: resolver(context.estate),
  });

/** Answers `get-<plural>`: the rows as JSON values, most of them objects. */
export const answerList = (body: unknown, resource: ResourceName, context: ListContext): readonly unknown[] => {
  const request = readListRequest(body);
  if (context.actions.some((action) => action.kind === 'shift')) shiftRows(resource, context);
  if (context.actions.some((action) => action.kind === 'forbidden')) return [];
  const stuck = context.actions.some((action) => action.kind === 'stuck');
  const wanted = stuck ? { ...request, where: withoutCursor(request.where), after: null, skip: 0 } : request;
  let rows = select(wanted, resource, context);
  if (context.actions.some((action) => action.kind === 'overlap')) rows = overlapped(rows, request, resource, context);
  for (const action of context.actions) if (action.kind === 'page_cap') rows = rows.slice(0, action.rows);
  const localised = localise(rows, context.language, context.estate);
  return context.actions.reduce<readonly unknown[]>(tamper, localised);
};

/** Answers `get-<plural>-connection`. */
export const answerCount = (body: unknown, resource: ResourceName, context: ListContext): unknown => {
  let count = select(readListRequest(body), resource, context).length;
  if (context.actions.some((action) => action.kind === 'forbidden')) count = 0;
  for (const action of context.actions) if (action.kind === 'count') count = Math.max(0, count + action.delta);
  return { aggregate: { count } };
};

const tamper = (rows: readonly unknown[], action: FaultAction): readonly unknown[] => {
  if (action.kind === 'nonsense') return [null, ...rows, 42, 'row', [], {}, { id: 7, name: 'no text' }];
  if (action.kind === 'extra_keys') {
    return rows.map((row) =>
      typeof row === 'object' && row !== null ? { ...row, x_new_key: { nested: [1, null] }, x_new_flag: true } : row,
    );
  }
  return rows;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The filter without its keyset cursor, also where that stands inside an AND. */
const withoutCursor = (where: unknown): unknown => {
  if (!isObject(where)) return where;
  return Object.fromEntries(
    Object.entries(where)
      .filter(([key]) => key !== 'id_gt')
      .map(([key, value]) => [key, key === 'AND' && Array.isArray(value) ? value.map(withoutCursor) : value]),
  );
};

const cursorOf = (where: unknown): string | null => {
  if (!isObject(where)) return null;
  const own = where['id_gt'];
  if (typeof own === 'string') return own;
  const parts: readonly unknown[] = Array.isArray(where['AND']) ? where['AND'] : [];
  return parts.map(cursorOf).find((cursor) => cursor !== null) ?? null;
};

/** The page with the row before it in front, as long as there is anything new to answer. */
const overlapped = (
  rows: readonly AnyRow[],
  request: ListRequest,
  resource: ResourceName,
  context: ListContext,
): readonly AnyRow[] => {
  const cursor = request.after ?? cursorOf(request.where);
  const previous = tableOf(context.estate, resource).find((row) => row.id === cursor);
  return previous === undefined || rows.length === 0 ? rows : [previous, ...rows].slice(0, request.first ?? undefined);
};

/** One row goes, and a twin of another comes, anywhere in the order of ids. */
const shiftRows = (resource: ResourceName, context: ListContext): void => {
  const table = tableOf(context.estate, resource);
  const model = table[context.random.int(0, table.length - 1)];
  if (model === undefined) return;
  const age = context.random.float(0, 60 * 86_400_000);
  table.splice(context.random.int(0, table.length - 1), 1);
  table.push({ ...structuredClone(model), id: cuid(context.random, context.now - age) });
  byId(table);
};
