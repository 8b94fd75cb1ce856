import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError, toStoreError } from './errors.ts';
import { makePrivate } from './private-file.ts';

/** Held while a process uses a state directory. */
export interface Lock {
  release(): void;
}

/**
 * Takes the state directory for this process. The lock is an exclusive SQLite lock on a file of its own: the operating system
 * lets go of it however the process ends, and readers of the state are not in its way.
 * @throws StoreError `locked` when another process has it
 */
export const lockDirectory = (directory: string): Lock => {
  const pidFile = join(directory, 'bridge.pid');
  let connection: DatabaseSync | null = null;
  const lockFile = join(directory, 'bridge.lock');
  try {
    makePrivate(lockFile);
    connection = new DatabaseSync(lockFile, { timeout: 0 });
    connection.exec('BEGIN EXCLUSIVE');
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    if (connection?.isOpen === true) connection.close();
    const cause = toStoreError(error, directory);
    throw cause.code === 'busy' ? inUse(directory, pidFile) : cause;
  }
  const held = connection;
  return {
    release: () => {
      if (held.isOpen) held.close();
    },
  };
};

/** The process that says it uses the directory, or null. It may have ended since. */
export const readPid = (pidFile: string): number | null => {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
};

const inUse = (directory: string, pidFile: string): StoreError => {
  const pid = readPid(pidFile);
  return new StoreError(
    'locked',
    directory,
    `the bridge state in ${directory} is in use by ${pid === null ? 'another process' : `process ${pid}`}. ` +
      'Stop that exporter, or give this one another bridge.state_dir.',
  );
};
