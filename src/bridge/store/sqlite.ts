import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import type { BridgeLogger } from '../logger.ts';
import type { BridgeStore, SetAside } from './bridge-store.ts';
import { Database } from './database.ts';
import { StoreError, toStoreError } from './errors.ts';
import { type Lock, lockDirectory } from './lock.ts';
import { makePrivate } from './private-file.ts';
import { checkVersion, migrate, migrations } from './schema.ts';
import { damagedFiles, pruneDamaged, setAside } from './set-aside.ts';
import { SqliteStore } from './sqlite-store.ts';

export interface StoreOptions {
  /** The state directory, made (0700) when it is missing; null keeps everything in memory, for tests and trial sends. */
  readonly directory: string | null;
  readonly clock: Clock;
  readonly logger: BridgeLogger;
  /** The most pages the file may have, so that a test can fill the disk; null: no limit. */
  readonly pageLimit?: number | null;
}

/** The state's file in its directory. */
export const stateFile = (directory: string): string => join(directory, 'bridge.sqlite');

/**
 * Opens the state for this process alone. A damaged file is set aside and a fresh one begun, which `setAside()` reports.
 * @throws StoreError `locked`, `newer_schema`, `cannot_open`, `read_only`, `full`, `io`
 */
export const openStore = (options: StoreOptions): BridgeStore => {
  const { directory } = options;
  if (directory === null) return openInMemory(options);
  try {
    makeDirectory(directory);
    const lock = lockDirectory(directory);
    try {
      return openLocked(directory, lock, options);
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw toStoreError(error, directory);
  }
};

/**
 * Opens the state to look at it, also while an exporter uses it. Whatever would write throws.
 * @throws StoreError `cannot_open` when there is none, `corrupt`, `newer_schema`
 */
export const openStoreToRead = (directory: string, clock: Clock): BridgeStore => {
  const file = stateFile(directory);
  if (!existsSync(file)) {
    throw new StoreError(
      'cannot_open',
      directory,
      `there is no bridge state in ${directory}: no bridge has run with it yet`,
    );
  }
  const database = new Database(
    open(directory, () => new DatabaseSync(file, { readOnly: true, timeout: 5000 })),
    directory,
  );
  if (checkVersion(database, migrations) < migrations.length) {
    database.close();
    throw new StoreError(
      'other',
      directory,
      `the bridge state in ${directory} is of an older version: start the exporter once`,
    );
  }
  return new SqliteStore({
    database,
    clock,
    lock: null,
    setAside: () => ({ files: damagedFiles(directory), now: null }),
  });
};

/**
 * Removes one dead letter, also while an exporter uses the state.
 * @throws StoreError as `openStoreToRead`, and `busy`
 */
export const removeDeadLetter = (directory: string, id: number): boolean => {
  const database = new Database(
    open(directory, () => new DatabaseSync(stateFile(directory), { timeout: 5000 })),
    directory,
  );
  try {
    return database.run('DELETE FROM dead_letter WHERE id = ?', id) > 0;
  } finally {
    database.close();
  }
};

const openInMemory = ({ clock }: StoreOptions): BridgeStore => {
  const database = new Database(new DatabaseSync(':memory:'), ':memory:');
  migrate(database);
  return new SqliteStore({ database, clock, lock: null, setAside: () => ({ files: [], now: null }) });
};

const makeDirectory = (directory: string): void => {
  if (existsSync(directory)) return;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // A permissive umask is no reason to show alerts to other users.
  chmodSync(directory, 0o700);
};

const openLocked = (directory: string, lock: Lock, options: StoreOptions): BridgeStore => {
  const { clock, logger } = options;
  const build = (found: SetAside | null): SqliteStore => {
    const database = openFile(directory, options.pageLimit ?? null);
    try {
      return new SqliteStore({
        database,
        clock,
        lock,
        setAside: () => ({ files: damagedFiles(directory), now: found }),
      });
    } catch (error) {
      database.close();
      if (error instanceof StoreError) throw error;
      // The file is whole, and what stands in it is not what any version wrote.
      throw new StoreError('corrupt', directory, error instanceof Error ? error.message : String(error), error);
    }
  };
  try {
    return build(null);
  } catch (error) {
    const problem = toStoreError(error, directory);
    if (problem.code !== 'corrupt') throw problem;
    const path = setAside(stateFile(directory), clock.now());
    pruneDamaged(directory);
    logger.error(
      { directory, path, reason: problem.message },
      'the bridge state is damaged: it is set aside and a fresh one is begun; ends of alerts that it knew may go untold',
    );
    return build({ path, reason: problem.message });
  }
};

const openFile = (directory: string, pageLimit: number | null): Database => {
  makePrivate(stateFile(directory));
  const connection = open(directory, () => new DatabaseSync(stateFile(directory), { timeout: 5000 }));
  const database = new Database(connection, directory);
  try {
    database.get('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    // A log that grew while something read it is cut again.
    database.exec('PRAGMA journal_size_limit = 67108864');
    const check = database.get('PRAGMA quick_check(1)');
    if (check?.['quick_check'] !== 'ok')
      throw new StoreError('corrupt', directory, `quick_check: ${String(check?.['quick_check'])}`);
    migrate(database);
    if (pageLimit !== null) database.get(`PRAGMA max_page_count = ${pageLimit}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const open = (directory: string, connect: () => DatabaseSync): DatabaseSync => {
  try {
    return connect();
  } catch (error) {
    throw toStoreError(error, directory);
  }
};
