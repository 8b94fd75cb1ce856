import type { ClusterScope } from '../bridge/poll.ts';
import { IncompleteReadError, TowerError, type TowerErrorCode } from '../client/errors.ts';
import type { Alert, Row } from '../client/resources.ts';
import { describeError } from '../log.ts';
import { DeadlineError } from './deadline.ts';
import type { Reading } from './shared-read.ts';

/** What one run of the alerts collector proves, before missing alerts are looked up and rules are joined. */
export interface AlertEvidence {
  /** When the read ended, milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: 'complete' | 'incomplete' | 'unreachable';
  readonly reason: string | null;
  readonly alerts: readonly Alert[];
  readonly scope: ClusterScope | null;
}

/**
 * Failures in which the tower did answer: it is there, it only says nothing that can be used. Refused credentials are not
 * among them: a monitor that is locked out sees nothing, and people have to hear of it.
 */
const answered: ReadonlySet<TowerErrorCode> = new Set<TowerErrorCode>([
  'forbidden',
  'invalid',
  'too_large',
  'missing_operation',
  'rate_limited',
  'incomplete',
]);

/** The evidence of a read that succeeded. A scope without any cluster proves nothing: a lost permission looks just like that. */
export const evidenceOfReading = ({ rows, scope, at }: Reading<Alert>): AlertEvidence =>
  scope?.size === 0
    ? { at, outcome: 'incomplete', reason: 'the scope holds no cluster', alerts: [], scope }
    : { at, outcome: 'complete', reason: null, alerts: rows, scope };

/**
 * The evidence of a read that failed. An error status below 500 is an answer too; 5xx is what a dead tower's proxy says. A later
 * page that hangs until the run is given up is like one that failed: the tower did answer, and what came is evidence.
 */
export const evidenceOfError = (failure: unknown, at: number, scope: ClusterScope | null): AlertEvidence => {
  const error =
    failure instanceof DeadlineError && failure.cause instanceof IncompleteReadError ? failure.cause : failure;
  const isAnswer = error instanceof TowerError && (answered.has(error.code) || isClientError(error));
  const partial = error instanceof IncompleteReadError ? error.partial.filter(isAlert) : [];
  return {
    at,
    outcome: isAnswer ? 'incomplete' : 'unreachable',
    reason: describeError(error).message,
    alerts: partial.filter((alert) => alert.ended !== true),
    scope,
  };
};

const isClientError = ({ code, status }: TowerError): boolean =>
  code === 'status' && status !== null && status >= 400 && status < 500;

/** Rows of a broken-off read of alerts have been read as alerts already; their type was lost on the way. */
export const isAlert = (row: Row): row is Alert =>
  'alert_rule_id' in row && 'severity' in row && 'local_start_time' in row;
