import { fingerprint } from '../fingerprint.ts';
import type { ReceiverDeps, TargetStatus } from '../receiver.ts';
import type { AlertBook, BookEntry } from './alert-book.ts';
import { type AlertmanagerApi, targetName } from './alertmanager-api.ts';
import { firingLifetime, type BatchLimits } from './batch.ts';
import { encodeOne } from './encoded-alert.ts';
import { type Failure, storeFailure } from './failure.ts';
import { FailureReport } from './failure-report.ts';
import { targetStatus } from './target-status.ts';
import type { UrlProgress } from './url-progress.ts';
import { type SentAlert, UrlSender } from './url-sender.ts';
import { Waker } from './waker.ts';

export interface UrlLoopOptions {
  readonly receiver: string;
  readonly url: string;
  readonly consumer: string;
  readonly api: AlertmanagerApi;
  readonly book: AlertBook;
  readonly progress: UrlProgress;
  readonly deps: ReceiverDeps;
  readonly limits: BatchLimits;
  /** Milliseconds. */
  readonly resendInterval: number;
  readonly resolvedRetention: number;
  /** Makes the book ready; throws while the store cannot be used. */
  readonly prepare: () => void;
  /** Something changed that the receiver's metrics show. */
  readonly onProgress: () => void;
}

interface Due {
  readonly free: readonly BookEntry[];
  /** What may only be extended, when its turn in this cycle has come. */
  readonly held: readonly BookEntry[];
  /** Something would be sent if its tower were not held. */
  readonly waiting: boolean;
}

/** How often to look whether a hold is over while something waits for that, milliseconds. */
const holdCheck = 2000;

/**
 * Keeps one Alertmanager at the wanted state, with its own back-off: one request at a time, changes in their order, everything
 * that fires again and again.
 */
export class UrlLoop {
  readonly target: string;
  readonly #options: UrlLoopOptions;
  readonly #waker: Waker;
  /** Back-off is not cut short by new alerts, only by the end. */
  readonly #backoff: Waker;
  readonly #ended = new AbortController();
  readonly #sender: UrlSender;
  readonly #failures: FailureReport;
  #stopping = false;
  #lastSuccess: number | null = null;
  #busy = false;
  #cycle = 0;
  #nextCycle = 0;
  /** Whether the alerts of towers that are held are yet to be extended in this cycle. */
  #extend = false;
  #extending = false;

  constructor(options: UrlLoopOptions) {
    const { receiver, deps, api, limits, resendInterval } = options;
    this.#options = options;
    this.target = targetName(options.url);
    this.#waker = new Waker(deps.clock);
    this.#backoff = new Waker(deps.clock);
    this.#failures = new FailureReport({ receiver, fields: { target: this.target }, deps });
    this.#sender = new UrlSender({
      api,
      limits,
      lifetime: firingLifetime(deps.pollInterval, resendInterval),
      now: () => deps.clock.now(),
      signal: this.#ended.signal,
      isWanted: (entry) => this.#isWanted(entry),
      onRequest: () => deps.metrics.notification(receiver),
      onAccepted: (sent) => this.#accepted(sent),
      onRefused: (sent, status, problem) => this.#refused(sent, status, problem),
    });
  }

  wake(): void {
    this.#waker.wake();
  }

  /** From now on only what is pending is delivered, and the loop ends when nothing is. */
  drain(): void {
    this.#stopping = true;
    this.#waker.wake();
    this.#backoff.wake();
  }

  /** Ends the loop at once. */
  abort(): void {
    this.#stopping = true;
    this.#ended.abort();
    this.#waker.wake();
    this.#backoff.wake();
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
        this.#options.prepare();
        this.#options.book.refresh(false);
        this.#beginCycleWhenDue();
        const due = this.#due();
        if (due.free.length === 0 && due.held.length === 0) {
          this.#advance();
          if (this.#stopping) return;
          const untilCycle = this.#nextCycle - this.#options.deps.clock.monotonic();
          const longest = due.waiting ? holdCheck : 60_000;
          await this.#waker.sleep(Math.min(Math.max(untilCycle, 0), longest));
          continue;
        }
        this.#busy = true;
        failure = await this.#pass(due.free, due.held);
        this.#advance();
      } catch (error) {
        failure = storeFailure(error);
      }
      this.#busy = false;
      if (this.#ended.signal.aborted) return;
      await this.#settle(failure);
    }
  }

  async #settle(failure: Failure | null): Promise<void> {
    const wait = this.#failures.settle(failure);
    this.#options.onProgress();
    if (wait !== null) await this.#backoff.sleep(wait);
  }

  #beginCycleWhenDue(): void {
    const { deps, book, resendInterval, onProgress } = this.#options;
    const now = deps.clock.monotonic();
    if (this.#stopping || (this.#cycle > 0 && now < this.#nextCycle)) return;
    book.refresh(true);
    this.#cycle += 1;
    this.#nextCycle = now + resendInterval * (0.9 + 0.2 * deps.random());
    this.#extend = true;
    onProgress();
  }

  /** What is to be sent now: first what changed, in order, then what is sent again; apart from it what may only be extended. */
  #due(): Due {
    const { book, progress, deps, resolvedRetention } = this.#options;
    const now = deps.clock.monotonic();
    const pending: BookEntry[] = [];
    const again: BookEntry[] = [];
    const held: BookEntry[] = [];
    let waiting = false;
    for (const entry of book.entries.values()) {
      const isPending = progress.isPending(entry);
      if (!isPending && (this.#stopping || deps.dryRun !== null)) continue;
      if (!isPending && !progress.isDueAgain(entry, this.#cycle, now, resolvedRetention)) continue;
      if (entry.state === 'resolved') {
        // An end that was accepted is repeated only while it is known that the alert has not begun again: another bridge with the
        // same configuration may know better.
        if (isPending) pending.push(entry);
        else if (deps.holds.isBlind?.(entry.tower) !== true && this.#cycle > 1) again.push(entry);
        continue;
      }
      const hold = this.#holdOf(entry);
      if (hold === 'held') {
        waiting = true;
        if (this.#extend && !this.#stopping) held.push(entry);
      } else if (hold === null) (isPending ? pending : again).push(entry);
    }
    pending.sort((a, b) => a.version - b.version);
    return { free: [...pending, ...again], held, waiting };
  }

  /** `held`: only to be extended; `expired`: not to be sent. Several alerts under one label set are as good as the best of them. */
  #holdOf(entry: BookEntry): 'held' | 'expired' | null {
    let best: 'held' | 'expired' = 'expired';
    for (const source of entry.sources) {
      const hold = this.#options.deps.holds.holdOf(source);
      if (hold === null) return null;
      if (!hold.expired) best = 'held';
    }
    return best;
  }

  #isWanted(entry: BookEntry): boolean {
    if (this.#options.book.entries.get(entry.fingerprint) !== entry) return false;
    if (entry.state === 'resolved') return true;
    const hold = this.#holdOf(entry);
    return hold === null || (hold === 'held' && this.#extending);
  }

  async #pass(free: readonly BookEntry[], held: readonly BookEntry[]): Promise<Failure | null> {
    const failure = await this.#sender.sendAll(free);
    if (failure !== null || held.length === 0) return failure;
    const alerts = held.map(({ alert }) => alert);
    const active = await this.#options.api.active(alerts, this.#ended.signal);
    if (active.kind === 'failed') return active.failure;
    this.#extending = true;
    const extended = await this.#sender.sendAll(held.filter(({ fingerprint }) => active.fingerprints.has(fingerprint)));
    this.#extending = false;
    if (extended === null) this.#extend = false;
    return extended;
  }

  #accepted(sent: readonly SentAlert[]): void {
    const { book, progress, deps, receiver } = this.#options;
    const now = deps.clock.now();
    for (const { entry, version } of sent) {
      if (book.entries.get(entry.fingerprint) !== entry) continue;
      if (progress.accepted(entry, version, this.#cycle, deps.clock.monotonic())) {
        deps.metrics.deliveryDelay(receiver, Math.max(0, now - entry.since) / 1000);
      }
    }
    this.#lastSuccess = now;
    deps.metrics.lastSuccess(receiver, now);
    this.#advance();
  }

  #refused(sent: SentAlert, status: number, problem: string): void {
    const { entry, version } = sent;
    const { progress, deps, receiver } = this.#options;
    const reason = `${this.target}: answered ${status}: ${problem}`;
    const { labels } = entry.alert;
    deps.metrics.notificationFailed(receiver, 'refused');
    // The same alert is refused again after every restart; one letter says it.
    const known = deps.store
      .deadLetters(receiver)
      .some((letter) => letter.reason === reason && sameLabels(letter, labels));
    if (!known) {
      const body = encodeOne(sent);
      deps.store.addDeadLetter({ receiver, at: deps.clock.now(), reason, status, body, labels });
      deps.logger.error(
        { receiver, target: this.target, status, labels },
        `refused for good, now a dead letter: ${problem}`,
      );
    }
    progress.refused(entry, version);
    this.#advance();
  }

  /** @throws {StoreError} */
  #advance(): void {
    const { progress, book, deps, consumer } = this.#options;
    const done = progress.doneSeq(book.readSeq);
    if (done <= progress.cursor) return;
    deps.store.advance(consumer, done);
    progress.cursor = done;
  }
}

const sameLabels = (
  letter: { readonly labels: Readonly<Record<string, string>> | null },
  labels: Readonly<Record<string, string>>,
): boolean => letter.labels !== null && fingerprint(letter.labels) === fingerprint(labels);
