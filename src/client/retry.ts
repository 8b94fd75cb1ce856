import { fullJitter } from '../backoff.ts';
import type { Clock, Random } from '../clock.ts';
import type { Outcome } from './attempt.ts';

/** Attempts of one request, the first included. */
const maxAttempts = 4;
const bounds = { base: 500, cap: 10_000 };

/**
 * Tries until an outcome cannot be mended by trying again, or four times. Waits between (no slot is held then) as the tower
 * asked, or with full jitter. `onWait` hears of each wait's outcome first, so that a caller whose deadline passes can say why.
 * Rejects with the signal's reason when it aborts during a wait.
 */
export const withRetries = async <T>(
  attempt: () => Promise<Outcome<T>>,
  clock: Clock,
  random: Random,
  signal: AbortSignal,
  onWait: (outcome: Outcome<T>) => void,
): Promise<Outcome<T>> => {
  for (let failures = 0; ; failures += 1) {
    const outcome = await attempt();
    const mendable = outcome.verdict.kind === 'failed' && outcome.verdict.retry;
    if (!mendable || failures + 1 >= maxAttempts) return outcome;
    onWait(outcome);
    const wait = Math.max(outcome.retryAfter ?? 0, fullJitter(failures, bounds, random));
    await clock.sleep(wait, signal);
  }
};
