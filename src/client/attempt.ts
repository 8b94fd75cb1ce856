import type { Clock } from '../clock.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { type Decode, judge, type Verdict } from './answer.ts';
import type { TowerConnectionConfig } from './config.ts';
import type { Connection, Exchange } from './connection.ts';
import type { ClientLogger, ClientObserver } from './observer.ts';
import type { Operation } from './operations.ts';
import type { Redactor } from './redact.ts';
import { isDeadline } from './signals.ts';
import type { Slots } from './slots.ts';

/** What one attempt came to. `retryAfter` is the wait in milliseconds that the tower asked for. */
export interface Outcome<T> {
  readonly verdict: Verdict<T>;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly retryAfter: number | null;
}

/** One request in a slot of its own, judged, measured and logged. */
export type Attempt = <T>(
  operation: Operation,
  body: unknown,
  token: string | null,
  decode: Decode<T>,
  signal: AbortSignal,
) => Promise<Outcome<T>>;

/** Longer than this nobody waits because a header says so; in milliseconds. */
const maxRetryAfter = 60_000;

interface AttemptParts {
  readonly config: TowerConnectionConfig;
  readonly clock: Clock;
  readonly connection: Connection;
  readonly slots: Slots;
  readonly redactor: Redactor;
  readonly observer: ClientObserver;
  readonly logger: ClientLogger;
}

/** The only place that sends anything to the tower. Rejects with the signal's reason while it waits for a slot, never otherwise. */
export const createAttempt = (parts: AttemptParts): Attempt => {
  const { config, clock, connection, slots, redactor, observer, logger } = parts;
  const tower = config.name;
  const language = config.content_language ?? null;

  return (operation, body, token, decode, signal) =>
    slots(async () => {
      const began = clock.monotonic();
      const headers = {
        ...(language === null ? {} : { 'content-language': language }),
        ...(token === null ? {} : { authorization: token }),
      };
      const exchange = await connection.post(operation, headers, JSON.stringify(body), signal);
      const verdict = verdictOf(operation, exchange, decode, redactor);
      const seconds = (clock.monotonic() - began) / 1000;
      const status = exchange.ok ? exchange.answer.status : exchange.status;
      const { bytes, requestId } = exchange;
      observer.request({ tower, operation, code: codeOf(exchange, verdict), seconds, bytes });
      const up = verdict.kind === 'data';
      // A good login brings no data, and a request that nobody wanted any more might have: neither says anything.
      const silent = up ? operation === 'login' : signal.aborted && !isDeadline(signal.reason);
      if (!silent) observer.reachable({ tower, up });
      const fields = { tower, operation, status, seconds, bytes, request_id: requestId };
      if (verdict.kind === 'data') logger.debug(fields, 'request answered');
      else logger.debug({ ...fields, reason: verdict.message }, 'request failed');
      const retryAfter = exchange.ok ? parseRetryAfter(exchange.answer.retryAfter, clock.now(), maxRetryAfter) : null;
      return { verdict, status, requestId, retryAfter };
    }, signal);
};

const verdictOf = <T>(operation: Operation, exchange: Exchange, decode: Decode<T>, redactor: Redactor): Verdict<T> =>
  exchange.ok ? judge(operation, exchange.answer, decode, redactor) : { kind: 'failed', ...exchange.failure };

/** The `code` label: the status, or why there was no usable answer. */
const codeOf = (exchange: Exchange, verdict: Verdict<unknown>): string => {
  if (!exchange.ok) return exchange.failure.code;
  const { status } = exchange.answer;
  return status === 200 && verdict.kind === 'failed' ? verdict.code : String(status);
};
