import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const marker = '.damaged-';
const parts = ['', '-wal', '-shm'];

/** Damaged files kept for a person to look at; more would only fill the disk. */
const kept = 5;

/** Renames a damaged database (with its -wal and -shm) to a dated name and answers with that name. */
export const setAside = (file: string, now: number): string => {
  const date = new Date(now).toISOString().replaceAll(':', '-');
  let target = `${file}${marker}${date}`;
  for (let copy = 2; existsSync(target); copy += 1) target = `${file}${marker}${date}-${copy}`;
  for (const part of parts) if (existsSync(file + part)) renameSync(file + part, target + part);
  return target;
};

/** The damaged files in the directory, oldest first. */
export const damagedFiles = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => name.includes(marker) && !name.endsWith('-wal') && !name.endsWith('-shm'))
    .sort()
    .map((name) => join(directory, name));

/** Removes all but the newest few. */
export const pruneDamaged = (directory: string): void => {
  for (const file of damagedFiles(directory).slice(0, -kept))
    for (const part of parts) rmSync(file + part, { force: true });
};
