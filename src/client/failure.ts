import type { Outcome } from './attempt.ts';
import type { TowerConnectionConfig } from './config.ts';
import { TowerError, type TowerErrorCode } from './errors.ts';
import { apiBase } from './operations.ts';

/** What is known of the exchange behind an error. */
export interface FailureDetails {
  readonly status?: number | null;
  readonly requestId?: string | null;
  readonly cause?: unknown;
}

/** Makes the errors of one tower: each says which tower and operation. */
export type Fail = (code: TowerErrorCode, operation: string, message: string, details?: FailureDetails) => TowerError;

/** How every message of a tower's errors begins. */
export const towerPrefix = (config: TowerConnectionConfig, operation: string): string =>
  `tower ${config.name} (${apiBase(config.url).origin}): ${operation}`;

export const createFail =
  (config: TowerConnectionConfig): Fail =>
  (code, operation, message, details = {}) =>
    new TowerError(
      code,
      `${towerPrefix(config, operation)}: ${message}`,
      errorDetails(config.name, operation, details),
    );

/** The details of an error without those that are not known. */
export const errorDetails = (tower: string, operation: string, details: FailureDetails) => ({
  tower,
  operation,
  ...(typeof details.status === 'number' ? { status: details.status } : {}),
  ...(typeof details.requestId === 'string' ? { requestId: details.requestId } : {}),
  ...(details.cause === undefined ? {} : { cause: details.cause }),
});

/** The text of an outcome's failure; empty for data. */
export const failureText = (outcome: Outcome<unknown> | null): string =>
  outcome === null || outcome.verdict.kind === 'data' ? '' : outcome.verdict.message;
