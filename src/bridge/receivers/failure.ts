import type { Random } from '../../clock.ts';
import { fullJitter } from '../../backoff.ts';
import { HttpError, type HttpErrorCode } from '../../http/http-error.ts';
import type { HttpResponse } from '../../http/http-client.ts';
import { parseRetryAfter } from '../../retry-after.ts';
import type { DeliveryFailure } from '../metrics.ts';

/**
 * A delivery that brought no acceptance and refused no content. `later`: a later try can mend it. `configuration`: only an
 * operator can, so everything is held and tried seldom.
 */
export interface Failure {
  readonly kind: 'later' | 'configuration';
  readonly reason: DeliveryFailure;
  readonly status: number | null;
  /** In words, without secrets. */
  readonly problem: string;
  /** What the peer asked for, milliseconds. */
  readonly retryAfter: number | null;
}

/** No wait that a peer asks for is longer, and no back-off of a configuration error; milliseconds. */
const longest = 300_000;

const byCode: Readonly<Record<HttpErrorCode, { kind: Failure['kind']; reason: DeliveryFailure }>> = {
  network: { kind: 'later', reason: 'network' },
  timeout: { kind: 'later', reason: 'timeout' },
  aborted: { kind: 'later', reason: 'other' },
  tls: { kind: 'configuration', reason: 'tls' },
  credentials: { kind: 'configuration', reason: 'configuration' },
  proxy: { kind: 'configuration', reason: 'configuration' },
  invalid: { kind: 'configuration', reason: 'configuration' },
};

/** What it means that a request brought no answer. */
export const failureOfError = (error: unknown): Failure => {
  if (!(error instanceof HttpError)) {
    return { kind: 'later', reason: 'other', status: null, problem: 'an unexpected error', retryAfter: null };
  }
  return { ...byCode[error.code], status: null, problem: error.message, retryAfter: null };
};

/** What a status means that neither accepts nor refuses the content. `now` is milliseconds since the epoch. */
export const failureOfStatus = (response: HttpResponse, target: string, now: number): Failure => {
  const { status } = response;
  const retryAfter =
    status === 429 || status === 503 ? parseRetryAfter(response.headers['retry-after'] ?? null, now, longest) : null;
  const later = (reason: DeliveryFailure): Failure => ({
    kind: 'later',
    reason,
    status,
    problem: `${target}: answered ${status}`,
    retryAfter,
  });
  if (status === 429) return later('rate_limited');
  if (status >= 500) return later('server_error');
  if (status === 408) return later('timeout');
  if (status === 425) return later('other');
  return {
    kind: 'configuration',
    reason: 'configuration',
    status,
    problem: `${target}: answered ${status}; ${advice(status)}. Everything is kept until this is mended`,
    retryAfter: null,
  };
};

const advice = (status: number): string => {
  if (status >= 300 && status < 400) return 'redirects are not followed: configure the address it points to';
  if (status === 401 || status === 403) return 'check the credentials in http_config and what they permit';
  if (status === 404 || status === 405) return 'check the path of the URL';
  if (status === 407) return 'check the credentials in proxy_url';
  if (status === 400) return 'check the scheme (http or https) and the path of the URL';
  return 'check that the URL is that of the receiver';
};

/** How long to wait after this failure, milliseconds; `attempt` counts failures in a row from 0. */
export const waitAfter = (failure: Failure, attempt: number, random: Random): number => {
  // A date that has passed asks for no wait, but a peer in trouble is not to be asked without one.
  if (failure.retryAfter !== null && failure.retryAfter > 0) return failure.retryAfter;
  return failure.kind === 'configuration'
    ? fullJitter(attempt, { base: 5000, cap: longest }, random)
    : fullJitter(attempt, { base: 1000, cap: 60_000 }, random);
};

/** The state could not be read or written: tried again later, whoever's fault it is. */
export const storeFailure = (error: unknown): Failure => {
  const problem = error instanceof Error ? error.message : String(error);
  return { kind: 'later', reason: 'store', status: null, problem, retryAfter: null };
};
