import type { Streak } from './state.ts';

/**
 * The longest stretch between two polls that counts as time gone by. A longer one is a clock that was set, or a process that was
 * not running: neither may end a hold.
 */
const longestStep = 600_000;

/** One more poll of a streak, or its first. */
export const extend = (streak: Streak | null, at: number, reason: string): Streak =>
  streak === null
    ? { since: at, last: at, polls: 1, elapsed: 0, reason }
    : {
        since: streak.since,
        last: at,
        polls: streak.polls + 1,
        elapsed: streak.elapsed + Math.min(Math.max(0, at - streak.last), longestStep),
        reason,
      };
