import { IncompleteReadError, TowerError, type TowerErrorCode } from '../../../src/client/errors.ts';
import type { ListRead, Query, Resource, TowerReader } from '../../../src/client/reader.ts';
import type { Row } from '../../../src/client/resources.ts';

/** What was asked, in order. */
export interface Asked {
  readonly operation: string;
  readonly where: unknown;
  readonly prove: boolean;
  readonly signal: AbortSignal | undefined;
}

type Answer = (query: Query) => Promise<readonly unknown[]>;

export const towerError = (code: TowerErrorCode, operation = 'get-x', status?: number): TowerError =>
  new TowerError(code, `the tower said ${code}`, {
    tower: 't',
    operation,
    ...(status === undefined ? {} : { status }),
  });

/** A tower in memory: raw rows by operation, read as the client reads them; the filters that collectors use are obeyed. */
export class FakeTower implements TowerReader {
  readonly asked: Asked[] = [];
  readonly rows: Record<string, readonly unknown[]> = {};
  /** Overrides of single operations: a failure, a delay. */
  readonly answers = new Map<string, Answer>();

  /** How often each operation was asked. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { operation } of this.asked) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  fail(operation: string, error: Error | TowerErrorCode): void {
    this.answers.set(operation, () => Promise.reject(typeof error === 'string' ? towerError(error, operation) : error));
  }

  /** Answers only when the returned function is called, or not at all. A request that is aborted is given up. */
  hold(operation: string): () => void {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.answers.set(operation, async ({ signal, where }) => {
      const aborted = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(towerError('aborted', operation)), { once: true });
      });
      await Promise.race([gate, aborted]);
      return this.filtered(operation, where);
    });
    return release;
  }

  async list<T extends Row>(resource: Resource<T>, query: Query<T>): Promise<ListRead<T>> {
    const { operation } = resource;
    this.asked.push({ operation, where: query.where, prove: query.prove === true, signal: query.signal });
    const answer = this.answers.get(operation);
    const raw =
      answer === undefined
        ? this.filtered(operation, query.where)
        : await answer({
            ...(query.where === undefined ? {} : { where: query.where }),
            prove: query.prove === true,
            ...(query.signal === undefined ? {} : { signal: query.signal }),
          });
    const rows = raw.map(resource.parse).filter((row) => row !== null);
    return { rows, pages: 1, count: query.prove === true ? rows.length : null };
  }

  async count<T extends Row>(resource: Resource<T>, query: Query): Promise<number> {
    return (await this.list(resource, query)).rows.length;
  }

  /** The rows that did come before a read of this resource broke off. */
  incomplete<T extends Row>(resource: Resource<T>, raw: readonly unknown[]): void {
    const partial = raw.map(resource.parse).filter((row) => row !== null);
    const details = { tower: 't', operation: resource.operation };
    this.fail(resource.operation, new IncompleteReadError('page 2 did not come', partial, 0, details));
  }

  /** Hangs after these rows came; a read that is given up says so. */
  breakOff<T extends Row>(resource: Resource<T>, raw: readonly unknown[]): void {
    this.incomplete(resource, raw);
    const incomplete = this.answers.get(resource.operation);
    this.answers.set(resource.operation, async (query) => {
      await new Promise((resolve) => query.signal?.addEventListener('abort', resolve, { once: true }));
      return incomplete?.(query) ?? [];
    });
  }

  private filtered(operation: string, where: unknown): readonly unknown[] {
    return (this.rows[operation] ?? []).filter((row) => matches(row, where));
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const matches = (row: unknown, where: unknown): boolean => {
  if (!isObject(where)) return true;
  if (!isObject(row)) return false;
  return Object.entries(where).every(([key, wanted]) => {
    if (key === 'OR') return Array.isArray(wanted) && wanted.some((part) => matches(row, part));
    const some = /^(\w+)_some$/.exec(key)?.[1];
    if (some !== undefined) {
      const items = row[some];
      return Array.isArray(items) && items.some((item) => matches(item, wanted));
    }
    if (key === 'id_in') return Array.isArray(wanted) && wanted.includes(row['id']);
    return isObject(wanted) ? matches(row[key], wanted) : row[key] === wanted;
  });
};
