import type { Clock } from '../../clock.ts';

/** A sleep that can be cut short: what a loop waits on between two looks at its work. */
export class Waker {
  readonly #clock: Clock;
  #woken = false;
  #sleeping: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the sleep under way, or the next one before it begins. */
  wake(): void {
    this.#woken = true;
    this.#sleeping?.abort();
  }

  /** Resolves after `ms` milliseconds, or at the first wake since the last sleep. Never rejects. */
  async sleep(ms: number): Promise<void> {
    if (!this.#woken) {
      this.#sleeping = new AbortController();
      await this.#clock.sleep(ms, this.#sleeping.signal).catch(() => {});
      this.#sleeping = null;
    }
    this.#woken = false;
  }
}
