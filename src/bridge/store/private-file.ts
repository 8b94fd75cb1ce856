import { closeSync, existsSync, openSync } from 'node:fs';

/**
 * Makes an empty file that only its user may read, when there is none: SQLite would make it readable to all, and its log takes
 * over the mode. A file that is there is not touched: closing it would let go of the locks this process has on it.
 */
export const makePrivate = (file: string): void => {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
};
