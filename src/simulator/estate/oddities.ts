import type { AnyRow, Columns } from '../schema/column.ts';
import { columnsIn, type ResourceName, resources } from '../schema/resources.ts';
import { atLeast, type Version } from '../versions.ts';

/** Takes away the columns that the version does not have. */
export const prune = (table: readonly AnyRow[], columns: Columns): void => {
  for (const row of table) {
    for (const key of Object.keys(row)) if (key !== 'id' && columns[key] === undefined) delete row[key];
  }
};

/** Says null where a settled object was given nothing to say. */
export const settle = (table: readonly AnyRow[], resource: string, version: Version): void => {
  const nullable = nullableColumns(columnsIn(resource, version), version);
  for (const row of table) for (const column of nullable) row[column] ??= null;
};

const nullableColumns = (columns: Columns, version: Version): readonly string[] =>
  Object.entries(columns)
    .filter(
      ([, column]) => column.nullable && (column.nullableSince === null || atLeast(version, column.nullableSince)),
    )
    .map(([name]) => name);

/** Every `stride`-th row loses `take` nullable columns, the next ones in turn: in a large estate each is null somewhere. */
const nullStride: Partial<
  Record<ResourceName, { readonly stride: number; readonly take: number; readonly from: number }>
> = {
  cluster: { stride: 4, take: 10, from: 14 },
  host: { stride: 10, take: 1, from: 20 },
  disk: { stride: 37, take: 1, from: 40 },
  vm: { stride: 29, take: 1, from: 28 },
  alert: { stride: 19, take: 1, from: 10 },
  nic: { stride: 23, take: 1, from: 0 },
  globalAlertRule: { stride: 20, take: 1, from: 10 },
};

/** Columns whose null would contradict the row's own story; they are null elsewhere, with a reason. */
const keep: ReadonlySet<string> = new Set([
  'hypervisor',
  'cluster',
  'host',
  'ha_priority',
  'deleted_at',
  'original_name',
]);

/** Sets nulls where the version allows them, sparsely. Rows come in the order they were made in. */
export const sprinkleNulls = (table: readonly AnyRow[], resource: ResourceName, version: Version): void => {
  const plan = nullStride[resource];
  if (plan === undefined) return;
  const nullable = nullableColumns(resources[resource].columns, version).filter((name) => !keep.has(name));
  let next = 0;
  for (let ordinal = plan.from; ordinal < table.length; ordinal += plan.stride) {
    const row = table[ordinal];
    if (row === undefined) continue;
    for (let taken = 0; taken < plan.take; taken += 1, next += 1) {
      const column = nullable[next % nullable.length];
      if (column !== undefined && row[column] !== undefined) row[column] = null;
    }
  }
};

const place: ReadonlySet<string> = new Set(['cluster', 'host', 'entityAsyncStatus']);

/** An object that was just made: the optional keys are not there at all, apart from where it is and that it is in flux. */
export const makeFresh = (row: AnyRow, resource: string, version: Version): void => {
  for (const column of nullableColumns(columnsIn(resource, version), version)) {
    if (!place.has(column)) delete row[column];
  }
};
