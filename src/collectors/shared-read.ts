import type { ClusterScope } from '../bridge/poll.ts';
import { IncompleteReadError } from '../client/errors.ts';
import type { Clock } from '../clock.ts';

/** What one read of a resource brought. */
export interface Reading<T> {
  readonly rows: readonly T[];
  /** The clusters it was limited to; null when the tower was read whole. */
  readonly scope: ClusterScope | null;
  /** When it ended, milliseconds since the epoch. */
  readonly at: number;
  /** Monotonic milliseconds: the rows are as old as the start. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

export type Load<T> = (signal: AbortSignal) => Promise<Pick<Reading<T>, 'rows' | 'scope'>>;

interface Flight<T> {
  readonly reading: Promise<Reading<T>>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * One resource read for many: who asks while a read is under way waits for that one, who asks soon after gets what it brought.
 * A read is given up when nobody waits for it any more; a failed one fails everyone who waited and is forgotten. Who waited last
 * is told how far it got, once it has ended.
 */
export class SharedRead<T> {
  private readonly load: Load<T>;
  private readonly clock: Clock;
  private flight: Flight<T> | null = null;
  private last: Reading<T> | null = null;

  constructor(load: Load<T>, clock: Clock) {
    this.load = load;
    this.clock = clock;
  }

  /** The latest read that succeeded. */
  get latest(): Reading<T> | null {
    return this.last;
  }

  /** Whether `read(maxAge)` would ask the tower for nothing. */
  isAtHand(maxAge: number): boolean {
    return this.flight !== null || this.fresh(maxAge) !== null;
  }

  /**
   * Rows no older than `maxAge` milliseconds.
   * @throws (rejects) what the read rejects with, or the signal's reason; IncompleteReadError when pages of it had come by then.
   */
  read(maxAge: number, signal: AbortSignal): Promise<Reading<T>> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const fresh = this.fresh(maxAge);
    if (fresh !== null) return Promise.resolve(fresh);
    this.flight ??= this.start();
    return this.wait(this.flight, signal);
  }

  private fresh(maxAge: number): Reading<T> | null {
    return this.last !== null && this.clock.monotonic() - this.last.startedAt < maxAge ? this.last : null;
  }

  private start(): Flight<T> {
    const controller = new AbortController();
    const startedAt = this.clock.monotonic();
    const reading = this.load(controller.signal).then(
      (loaded) => {
        const done = { ...loaded, at: this.clock.now(), startedAt, finishedAt: this.clock.monotonic() };
        if (this.flight === flight) {
          this.flight = null;
          this.last = done;
        }
        return done;
      },
      (error: unknown) => {
        if (this.flight === flight) this.flight = null;
        throw error;
      },
    );
    const flight: Flight<T> = { reading, controller, waiting: 0 };
    return flight;
  }

  private wait(flight: Flight<T>, signal: AbortSignal): Promise<Reading<T>> {
    flight.waiting += 1;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        flight.waiting -= 1;
        if (flight.waiting > 0) {
          reject(signal.reason);
          return;
        }
        if (this.flight === flight) this.flight = null;
        const ended = (error: unknown): void => reject(error instanceof IncompleteReadError ? error : signal.reason);
        flight.reading.then(ended, ended);
        flight.controller.abort(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      flight.reading.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject);
    });
  }
}
