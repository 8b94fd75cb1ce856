/** Why the bridge's state could not be read or written; stable, used in logs, metrics and tests. */
export type StoreErrorCode =
  | 'full' // no space left
  | 'read_only' // the file or its directory may not be written
  | 'corrupt' // damaged while in use; the next start sets it aside
  | 'busy' // another connection holds it
  | 'io' // the disk answered with an error
  | 'cannot_open' // no such directory, no permission
  | 'locked' // another process uses this state directory
  | 'newer_schema' // written by a newer version
  | 'closed' // used after it was closed
  | 'other';

/** The state could not be used. The message names the directory and says what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly directory: string;

  constructor(code: StoreErrorCode, directory: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.directory = directory;
  }
}

const byPrimaryCode: ReadonlyMap<number, StoreErrorCode> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [8, 'read_only'],
  [10, 'io'],
  [11, 'corrupt'],
  [13, 'full'],
  [14, 'cannot_open'],
  [26, 'corrupt'],
]);

const advice: Readonly<Record<StoreErrorCode, string>> = {
  full: 'The disk is full: free some space; the bridge goes on by itself.',
  read_only: 'It may not be written: mend its permissions or its mount; the bridge goes on by itself.',
  corrupt: 'The file is damaged: restart the exporter, which sets it aside and starts afresh.',
  busy: 'Another program holds the file: end it; the bridge tries again by itself.',
  io: 'The disk failed to read or write: see the kernel log; the bridge tries again by itself.',
  cannot_open: 'It cannot be opened: check that the directory exists and belongs to the user of this process.',
  locked: '',
  newer_schema: '',
  closed: 'The bridge has stopped.',
  other: '',
};

/** Turns what node:sqlite (or the file system) threw into a StoreError; one that already is one stays. */
export const toStoreError = (error: unknown, directory: string): StoreError => {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  const message = `bridge state in ${directory}: ${detail}. ${advice[code]}`.trimEnd();
  return new StoreError(code, directory, message, error);
};

const codeOf = (error: unknown): StoreErrorCode => {
  if (!(error instanceof Error)) return 'other';
  if ('errcode' in error && typeof error.errcode === 'number')
    return byPrimaryCode.get(error.errcode & 0xff) ?? 'other';
  if (!('code' in error)) return 'other';
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'full';
    case 'EROFS':
      return 'read_only';
    case 'EACCES':
    case 'EPERM':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EEXIST':
      return 'cannot_open';
    case 'EIO':
      return 'io';
    case 'ERR_INVALID_STATE':
      return 'closed';
    default:
      return 'other';
  }
};
