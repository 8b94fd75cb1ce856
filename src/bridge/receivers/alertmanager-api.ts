import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { HttpClient } from '../../http/http-client.ts';
import type { BridgeAlert } from '../store/types.ts';
import { type PostOutcome, postOutcome } from './alertmanager-outcome.ts';
import { type Failure, failureOfError, failureOfStatus } from './failure.ts';

/** Clocks that differ by less are taken to agree, milliseconds: `Date` headers count whole seconds and answers take time. */
const skewTolerance = 30_000;
/** The list of 10 000 alerts is about 20 MiB long. */
const maxListBytes = 64 * 1024 * 1024;

/** A URL by its origin; with a path, which may hold a token, also by a hash. */
export const targetName = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return pathname === '/' ? origin : `${origin} (#${urlHash(url).slice(0, 6)})`;
};

/** A short name of a URL that says nothing about it. */
export const urlHash = (url: string): string => createHash('sha256').update(url).digest('hex').slice(0, 12);

/** What an Alertmanager holds as not ended, by fingerprint. */
export type ActiveAlerts =
  | { readonly kind: 'listed'; readonly fingerprints: ReadonlySet<string> }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The two requests that the bridge makes of one Alertmanager. */
export class AlertmanagerApi {
  readonly #url: string;
  readonly #target: string;
  readonly #http: HttpClient;
  readonly #clock: Clock;
  /** Its time less our monotonic one at the latest answer, milliseconds: holds when our clock is set. */
  #lead: number | null = null;

  constructor(url: string, http: HttpClient, clock: Clock) {
    this.#url = `${url.replace(/\/+$/, '')}/api/v2/alerts`;
    this.#target = targetName(url);
    this.#http = http;
    this.#clock = clock;
  }

  /** How far its clock is ahead of ours as far as we know, milliseconds (negative: behind); 0 when they agree. */
  get skew(): number {
    if (this.#lead === null) return 0;
    const skew = this.#lead + this.#clock.monotonic() - this.#clock.now();
    return Math.abs(skew) > skewTolerance ? skew : 0;
  }

  /** Posts a JSON array of alerts. Never rejects. */
  async post(body: string | Uint8Array, signal: AbortSignal): Promise<PostOutcome> {
    try {
      const response = await this.#http.send({
        method: 'POST',
        url: this.#url,
        headers: { 'content-type': 'application/json' },
        body,
        signal,
      });
      this.#learnSkew(response.headers['date']);
      return postOutcome(response, this.#target, this.#clock.now());
    } catch (error) {
      return { kind: 'failed', failure: failureOfError(error) };
    }
  }

  /** Which of the alerts this Alertmanager holds as not ended, silenced and inhibited ones included, by fingerprint. Never rejects. */
  async active(alerts: readonly BridgeAlert[], signal: AbortSignal): Promise<ActiveAlerts> {
    const query = new URLSearchParams({ active: 'true', silenced: 'true', inhibited: 'true', unprocessed: 'true' });
    for (const filter of sharedFilters(alerts)) query.append('filter', filter);
    try {
      const response = await this.#http.send({
        method: 'GET',
        url: `${this.#url}?${query}`,
        headers: { accept: 'application/json' },
        maxResponseBytes: maxListBytes,
        signal,
      });
      this.#learnSkew(response.headers['date']);
      if (response.status !== 200) {
        return { kind: 'failed', failure: failureOfStatus(response, this.#target, this.#clock.now()) };
      }
      const fingerprints = response.truncated ? null : fingerprintsOf(response.body);
      return fingerprints === null
        ? { kind: 'failed', failure: unreadable(this.#target) }
        : { kind: 'listed', fingerprints };
    } catch (error) {
      return { kind: 'failed', failure: failureOfError(error) };
    }
  }

  #learnSkew(date: string | undefined): void {
    const theirs = Date.parse(date ?? '');
    if (Number.isNaN(theirs)) return;
    this.#lead = theirs - this.#clock.monotonic();
  }
}

/** Matchers for the few labels that all the alerts share, so that the answer lists little else. */
const sharedFilters = (alerts: readonly BridgeAlert[]): readonly string[] =>
  ['source', 'tower'].flatMap((name) => {
    const value = alerts.at(0)?.labels[name];
    const shared = value !== undefined && /^[^"\\\p{Cc}]+$/u.test(value);
    return shared && alerts.every(({ labels }) => labels[name] === value) ? [`${name}="${value}"`] : [];
  });

const fingerprintsOf = (body: Buffer): ReadonlySet<string> | null => {
  let list: unknown;
  try {
    list = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(list)) return null;
  const fingerprints = new Set<string>();
  for (const item of list) {
    if (typeof item !== 'object' || item === null || !('fingerprint' in item)) return null;
    if (typeof item.fingerprint === 'string') fingerprints.add(item.fingerprint);
  }
  return fingerprints;
};

const unreadable = (target: string): Failure => ({
  kind: 'later',
  reason: 'other',
  status: 200,
  problem: `${target}: the list of its alerts cannot be read`,
  retryAfter: null,
});
