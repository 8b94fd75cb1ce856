import { createHash } from 'node:crypto';
import type { RefusalKind } from './answer.ts';
import type { RevealedSecret } from './config.ts';
import type { TowerError } from './errors.ts';
import type { Fail } from './failure.ts';

/** What goes into the `Authorization` header, and which of the tokens so far it is. */
export interface Token {
  readonly value: string;
  readonly generation: number;
}

/** A tower's refusal of a token for an operation. */
export interface Refusal {
  readonly operation: string;
  readonly kind: RefusalKind;
  /** What the tower answered, for people. */
  readonly message: string;
  readonly status: number | null;
  readonly requestId: string | null;
}

/** The token after a refusal. `fresh`: it was made because of that refusal, so a further one is final. */
export interface Renewal {
  readonly token: Token;
  readonly fresh: boolean;
}

/** How the client is known to the tower: by a login, or by an API key. All rejections are `TowerError`s or the signal's reason. */
export interface Session {
  /** The token to send. */
  token(signal: AbortSignal): Promise<Token>;
  /** Another token in the place of a refused one; rejects when there is none to be had, or none is to be asked for now. */
  renew(refused: Token, refusal: Refusal, signal: AbortSignal): Promise<Renewal>;
  /** The error for a refusal that is final; remembers it. */
  refusedAgain(token: Token, refusal: Refusal): TowerError;
  /** A request with the token was answered with data. */
  accepted(token: Token, operation: string): void;
}

/** What an HTTP header may hold; anything else would be an error that quotes nothing and helps nobody. */
const headerText = /^[\x20-\x7e]+$/;

/** Whether a token or key can be sent at all. */
export const isSendable = (value: string): boolean => headerText.test(value);

/** Reads a secret; its own error names the file, never the value. */
export const revealSecret = (secret: RevealedSecret, what: string, operation: string, fail: Fail): string => {
  try {
    return secret.reveal();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    throw fail('unauthenticated', operation, `the ${what} cannot be read: ${why}`);
  }
};

/** Tells secrets apart without keeping them. */
export const digest = (secret: string): string => createHash('sha256').update(secret).digest('base64');

/** The error for a final refusal. `known`: how the tower knows us. */
export const refusalError = (fail: Fail, refusal: Refusal, known: string, advice: string): TowerError => {
  const { operation, kind, message } = refusal;
  if (kind === 'permission') {
    const text = `${known}, but not allowed to read this (${message}): give the role of this user the permission`;
    return fail('forbidden', operation, text, refusal);
  }
  return fail('unauthenticated', operation, `not accepted ${known} (${message}): ${advice}`, refusal);
};
