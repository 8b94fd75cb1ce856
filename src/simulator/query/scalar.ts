import type { Kind } from '../schema/column.ts';
import { compareValues } from './compare.ts';
import { BadRequestError } from './errors.ts';

/** SQL's three values: a comparison with null is unknown (null). */
export type Truth = boolean | null;

export type ScalarTest = (value: unknown) => Truth;

/** The suffixes of filter keys. A longer one stands before those it ends in: `x_not_in` is not `x_not` + `_in`. */
export const operators = [
  'not_starts_with',
  'not_ends_with',
  'not_contains',
  'starts_with',
  'ends_with',
  'contains',
  'not_in',
  'not',
  'in',
  'lte',
  'lt',
  'gte',
  'gt',
  'some',
  'every',
  'none',
] as const;

/** `is` is plain equality, the key without a suffix. */
export type Operator = (typeof operators)[number] | 'is';

const equality: readonly Operator[] = ['is', 'not', 'in', 'not_in'];
const order: readonly Operator[] = ['lt', 'lte', 'gt', 'gte'];
const substring: readonly Operator[] = [
  'contains',
  'not_contains',
  'starts_with',
  'not_starts_with',
  'ends_with',
  'not_ends_with',
];

/** The operators a column of each kind has; a kind that is not here cannot be filtered by. */
const operatorsOf: Partial<Record<Kind, ReadonlySet<Operator>>> = {
  text: new Set([...equality, ...order, ...substring]),
  date: new Set([...equality, ...order]),
  int: new Set([...equality, ...order]),
  float: new Set([...equality, ...order]),
  bool: new Set<Operator>(['is', 'not']),
  enum: new Set(equality),
};

/**
 * Compiles one scalar condition.
 * @throws {BadRequestError} when the kind lacks the operator or the operand has the wrong type.
 */
export const scalarTest = (
  kind: Kind,
  operator: Operator,
  operand: unknown,
  values: ReadonlySet<string> | null,
  path: string,
): ScalarTest => {
  if (operatorsOf[kind]?.has(operator) !== true) throw new BadRequestError(`${path}: unknown filter`);
  const read = (value: unknown): unknown => readOperand(kind, value, values, path);
  // Dates are compared by the instant they name, however they are spelt.
  const stored = kind === 'date' ? instant : (value: unknown): unknown => value;
  if (operator === 'in' || operator === 'not_in') {
    if (operand === null) return () => true;
    if (!Array.isArray(operand)) throw new BadRequestError(`${path}: an array is expected`);
    const wanted = new Set(operand.map((one: unknown) => read(one)));
    const negated = operator === 'not_in';
    // An empty list decides without a look at the row.
    if (wanted.size === 0) return () => negated;
    return (value) => (isNull(value) ? null : wanted.has(stored(value)) !== negated);
  }
  // A null operand means "is (not) null" for equality and is no condition for everything else.
  if (operand === null) {
    if (operator === 'is') return isNull;
    if (operator === 'not') return (value) => !isNull(value);
    return () => true;
  }
  const test = comparison(operator, read(operand));
  return (value) => (isNull(value) ? null : test(stored(value)));
};

const isNull = (value: unknown): boolean => value === null || value === undefined;

const instant = (value: unknown): unknown => (typeof value === 'string' ? Date.parse(value) : value);

const readOperand = (kind: Kind, value: unknown, values: ReadonlySet<string> | null, path: string): unknown => {
  switch (kind) {
    case 'int':
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      throw new BadRequestError(`${path}: an integer is expected`);
    case 'float':
      if (typeof value === 'number') return value;
      throw new BadRequestError(`${path}: a number is expected`);
    case 'bool':
      if (typeof value === 'boolean') return value;
      throw new BadRequestError(`${path}: a boolean is expected`);
    case 'date': {
      const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      if (!Number.isNaN(time)) return time;
      throw new BadRequestError(`${path}: a date is expected`);
    }
    default:
      if (typeof value !== 'string') throw new BadRequestError(`${path}: a string is expected`);
      if (values !== null && !values.has(value)) throw new BadRequestError(`${path}: '${value}' is not a known value`);
      return value;
  }
};

const comparison = (operator: Operator, wanted: unknown): ((value: unknown) => boolean) => {
  const part = String(wanted);
  switch (operator) {
    case 'is':
      return (value) => value === wanted;
    case 'not':
      return (value) => value !== wanted;
    case 'lt':
      return (value) => compareValues(value, wanted) < 0;
    case 'lte':
      return (value) => compareValues(value, wanted) <= 0;
    case 'gt':
      return (value) => compareValues(value, wanted) > 0;
    case 'gte':
      return (value) => compareValues(value, wanted) >= 0;
    case 'contains':
      return (value) => String(value).includes(part);
    case 'not_contains':
      return (value) => !String(value).includes(part);
    case 'starts_with':
      return (value) => String(value).startsWith(part);
    case 'not_starts_with':
      return (value) => !String(value).startsWith(part);
    case 'ends_with':
      return (value) => String(value).endsWith(part);
    case 'not_ends_with':
      return (value) => !String(value).endsWith(part);
    default:
      // The operators of lists are the relations' business.
      return () => false;
  }
};
