import type { ReceiverDeps } from '../receiver.ts';
import { type Failure, waitAfter } from './failure.ts';

export interface FailureReportOptions {
  readonly receiver: string;
  /** What the log says besides the receiver, to tell its loops apart. */
  readonly fields: Readonly<Record<string, string>>;
  readonly deps: Pick<ReceiverDeps, 'logger' | 'metrics' | 'random'>;
}

/** How a delivery loop fares: counts every failure, and logs the first of its kind and the end of them. */
export class FailureReport {
  readonly #options: FailureReportOptions;
  #failure: Failure | null = null;
  #attempt = 0;

  constructor(options: FailureReportOptions) {
    this.#options = options;
  }

  /** Why the latest delivery failed; null when it succeeded. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Notes how a delivery went (null: well). Answers with how long to wait before the next one, milliseconds; null: not at all. */
  settle(failure: Failure | null): number | null {
    const { receiver, fields, deps } = this.#options;
    const { logger, metrics, random } = deps;
    const before = this.#failure;
    this.#failure = failure;
    if (failure === null) {
      if (before !== null) logger.info({ receiver, ...fields }, 'delivering again');
      this.#attempt = 0;
      return null;
    }
    const { reason, status, problem } = failure;
    metrics.notificationFailed(receiver, reason);
    if (before?.reason !== reason || before.status !== status)
      logger.warn({ receiver, ...fields, status }, `not delivered: ${problem}`);
    const wait = waitAfter(failure, this.#attempt, random);
    this.#attempt += 1;
    return wait;
  }
}
