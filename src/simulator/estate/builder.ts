import type { NestedRow } from '../schema/column.ts';
import { type EnumName, enumValues } from '../schema/enums.ts';
import { cuid, seededRandom, type SeededRandom, uuid } from '../random.ts';
import { atLeast, type Release, type Version } from '../versions.ts';

/** How large an estate is and which. */
export interface EstateOptions {
  readonly seed: number;
  readonly version: Version;
  readonly clusters: number;
  /** A cluster. */
  readonly hosts: number;
  /** A host. */
  readonly disks: number;
  /** In all. */
  readonly vms: number;
  /** Unresolved ones in all; half as many ended ones come on top. */
  readonly alerts: number;
  /** The moment the estate is seen at, milliseconds since the epoch. */
  readonly start: number;
}

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;

/** The date form of the API: UTC with milliseconds. */
export const iso = (time: number): string => new Date(time).toISOString();

/** "Not set", as cluster maintenance dates say it. */
export const epochDate = '1970-01-01T00:00:00.000Z';

/** What every part of the generator is handed: the options, randomness and the vocabulary of the version. */
export class Builder {
  readonly options: EstateOptions;
  readonly random: SeededRandom;

  constructor(options: EstateOptions) {
    this.options = options;
    this.random = seededRandom(options.seed);
  }

  has(release: Release): boolean {
    return atLeast(this.options.version, release);
  }

  values(name: EnumName): readonly string[] {
    return enumValues(name, this.options.version);
  }

  /** `wanted` where the version has it, else the enum's usual value. */
  value(name: EnumName, wanted: string): string {
    const values = this.values(name);
    return values.includes(wanted) ? wanted : (values[0] ?? wanted);
  }

  /**
   * The usual value for most ordinals; every `stride`-th object takes the next value of the whole list, so that an estate
   * that is large enough has them all and still looks healthy.
   */
  mostly(name: EnumName, ordinal: number, stride: number, usual?: string): string {
    const values = this.values(name);
    const common = usual === undefined ? (values[0] ?? '') : this.value(name, usual);
    if (ordinal % stride !== stride - 1) return common;
    return values[Math.floor(ordinal / stride) % values.length] ?? common;
  }

  /** Null for most ordinals; every `stride`-th object takes the next value of the enum. */
  rarely(name: EnumName, ordinal: number, stride: number): string | null {
    return ordinal % stride === stride - 1 ? this.mostly(name, Math.floor(ordinal / stride), 1) : null;
  }

  /** A CUID for an object that came to be `age` milliseconds before the start. */
  id(random: SeededRandom, age: number): string {
    return cuid(random, this.options.start - age);
  }

  uuid(random: SeededRandom): string {
    return uuid(random);
  }

  /** A label as rows carry it: only its id before 4.1.0. */
  label(random: SeededRandom, key: string, value: string | null): NestedRow {
    const id = this.id(random, 100 * day);
    return this.has('4.1.0') ? { id, key, value } : { id };
  }
}

/** Orders a table as it lies under its primary key. */
export const byId = <T extends { readonly id: string }>(rows: T[]): T[] =>
  rows.sort((left, right) => (left.id < right.id ? -1 : Number(left.id > right.id)));
