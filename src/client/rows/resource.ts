import { type JsonObject, idOf, isJsonObject } from '../fields.ts';
import type { Resource } from '../reader.ts';
import type { Row } from '../resources.ts';

/** A resource whose rows are JSON objects with an id; `read` takes the fields of such a row. */
export const resource = <T extends Row>(
  operation: Resource<T>['operation'],
  read: (id: string, row: JsonObject) => T,
): Resource<T> => ({
  operation,
  parse: (row) => {
    if (!isJsonObject(row)) return null;
    const id = idOf(row['id']);
    return id === null ? null : read(id, row);
  },
});
