import type { Row } from './resources.ts';
import type { RowMemory } from './row-memory.ts';

/** A Prisma-style filter, as the API takes it in `where`. */
export type Where = { readonly [key: string]: unknown };

/** One readable resource of the API: its operation and how a row of its answer is read. */
export interface Resource<T extends Row> {
  /** The list operation, such as `get-clusters`; `<operation>-connection` counts. */
  readonly operation: `get-${string}`;
  /** The keys of a row that `parse` looks at. */
  readonly keys: readonly string[];
  /** Reads one row leniently; null when it cannot be read at all (not an object, no id). */
  readonly parse: (row: unknown) => T | null;
}

export interface Query<T extends Row = Row> {
  readonly where?: Where;
  /** Check the number of rows with the `-connection` (asked once more on a mismatch). */
  readonly prove?: boolean;
  /** Rows that did not change since the read before with the same memory are the same objects. */
  readonly memory?: RowMemory<T>;
  readonly signal?: AbortSignal;
}

export interface ListRead<T extends Row> {
  /** Every row, once, ordered by id. */
  readonly rows: readonly T[];
  readonly pages: number;
  /** The count that the connection answered, when proof was asked for. */
  readonly count: number | null;
}

/**
 * The one way to a tower's data. There is no method that writes.
 * Reads are complete or they reject: `TowerError` when nothing usable came, `IncompleteReadError` (which carries the rows that
 * did come) when paging broke off, rows were unreadable or the count disagrees.
 */
export interface TowerReader {
  list<T extends Row>(resource: Resource<T>, query: Query<T>): Promise<ListRead<T>>;
  count<T extends Row>(resource: Resource<T>, query: Query): Promise<number>;
}
