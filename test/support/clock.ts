import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

/** A clock whose time passes only when it is told to: at once (`advance`), or from one sleeper to the next (`run`). */
export class TestClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now = Date.parse('2026-11-22T12:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      if (ms <= 0) {
        resolve();
        return;
      }
      const onAbort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        at: this.#monotonic + ms,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Sets the wall clock alone, as an operator or NTP does. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Lets `ms` milliseconds pass at once: whoever sleeps no longer than that wakes. */
  advance(ms: number): void {
    this.#moveTo(this.#monotonic + ms);
    for (const sleeper of this.#sleepers) if (sleeper.at <= this.#monotonic) this.#wake(sleeper);
  }

  /** Lets `ms` milliseconds pass from one sleeper to the next, and everything settle in between. */
  async run(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      await settle();
      let next: Sleeper | null = null;
      for (const sleeper of this.#sleepers) if (next === null || sleeper.at < next.at) next = sleeper;
      if (next === null || next.at > end) break;
      this.#moveTo(next.at);
      this.#wake(next);
    }
    this.#moveTo(end);
    await settle();
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers.delete(sleeper);
    sleeper.wake();
  }
}

interface Sleeper {
  /** On the monotonic clock. */
  readonly at: number;
  readonly wake: () => void;
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
};
