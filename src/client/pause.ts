import type { Clock } from '../clock.ts';

/** A pause that doubles each time it begins anew, from 30 seconds to 10 minutes. */
export interface GrowingPause {
  /** Begins the next pause. */
  begin(): void;
  /** Until when nothing is to be tried, as ISO 8601; null when nothing forbids it. */
  until(): string | null;
  /** Ends the pause; the next one is the shortest again. */
  reset(): void;
}

const base = 30_000;
const cap = 600_000;

/** Measured with the monotonic clock, so that a machine's clock that is set neither shortens nor prolongs it. */
export const createGrowingPause = (clock: Clock): GrowingPause => {
  let length = 0;
  let end = Number.NEGATIVE_INFINITY;
  return {
    begin: () => {
      length = Math.min(cap, length === 0 ? base : length * 2);
      end = clock.monotonic() + length;
    },
    until: () => {
      const left = end - clock.monotonic();
      return left <= 0 ? null : new Date(clock.now() + left).toISOString();
    },
    reset: () => {
      length = 0;
      end = Number.NEGATIVE_INFINITY;
    },
  };
};
