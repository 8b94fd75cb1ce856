import { idOf, isJsonObject } from '../fields.ts';
import type { Resource } from '../reader.ts';
import type { Row } from '../resources.ts';

type RowOf<K extends string> = { readonly [key in K | 'id']?: unknown };

/** Any JSON object may have such keys. */
const isRowOf = <K extends string>(value: unknown): value is RowOf<K> => isJsonObject(value);

/**
 * A resource whose rows are JSON objects with an id; `read` takes the fields of such a row from its `keys` and no others,
 * because nothing else of an answer may have been read.
 */
export const resource = <T extends Row, const K extends string>(
  operation: Resource<T>['operation'],
  keys: readonly K[],
  read: (id: string, row: RowOf<K>) => T,
): Resource<T> => ({
  operation,
  keys: ['id', ...keys],
  parse: (row) => {
    if (!isRowOf<K>(row)) return null;
    const id = idOf(row['id']);
    return id === null ? null : read(id, row);
  },
});
