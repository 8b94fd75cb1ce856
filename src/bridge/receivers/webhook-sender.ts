import { createHash, createHmac } from 'node:crypto';
import type { WebhookReceiverConfig } from '../../config/schema.ts';
import type { HttpClient } from '../../http/http-client.ts';
import { HttpError } from '../../http/http-error.ts';
import type { ReceiverDeps, TargetStatus } from '../receiver.ts';
import type { OutboxEntry } from '../store/types.ts';
import { type Failure, failureOfError, storeFailure } from './failure.ts';
import { FailureReport } from './failure-report.ts';
import { targetStatus } from './target-status.ts';
import { type PayloadPart, splitPayload } from './payload-split.ts';
import { Waker } from './waker.ts';
import { type WebhookOutcome, webhookOutcome } from './webhook-outcome.ts';

/** How often a refused notification is tried again before it is taken apart. */
const maxRefusals = 3;

/** Sends the outbox of one webhook in order: the next notification only after the one before it is accepted or buried. */
export class WebhookSender {
  readonly target: string;
  readonly #config: WebhookReceiverConfig;
  readonly #deps: ReceiverDeps;
  readonly #http: HttpClient;
  readonly #onProgress: () => void;
  readonly #waker: Waker;
  readonly #backoff: Waker;
  readonly #failures: FailureReport;
  readonly #ended = new AbortController();
  #stopping = false;
  #busy = false;
  #refusals = 0;
  /** What is left of the head of the outbox once it was refused for good: sent part by part. Null: it is sent whole. */
  #parts: PayloadPart[] | null = null;
  /** Whether a part of it was accepted. */
  #partAccepted = false;
  /** The key of what is accepted although the store could not be told yet: it is not sent again. */
  #accepted: string | null = null;
  #lastSuccess: number | null = null;

  constructor(config: WebhookReceiverConfig, deps: ReceiverDeps, http: HttpClient, onProgress: () => void) {
    this.#config = config;
    this.#deps = deps;
    this.#http = http;
    this.#onProgress = onProgress;
    this.target = config.name;
    this.#waker = new Waker(deps.clock);
    this.#backoff = new Waker(deps.clock);
    this.#failures = new FailureReport({ receiver: config.name, fields: {}, deps });
  }

  wake(): void {
    this.#waker.wake();
  }

  /** From now on the loop ends when the outbox is empty. */
  drain(): void {
    this.#stopping = true;
    this.#waker.wake();
    this.#backoff.wake();
  }

  /** Ends the loop at once. */
  abort(): void {
    this.#ended.abort();
    this.drain();
  }

  status(): TargetStatus {
    return targetStatus({
      target: this.target,
      ended: this.#ended.signal.aborted,
      busy: this.#busy,
      failure: this.#failures.failure,
      lastSuccess: this.#lastSuccess,
    });
  }

  /** Runs until it is drained or aborted. Never rejects. */
  async run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      let failure: Failure | null;
      try {
        const head = this.#deps.store.outboxHead(this.#config.name);
        this.#busy = head !== null;
        if (head === null) {
          if (this.#stopping) return;
          await this.#waker.sleep(60_000);
          continue;
        }
        failure = await this.#deliver(head);
      } catch (error) {
        failure = storeFailure(error);
      }
      if (this.#ended.signal.aborted) return;
      await this.#settle(failure);
    }
  }

  /** Null when the entry is off the outbox. @throws {StoreError} */
  async #deliver(entry: OutboxEntry): Promise<Failure | null> {
    const { store, metrics, clock } = this.#deps;
    const { name } = this.#config;
    if (this.#accepted !== entry.idempotencyKey) {
      if (this.#parts === null) {
        store.outboxAttempt(entry.id);
        metrics.notification(name);
        const outcome = await this.#post(entry.body, entry.idempotencyKey);
        if (outcome.kind === 'failed') return outcome.failure;
        if (outcome.kind === 'refused') {
          this.#refusals += 1;
          const { status } = outcome;
          const problem = `${this.target}: answered ${status}`;
          if (this.#refusals <= maxRefusals) {
            return { kind: 'later', reason: 'refused', status, problem, retryAfter: null };
          }
          const parts = splitPayload(entry.body);
          if (parts.length === 1) {
            store.outboxBury(entry.id, { at: clock.now(), reason: problem, status, labels: parts[0]?.labels ?? null });
            this.#refusals = 0;
            this.#reportBurial(entry, status, problem);
            return null;
          }
          this.#parts = [...parts];
          this.#partAccepted = false;
        } else {
          this.#partAccepted = true;
        }
      }
      const failure = await this.#deliverParts(entry, this.#parts ?? []);
      if (failure !== null) return failure;
      this.#accepted = entry.idempotencyKey;
      if (this.#partAccepted) this.#delivered(entry);
    }
    store.outboxAcknowledge(entry.id);
    this.#accepted = null;
    this.#parts = null;
    this.#refusals = 0;
    return null;
  }

  /**
   * Sends what is left of a refused notification, halving what is refused again until the alerts that the receiver will not have
   * stand alone: those become dead letters, the others are delivered. A kill in between starts the notification anew.
   * @throws {StoreError}
   */
  async #deliverParts(entry: OutboxEntry, parts: PayloadPart[]): Promise<Failure | null> {
    for (let part = parts[0]; part !== undefined; part = parts[0]) {
      this.#deps.metrics.notification(this.#config.name);
      const key = createHash('sha256').update(entry.idempotencyKey).update(part.body).digest('hex').slice(0, 32);
      const outcome = await this.#post(part.body, key);
      if (outcome.kind === 'failed') return outcome.failure;
      if (outcome.kind === 'accepted') {
        this.#partAccepted = true;
        parts.shift();
      } else if (part.alerts > 1) {
        this.#deps.metrics.notificationFailed(this.#config.name, 'refused');
        parts.splice(0, 1, ...splitPayload(part.body));
      } else {
        this.#bury(entry, parts, outcome.status);
      }
    }
    return null;
  }

  /** Makes the first part a dead letter. @throws {StoreError} */
  #bury(entry: OutboxEntry, parts: PayloadPart[], status: number): void {
    const { store, clock } = this.#deps;
    const receiver = this.#config.name;
    const [part] = parts;
    if (part === undefined) return;
    const reason = `${this.target}: answered ${status}`;
    store.addDeadLetter({ receiver, at: clock.now(), reason, status, body: part.body, labels: part.labels });
    parts.shift();
    this.#reportBurial(entry, status, reason);
  }

  #reportBurial(entry: OutboxEntry, status: number, problem: string): void {
    const { metrics, logger } = this.#deps;
    const receiver = this.#config.name;
    metrics.notificationFailed(receiver, 'refused');
    logger.error({ receiver, status, group: entry.groupKey }, `refused for good, now a dead letter: ${problem}`);
  }

  #delivered(entry: OutboxEntry): void {
    const { metrics, clock } = this.#deps;
    const { name } = this.#config;
    this.#lastSuccess = clock.now();
    metrics.lastSuccess(name, this.#lastSuccess);
    if (entry.firstSeen !== null) metrics.deliveryDelay(name, Math.max(0, this.#lastSuccess - entry.firstSeen) / 1000);
  }

  async #post(body: Uint8Array, idempotencyKey: string): Promise<WebhookOutcome> {
    try {
      const response = await this.#http.send({
        method: 'POST',
        url: reveal(() => this.#config.webhook.url.reveal(), this.target),
        headers: {
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
          ...this.#signature(body),
        },
        body,
        signal: this.#ended.signal,
      });
      return webhookOutcome(response, this.target, this.#deps.clock.now());
    } catch (error) {
      return { kind: 'failed', failure: failureOfError(error) };
    }
  }

  #signature(body: Uint8Array): Record<string, string> {
    const { hmac_secret: secret, hmac_header: header } = this.#config.webhook;
    if (secret === null) return {};
    const key = reveal(() => secret.reveal(), this.target);
    return { [header.toLowerCase()]: `sha256=${createHmac('sha256', key).update(body).digest('hex')}` };
  }

  async #settle(failure: Failure | null): Promise<void> {
    const wait = this.#failures.settle(failure);
    this.#onProgress();
    if (wait !== null) await this.#backoff.sleep(wait);
  }
}

/** @throws {HttpError} `credentials` when a secret's file cannot be read; its own error names the file and never quotes it */
const reveal = (secret: () => string, target: string): string => {
  try {
    return secret();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new HttpError('credentials', `${target}: a secret cannot be read: ${why}`);
  }
};
