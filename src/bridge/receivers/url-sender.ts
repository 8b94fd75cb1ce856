import { type BatchLimits, belongTogether, fits, sentTimes } from './batch.ts';
import type { BookEntry } from './alert-book.ts';
import type { AlertmanagerApi } from './alertmanager-api.ts';
import { encodeAlert, encodeBody, encodedLength, type EndedAlert } from './encoded-alert.ts';
import type { Failure } from './failure.ts';

/** One alert in a request: what was sent, whatever the entry becomes meanwhile. */
export interface SentAlert extends EndedAlert {
  readonly entry: BookEntry;
  readonly version: number;
}

export interface UrlSenderOptions {
  readonly api: AlertmanagerApi;
  readonly limits: BatchLimits;
  /** How long a firing alert stays firing without another send, milliseconds. */
  readonly lifetime: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Whether the entry may still be sent at the moment its request is built. */
  readonly isWanted: (entry: BookEntry) => boolean;
  readonly onRequest: () => void;
  readonly onAccepted: (sent: readonly SentAlert[]) => void;
  /** This very alert is refused for what it is. */
  readonly onRefused: (sent: SentAlert, status: number, problem: string) => void;
}

/** Thrown inside a pass to end it. */
class PassFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.problem);
    this.failure = failure;
  }
}

/** Sends label sets to one Alertmanager in batches, one request at a time, and finds the ones that it refuses. */
export class UrlSender {
  readonly #options: UrlSenderOptions;
  #limits: BatchLimits;

  constructor(options: UrlSenderOptions) {
    this.#options = options;
    this.#limits = options.limits;
  }

  /** Sends the entries in order. Null when each was accepted or refused for itself; the failure that ended the pass otherwise. */
  async sendAll(entries: readonly BookEntry[]): Promise<Failure | null> {
    try {
      let index = 0;
      while (index < entries.length) {
        const [batch, next] = this.#cut(entries, index);
        index = next;
        if (batch.length > 0) await this.#send(batch);
      }
      return null;
    } catch (error) {
      if (error instanceof PassFailed) return error.failure;
      throw error;
    }
  }

  /** Builds the next batch only when its turn comes: what comes later is sent as it is by then. */
  #cut(entries: readonly BookEntry[], from: number): [batch: SentAlert[], next: number] {
    const batch: SentAlert[] = [];
    let bytes = 1;
    for (let index = from; index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry === undefined || !this.#options.isWanted(entry)) continue;
      const sent = this.#render(entry);
      const length = encodedLength(sent);
      if (!fits(batch.length, bytes, length, this.#limits)) {
        const last = batch.at(-1);
        if (last === undefined || batch.length === 1 || !belongTogether(last.entry, entry)) return [batch, index];
        batch.pop();
        return [batch, entries.indexOf(last.entry, from)];
      }
      bytes += length + 1;
      batch.push(sent);
    }
    return [batch, entries.length];
  }

  #render(entry: BookEntry): SentAlert {
    const { now, api, lifetime } = this.#options;
    const { alert, state, version } = entry;
    const { startsAt, endsAt } = sentTimes(alert, state, { now: now(), skew: api.skew }, lifetime);
    return { entry, version, encoded: encodeAlert(alert, startsAt), endsAt: new Date(endsAt).toISOString() };
  }

  /** True when one of the alerts was refused for what it is. */
  async #send(batch: readonly SentAlert[], { again = false, trustIndex = true } = {}): Promise<boolean> {
    const { api, signal, onRequest, onAccepted, onRefused } = this.#options;
    const [first] = batch;
    if (first === undefined) return false;
    const body = encodeBody(batch);
    const skew = api.skew;
    onRequest();
    const outcome = await api.post(body, signal);
    if (outcome.kind === 'failed') throw new PassFailed(outcome.failure);
    if (outcome.kind === 'accepted') {
      // With a clock that is found to be off only now, the Alertmanager took the times for others than were meant.
      if (!again && Math.abs(api.skew - skew) > maxDrift) {
        const wanted = batch.filter(({ entry }) => this.#options.isWanted(entry));
        return this.#send(
          wanted.map(({ entry }) => this.#render(entry)),
          { again: true, trustIndex },
        );
      }
      onAccepted(batch);
      return false;
    }
    if (batch.length === 1) {
      if (outcome.kind === 'refused') onRefused(first, outcome.status, outcome.problem);
      else onRefused(first, 413, 'too large for the receiver, even alone');
      return true;
    }
    if (outcome.kind === 'too_large') this.#shrink(batch.length, body.length);
    const named = outcome.kind === 'refused' && trustIndex ? batch[outcome.index ?? -1] : undefined;
    if (named !== undefined) {
      // The named one goes alone, so that it is buried only for its own sake; if it is accepted, the index misleads.
      const guilty = await this.#send([named], { again });
      const rest = await this.#send(
        batch.filter((sent) => sent !== named),
        { again, trustIndex: guilty },
      );
      return guilty || rest;
    }
    let refused = false;
    for (const part of parts(batch, outcome.kind === 'refused' && outcome.stored)) {
      refused = (await this.#send(part, { again, trustIndex })) || refused;
    }
    return refused;
  }

  /** Stays small: what was too large once is too large at the next resend as well. */
  #shrink(alerts: number, bytes: number): void {
    this.#limits = {
      maxAlerts: Math.max(1, Math.min(this.#limits.maxAlerts, Math.ceil(alerts / 2))),
      maxBytes: Math.max(1024, Math.min(this.#limits.maxBytes, Math.ceil(bytes / 2))),
    };
  }
}

/** Skews that differ by less are the same, milliseconds. */
const maxDrift = 20_000;

/** A batch in which something is wrong: one by one where the rest was stored and nothing says which, else in halves. */
const parts = (batch: readonly SentAlert[], stored: boolean): readonly (readonly SentAlert[])[] => {
  if (stored) return batch.map((sent) => [sent]);
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
};
