import type { AnyRow, Columns } from '../schema/column.ts';
import { columnsIn, isOrderable } from '../schema/resources.ts';
import { compareText, compareValues } from './compare.ts';
import { BadRequestError } from './errors.ts';
import { compileWhere, type WhereContext } from './where.ts';

/** The body of a list or count request, read strictly. */
export interface ListRequest {
  readonly where: unknown;
  readonly orderBy: string | null;
  readonly skip: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly after: string | null;
  readonly before: string | null;
}

const knownKeys: ReadonlySet<string> = new Set(['where', 'orderBy', 'skip', 'first', 'last', 'after', 'before']);

/**
 * Reads a request body.
 * @throws {BadRequestError} for unknown keys, wrong types, negative numbers and `first` together with `last`.
 */
export const readListRequest = (body: unknown): ListRequest => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new BadRequestError('body: an object is expected');
  }
  const values = new Map<string, unknown>(Object.entries(body));
  for (const key of values.keys()) if (!knownKeys.has(key)) throw new BadRequestError(`body.${key}: unknown key`);
  const whole = (key: string): number | null => {
    const value = values.get(key) ?? null;
    if (value === null) return null;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31) return value;
    throw new BadRequestError(`body.${key}: a 32-bit integer that is not negative is expected`);
  };
  const word = (key: string): string | null => {
    const value = values.get(key) ?? null;
    if (value === null || typeof value === 'string') return value;
    throw new BadRequestError(`body.${key}: a string is expected`);
  };
  const request = {
    where: values.get('where') ?? null,
    orderBy: word('orderBy'),
    skip: whole('skip') ?? 0,
    first: whole('first'),
    last: whole('last'),
    after: word('after'),
    before: word('before'),
  };
  if (request.first !== null && request.last !== null) throw new BadRequestError('body: first and last together');
  return request;
};

interface Order {
  readonly column: string;
  readonly descending: boolean;
}

const readOrder = (orderBy: string | null, columns: Columns): Order => {
  if (orderBy === null) return { column: 'id', descending: false };
  const match = /^(.+)_(ASC|DESC)$/.exec(orderBy);
  const column = match?.[1] ?? '';
  if (column === 'id') return { column, descending: match?.[2] === 'DESC' };
  const definition = columns[column];
  if (definition === undefined || !isOrderable(definition.kind)) {
    throw new BadRequestError(`body.orderBy: '${orderBy}' is not a known value`);
  }
  return { column, descending: match?.[2] === 'DESC' };
};

/** By the column (nulls last when ascending, first when descending, as PostgreSQL has it), then by id. */
const comparator = (order: Order): ((left: AnyRow, right: AnyRow) => number) => {
  const sign = order.descending ? -1 : 1;
  if (order.column === 'id') return (left, right) => sign * compareText(left.id, right.id);
  return (left, right) => {
    const [a, b] = [left[order.column] ?? null, right[order.column] ?? null];
    const difference = a === null || b === null ? Number(a === null) - Number(b === null) : compareValues(a, b);
    return difference === 0 ? compareText(left.id, right.id) : sign * difference;
  };
};

const isSorted = (rows: readonly AnyRow[], compare: (left: AnyRow, right: AnyRow) => number): boolean => {
  let previous: AnyRow | undefined;
  for (const row of rows) {
    if (previous !== undefined && compare(previous, row) > 0) return false;
    previous = row;
  }
  return true;
};

/** What the rows of a table are, for a request: filtered, ordered, cut to the page. */
export const selectRows = (
  table: readonly AnyRow[],
  request: ListRequest,
  resource: string,
  context: WhereContext,
): readonly AnyRow[] => {
  const matches = compileWhere(request.where, resource, context);
  const order = readOrder(request.orderBy, columnsIn(resource, context.version));
  const compare = comparator(order);
  const found = table.filter((row) => matches(row) === true);
  // Tables usually lie in the order of their ids, as under an index; a look costs less than sorting again.
  const sorted = isSorted(found, compare) ? found : found.sort(compare);
  const between = sorted.filter(cursorTest(table, request, order, compare));
  if (request.last !== null) {
    const end = Math.max(0, between.length - request.skip);
    return between.slice(Math.max(0, end - request.last), end);
  }
  const end = request.first === null ? undefined : request.skip + request.first;
  return between.slice(request.skip, end);
};

/**
 * `after` and `before` leave out the row they name. Ordered by id they need no such row; ordered by anything else the row
 * gives the place, and one that is gone leaves nothing to answer.
 */
const cursorTest = (
  table: readonly AnyRow[],
  request: ListRequest,
  order: Order,
  compare: (left: AnyRow, right: AnyRow) => number,
): ((row: AnyRow) => boolean) => {
  const { after, before } = request;
  if (after === null && before === null) return () => true;
  const place = (id: string | null): AnyRow | null | undefined => {
    if (id === null) return null;
    return order.column === 'id' ? { id } : table.find((row) => row.id === id);
  };
  const [start, end] = [place(after), place(before)];
  if (start === undefined || end === undefined) return () => false;
  return (row) => (start === null || compare(row, start) > 0) && (end === null || compare(row, end) < 0);
};
