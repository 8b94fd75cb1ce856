import { type Decode, describeJson } from './answer.ts';
import type { Call } from './call.ts';
import { IncompleteReadError, TowerError } from './errors.ts';
import { errorDetails } from './failure.ts';
import { isJsonObject, numberOf } from './fields.ts';
import type { Resource, Where } from './reader.ts';
import type { Row } from './resources.ts';
import { type Recall, RowMemory } from './row-memory.ts';
import { RowList } from './row-list.ts';
import { scanRows } from './row-scanner.ts';

/** Rows of a read so far. */
export interface Pages<T extends Row> {
  /** Each once, in the order they came first. */
  readonly rows: readonly T[];
  readonly pages: number;
}

interface PagingParts {
  readonly tower: string;
  readonly call: Call;
  readonly pageSize: number;
}

/** An endless supply of new ids ends here: at the usual page size, five million rows. */
const maxPages = 10_000;

/** A page of rows; null stands for one that cannot be read. */
interface Page<T> {
  readonly rows: readonly (T | null)[];
  /** Whether the rows were compared with those of the read before. */
  readonly isCompared: boolean;
}

/** `recall`: rows that are as they were in the read before are taken from there. */
const decodePage = <T extends Row>({ keys, parse }: Resource<T>, recall: Recall<T>): Decode<Page<T>> => ({
  fromJson: (json) =>
    Array.isArray(json)
      ? { data: { rows: json.map((row) => parse(row)), isCompared: false } }
      : { wrong: `answered ${describeJson(json)} instead of an array` },
  fromBytes: (body) => {
    const rows: (T | null)[] = [];
    const isRead = scanRows(body, keys, {
      row: (value, low, high) => {
        const row = parse(value);
        if (row !== null) recall.made(row, low, high);
        rows.push(row);
      },
      skip: (low, high) => {
        const row = recall.same(low, high);
        if (row !== null) rows.push(row);
        return row !== null;
      },
    });
    return isRead ? { data: { rows, isCompared: true } } : null;
  },
});

const decodeCount: Decode<number> = {
  fromJson: (json) => {
    const aggregate = isJsonObject(json) ? json['aggregate'] : null;
    const count = isJsonObject(aggregate) ? numberOf(aggregate['count']) : null;
    return count !== null && Number.isSafeInteger(count) && count >= 0
      ? { data: count }
      : { wrong: 'answered no count (aggregate.count)' };
  },
};

/** The caller's filter and the cursor, side by side: what the caller says of ids or in AND, OR and NOT stays as it is. */
const whereAfter = (where: Where | undefined, cursor: string | null): { readonly where?: Where } => {
  const own = where === undefined || Object.keys(where).length === 0 ? null : where;
  if (cursor === null) return own === null ? {} : { where: own };
  return { where: own === null ? { id_gt: cursor } : { AND: [own, { id_gt: cursor }] } };
};

/** Reads a resource whole. */
export interface Paging {
  /**
   * A row that the memory has with the same values is the same object.
   * @throws {TowerError} when the first page fails; {IncompleteReadError} when anything came, but not all
   */
  readAll<T extends Row>(
    resource: Resource<T>,
    where: Where | undefined,
    signal: AbortSignal,
    memory?: RowMemory<T>,
  ): Promise<Pages<T>>;
  count<T extends Row>(resource: Resource<T>, where: Where | undefined, signal: AbortSignal): Promise<number>;
  /** The first page alone, to see whether the resource may be read; how many rows came. @throws {TowerError} */
  firstPage<T extends Row>(resource: Resource<T>, where: Where | undefined, signal: AbortSignal): Promise<number>;
}

/**
 * Keyset paging: the next page begins after the last row of the one before, until a page is empty (a server may cap pages below
 * what was asked for, so a short page says nothing). How the server orders ids is not known, so nothing depends on their order: a page
 * without a single new id means that the paging is stuck.
 */
export const createPaging = ({ tower, call, pageSize }: PagingParts): Paging => ({
  readAll: async <T extends Row>(
    resource: Resource<T>,
    where: Where | undefined,
    signal: AbortSignal,
    memory: RowMemory<T> = new RowMemory(),
  ) => {
    const { operation } = resource;
    const recall = memory.recall();
    const decode = decodePage(resource, recall);
    const found = new RowList<T>();
    let unreadable = 0;
    let pages = 0;
    let cursor: string | null = null;
    let isCompared = true;

    const incomplete = (why: string, cause?: TowerError): IncompleteReadError => {
      const bad = unreadable === 0 ? '' : `${unreadable} of the rows could not be read (not an object, or no id); `;
      const text = `tower ${tower}: ${operation} is incomplete: ${bad}${why} (${found.rows.length} rows in ${pages} pages came)`;
      const details = errorDetails(tower, operation, cause ?? {});
      return new IncompleteReadError(
        text,
        found.rows,
        unreadable,
        cause === undefined ? details : { ...details, cause },
      );
    };

    for (;;) {
      const body = { ...whereAfter(where, cursor), orderBy: 'id_ASC', first: pageSize };
      let page: Page<T>;
      try {
        page = await call(operation, body, decode, signal);
      } catch (error) {
        if (pages === 0 || !(error instanceof TowerError)) throw error;
        throw incomplete(`page ${pages + 1} failed: ${error.message}`, error);
      }
      if (page.rows.length === 0) break;
      pages += 1;
      let isNew = false;
      isCompared &&= page.isCompared;
      for (const row of page.rows) {
        if (row === null) {
          unreadable += 1;
          continue;
        }
        if (found.add(row)) isNew = true;
        cursor = row.id;
      }
      if (!isNew) throw incomplete('a page brought no new row, so the next would be the same');
      if (pages >= maxPages) throw incomplete(`${maxPages} pages did not reach the end`);
    }
    if (unreadable > 0) throw incomplete('the rest was read to its end');
    if (isCompared) recall.finish();
    return { rows: found.rows, pages };
  },
  count: (resource, where, signal) =>
    call(`${resource.operation}-connection`, whereAfter(where, null), decodeCount, signal),
  firstPage: async <T extends Row>(resource: Resource<T>, where: Where | undefined, signal: AbortSignal) => {
    const body = { ...whereAfter(where, null), orderBy: 'id_ASC', first: pageSize };
    const decode = decodePage(resource, new RowMemory<T>().recall());
    return (await call(resource.operation, body, decode, signal)).rows.length;
  },
});
