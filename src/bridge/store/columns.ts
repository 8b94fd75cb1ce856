import type { Row } from './database.ts';

/** Reads a column as what the schema says it is. @throws Error when it holds anything else. */
export const textOf = (row: Row, column: string): string => {
  const value = row[column];
  if (typeof value !== 'string') throw unexpected(column, 'text');
  return value;
};

export const numberOf = (row: Row, column: string): number => {
  const value = row[column];
  if (typeof value !== 'number') throw unexpected(column, 'a number');
  return value;
};

export const nullableNumberOf = (row: Row, column: string): number | null =>
  row[column] === null ? null : numberOf(row, column);

export const nullableTextOf = (row: Row, column: string): string | null =>
  row[column] === null ? null : textOf(row, column);

export const bytesOf = (row: Row, column: string): Uint8Array => {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw unexpected(column, 'bytes');
  return value;
};

const unexpected = (column: string, expected: string): Error =>
  new Error(`column ${column} does not hold ${expected}: the bridge state was changed by another program`);
