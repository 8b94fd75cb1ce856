import type { Release } from '../versions.ts';
import type { EnumName } from './enums.ts';

/** What answers are made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A relation as rows carry it: the id and, depending on the target, a name or more. */
export interface NestedRow {
  id: string;
  name?: string;
  management_ip?: string;
  /** Labels only. */
  key?: string;
  value?: string | null;
}

/** `retain` is in days. */
export interface RecycleBinPolicy {
  enabled: boolean;
  retain: number;
}

export interface Partition {
  usage: string;
  size: number;
  used_size: number;
  name: string | null;
  path: string | null;
}

export interface Threshold {
  severity: string | null;
  value: number | null;
  quantile: number | null;
}

/** What a column of each kind holds. Embedded objects have a kind of their own; they can be ordered by, not filtered. */
interface ValueOfKind {
  readonly text: string;
  readonly date: string;
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  readonly enum: string;
  readonly ref: NestedRow;
  readonly refs: NestedRow[];
  readonly texts: string[];
  readonly numbers: number[];
  readonly json: Json;
  readonly recycle_bin: RecycleBinPolicy;
  readonly partitions: Partition[];
  readonly thresholds: Threshold[];
}

export type Kind = keyof ValueOfKind;

/** One column of a resource. `Optional` says that a row may carry null or lack it. */
export interface Column<K extends Kind = Kind, Optional extends boolean = boolean> {
  readonly kind: K;
  readonly nullable: Optional;
  /** The release it appeared in; null for the oldest simulated one or earlier. */
  readonly since: Release | null;
  /** A required column may be null from this release on. */
  readonly nullableSince: Release | null;
  /** Of an enum column. */
  readonly values: EnumName | null;
  /** Of a relation: the resource it leads to, whether that is simulated or not. */
  readonly target: string | null;
}

export type Columns = Readonly<Record<string, Column>>;

const make = <K extends Kind>(
  kind: K,
  more: { readonly values?: EnumName; readonly target?: string } = {},
): Column<K, false> => ({
  kind,
  nullable: false,
  since: null,
  nullableSince: null,
  values: more.values ?? null,
  target: more.target ?? null,
});

export const text = make('text');
export const date = make('date');
export const int = make('int');
export const float = make('float');
export const bool = make('bool');
export const texts = make('texts');
export const numbers = make('numbers');
export const json = make('json');
export const recycleBin = make('recycle_bin');
export const partitions = make('partitions');
export const thresholds = make('thresholds');
export const oneOf = (values: EnumName): Column<'enum', false> => make('enum', { values });
export const ref = (target: string): Column<'ref', false> => make('ref', { target });
export const refs = (target: string): Column<'refs', false> => make('refs', { target });

/** The column, but it may be null. */
export const opt = <K extends Kind>(column: Column<K>): Column<K, true> => ({ ...column, nullable: true });

/** The column, but older versions lack it. */
export const since = <K extends Kind>(release: Release, column: Column<K>): Column<K, true> => ({
  ...column,
  nullable: true,
  since: release,
});

/** The column, required in older versions and nullable from `release` on. */
export const nullableSince = <K extends Kind>(release: Release, column: Column<K>): Column<K, true> => ({
  ...column,
  nullable: true,
  nullableSince: release,
});

type RequiredKeys<C extends Columns> = { [K in keyof C]: C[K] extends Column<Kind, false> ? K : never }[keyof C];
type ValueOf<C> = C extends Column<infer K> ? ValueOfKind[K] : never;

/** The rows that a set of columns describes. Mutable: the estate lives. */
export type RowOf<C extends Columns> = { id: string } & { -readonly [K in RequiredKeys<C>]: ValueOf<C[K]> } & {
  -readonly [K in Exclude<keyof C, RequiredKeys<C>>]?: ValueOf<C[K]> | null;
};

/** A row of any resource. */
export type AnyRow = { id: string; [column: string]: unknown };
