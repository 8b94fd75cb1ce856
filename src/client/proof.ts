import { IncompleteReadError, TowerError } from './errors.ts';
import { errorDetails } from './failure.ts';
import type { Pages, Paging } from './paging.ts';
import type { Resource, Where } from './reader.ts';
import type { Row } from './resources.ts';
import type { RowMemory } from './row-memory.ts';

/** A read whose number of rows the server confirmed. */
export interface ProvenPages<T extends Row> extends Pages<T> {
  readonly count: number;
}

/**
 * Reads a resource whole and checks it with the server's count. On a mismatch both are asked once more, because rows come and
 * go while they are read: first the count, then the list, then the count of that.
 * @throws {TowerError} when nothing came; {IncompleteReadError} when the count disagrees or could not be had
 */
export const readProven = async <T extends Row>(
  paging: Paging,
  tower: string,
  resource: Resource<T>,
  where: Where | undefined,
  signal: AbortSignal,
  memory?: RowMemory<T>,
): Promise<ProvenPages<T>> => {
  const { operation } = resource;
  let { rows, pages } = await paging.readAll(resource, where, signal, memory);

  const incomplete = (why: string, cause?: TowerError): IncompleteReadError => {
    const details = { ...errorDetails(tower, operation, cause ?? {}), ...(cause === undefined ? {} : { cause }) };
    const text = `tower ${tower}: ${operation} is not proven whole: ${why}`;
    return new IncompleteReadError(text, rows, 0, details);
  };
  const count = async (): Promise<number> => {
    try {
      return await paging.count(resource, where, signal);
    } catch (error) {
      throw error instanceof TowerError ? incomplete(`it could not be counted: ${error.message}`, error) : error;
    }
  };

  const first = await count();
  if (first === rows.length) return { rows, pages, count: first };
  const second = await count();
  if (second === rows.length) return { rows, pages, count: second };
  try {
    const again = await paging.readAll(resource, where, signal, memory);
    rows = again.rows;
    pages += again.pages;
  } catch (error) {
    throw error instanceof TowerError ? incomplete(`it could not be read again: ${error.message}`, error) : error;
  }
  if (second === rows.length) return { rows, pages, count: second };
  const third = await count();
  if (third === rows.length) return { rows, pages, count: third };
  throw incomplete(`${rows.length} rows came, but the server counts ${third}; asked twice`);
};
