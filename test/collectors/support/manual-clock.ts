import type { Clock } from '../../../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop that work between two timers may take. */
const turns = 20;

/** A clock that stands still until it is told to go on, for wall and monotonic time alike unless the wall clock is set. */
export class ManualClock implements Clock {
  private elapsed = 0;
  private wall: number;
  private readonly timers = new Set<Timer>();

  constructor(start: number = Date.UTC(2026, 5, 1, 12)) {
    this.wall = start;
  }

  now(): number {
    return this.wall + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.timers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        this.timers.delete(timer);
        reject(signal?.reason);
      };
      const timer = {
        at: this.elapsed + ms,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.timers.add(timer);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Sets the machine's clock: monotonic time goes on as it was. */
  jump(ms: number): void {
    this.wall += ms;
  }

  /** Time passes in which nothing runs, as when the process is suspended: timers are late. */
  suspend(ms: number): void {
    this.elapsed += ms;
  }

  /** Lets whatever is ready run. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Goes on, stopping at every timer on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    await this.settle();
    for (;;) {
      const next = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.elapsed = Math.max(this.elapsed, next.at);
      this.timers.delete(next);
      next.wake();
      await this.settle();
    }
    this.elapsed = end;
  }
}
