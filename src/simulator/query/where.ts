import { type AnyRow, type Column, type Columns, text } from '../schema/column.ts';
import { type EnumName, enumValues } from '../schema/enums.ts';
import { columnsIn } from '../schema/resources.ts';
import type { Version } from '../versions.ts';
import { BadRequestError } from './errors.ts';
import { operators, type Operator, scalarTest, type Truth } from './scalar.ts';

/** What a filter needs to know beside the row. */
export interface WhereContext {
  readonly version: Version;
  /** The whole row behind a nested one, or the nested one itself when there is none. */
  readonly resolve: (target: string, nested: AnyRow) => AnyRow;
}

export type Predicate = (row: AnyRow) => Truth;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Compiles a Prisma 1 `where`. Conditions on null columns are unknown, as in SQL, so that neither `x_not: 1` nor
 * `NOT: [{x: 1}]` finds a row whose x is null; a row is in the result when the whole is true.
 * @throws {BadRequestError} for keys, operators and values that the resource does not have.
 */
export const compileWhere = (where: unknown, resource: string, context: WhereContext): Predicate => {
  if (where === null || where === undefined) return () => true;
  return compileObject(where, resource, context, 'where');
};

const compileObject = (where: unknown, resource: string, context: WhereContext, path: string): Predicate => {
  if (!isObject(where)) throw new BadRequestError(`${path}: an object is expected`);
  const columns: Columns = { id: text, ...columnsIn(resource, context.version) };
  return and(
    Object.entries(where).map(([key, value]) => compileEntry(key, value, columns, resource, context, `${path}.${key}`)),
  );
};

const compileEntry = (
  key: string,
  value: unknown,
  columns: Columns,
  resource: string,
  context: WhereContext,
  path: string,
): Predicate => {
  if (key === 'AND' || key === 'OR' || key === 'NOT') {
    if (value === null) return () => true;
    if (!Array.isArray(value)) throw new BadRequestError(`${path}: an array is expected`);
    const parts = value.map((part: unknown, index) => compileObject(part, resource, context, `${path}[${index}]`));
    if (key === 'OR') return or(parts);
    if (key === 'AND') return and(parts);
    // "Logical NOT on all given filters combined by AND"; of none: no condition.
    return parts.length === 0 ? () => true : not(and(parts));
  }
  const found = splitKey(key, columns);
  if (found === null) throw new BadRequestError(`${path}: unknown filter`);
  const [name, operator, column] = found;
  const target = column.target;
  if (target !== null) return relation(name, operator, column, target, value, context, path);
  const values = column.values === null ? null : enumSet(column.values, context.version);
  const test = scalarTest(column.kind, operator, value, values, path);
  return (row) => test(row[name]);
};

const enumSet = (name: EnumName, version: Version): ReadonlySet<string> => new Set(enumValues(name, version));

const splitKey = (key: string, columns: Columns): readonly [string, Operator, Column] | null => {
  const plain = columns[key];
  if (plain !== undefined && plain.kind !== 'refs') return [key, 'is', plain];
  for (const operator of operators) {
    if (!key.endsWith(`_${operator}`)) continue;
    const name = key.slice(0, -operator.length - 1);
    const column = columns[name];
    if (column !== undefined) return [name, operator, column];
  }
  return null;
};

/** `EXISTS` over related rows: true or false, never unknown. */
const relation = (
  name: string,
  operator: Operator,
  column: Column,
  target: string,
  value: unknown,
  context: WhereContext,
  path: string,
): Predicate => {
  const related = (row: AnyRow): readonly AnyRow[] => {
    const nested = row[name];
    const list: readonly unknown[] = Array.isArray(nested) ? nested : [nested];
    return list.filter(isRow).map((one) => context.resolve(target, one));
  };
  if (column.kind === 'ref') {
    if (operator !== 'is') throw new BadRequestError(`${path}: unknown filter`);
    if (value === null) return (row) => related(row).length === 0;
    const matches = compileObject(value, target, context, path);
    return (row) => related(row).some((one) => matches(one) === true);
  }
  if (value === null) return () => true;
  const matches = compileObject(value, target, context, path);
  if (operator === 'some') return (row) => related(row).some((one) => matches(one) === true);
  if (operator === 'none') return (row) => !related(row).some((one) => matches(one) === true);
  if (operator === 'every') return (row) => !related(row).some((one) => matches(one) === false);
  throw new BadRequestError(`${path}: unknown filter`);
};

const isRow = (value: unknown): value is AnyRow => isObject(value) && typeof value['id'] === 'string';

const and =
  (parts: readonly Predicate[]): Predicate =>
  (row) => {
    let result: Truth = true;
    for (const part of parts) {
      const truth = part(row);
      if (truth === false) return false;
      if (truth === null) result = null;
    }
    return result;
  };

const or =
  (parts: readonly Predicate[]): Predicate =>
  (row) => {
    let result: Truth = false;
    for (const part of parts) {
      const truth = part(row);
      if (truth === true) return true;
      if (truth === null) result = null;
    }
    return result;
  };

const not =
  (part: Predicate): Predicate =>
  (row) => {
    const truth = part(row);
    return truth === null ? null : !truth;
  };
