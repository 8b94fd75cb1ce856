import type { Row } from './resources.ts';

/** Why a request to a tower failed; stable, used in logs, metrics (`code`) and tests. */
export type TowerErrorCode =
  | 'network' // refused, reset, DNS
  | 'tls' // the certificate or the handshake was refused
  | 'timeout' // connect, headers, body or the whole request took too long
  | 'aborted' // the caller's deadline or a shutdown
  | 'status' // an HTTP status that is not 200 and has no code of its own here
  | 'rate_limited' // 429
  | 'unauthenticated' // still refused after one fresh login
  | 'forbidden' // signed in, but not allowed to read this
  | 'login_rejected' // the tower refused the credentials
  | 'login_paused' // not tried: the credentials were refused a moment ago
  | 'missing_operation' // 404: this CloudTower version lacks the operation
  | 'invalid' // HTML, a cut body, an object instead of an array, null
  | 'too_large' // the answer passed the byte cap
  | 'incomplete'; // paging stuck, unreadable rows, count mismatch, or a page that failed

export interface TowerErrorDetails {
  readonly tower: string;
  readonly operation: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** A request to a tower that failed. The message says what happened, to which tower and operation, and what to do. */
export class TowerError extends Error {
  override readonly name: string = 'TowerError';
  readonly code: TowerErrorCode;
  readonly tower: string;
  readonly operation: string;
  readonly status: number | null;
  readonly requestId: string | null;

  constructor(code: TowerErrorCode, message: string, details: TowerErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.tower = details.tower;
    this.operation = details.operation;
    this.status = details.status ?? null;
    this.requestId = details.requestId ?? null;
  }
}

/** A list that could not be proven whole. What did arrive may be used to add or refresh, never to conclude an absence. */
export class IncompleteReadError extends TowerError {
  override readonly name = 'IncompleteReadError';
  readonly partial: readonly Row[];
  /** Rows of the answers that could not be read at all. */
  readonly unreadable: number;

  constructor(message: string, partial: readonly Row[], unreadable: number, details: TowerErrorDetails) {
    super('incomplete', message, details);
    this.partial = partial;
    this.unreadable = unreadable;
  }
}
