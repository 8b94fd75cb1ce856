import { linkSignals } from '../client/signals.ts';
import type { Clock } from '../clock.ts';

/** Time was up. The cause, where there is one, is what the work was given up with. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'deadline';
}

export interface DeadlineOptions {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly ms: number;
  /** Ends the work early, with its reason. */
  readonly parent: AbortSignal;
  /** What the error says when time is up. */
  readonly message: string;
  /** How long work that was given up may take to say how far it got, milliseconds; left out: nobody waits for that. */
  readonly grace?: number;
}

/**
 * Gives work a signal that aborts when time is up or the parent aborts, and does not wait for work that ignores it.
 * @throws (rejects) DeadlineError, the parent's reason, or what the work rejects with.
 */
export const withDeadline = async <T>(
  { clock, ms, parent, message, grace = 0 }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const controller = new AbortController();
  const { signal } = controller;
  const onParent = (): void => controller.abort(parent.reason);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  if (parent.aborted) onParent();
  else parent.addEventListener('abort', onParent, { once: true });
  clock.sleep(ms, signal).then(
    () => controller.abort(new DeadlineError(message)),
    () => {},
  );
  const working = work(signal);
  try {
    return await Promise.race([aborted, working]);
  } catch (error) {
    if (grace === 0 || !(error instanceof DeadlineError) || error !== signal.reason) throw error;
    throw new DeadlineError(message, { cause: await reasonWithin(working, clock, grace, parent) });
  } finally {
    parent.removeEventListener('abort', onParent);
    // Stops the timer, and tells what the work has left behind that nobody waits any more.
    controller.abort(new DeadlineError('The work is over'));
  }
};

/** What the work rejects with; undefined when it has not ended in time, or ended well after all. */
const reasonWithin = async (
  work: Promise<unknown>,
  clock: Clock,
  ms: number,
  parent: AbortSignal,
): Promise<unknown> => {
  using waiting = linkSignals(parent);
  const reason = work.then(
    () => undefined,
    (error: unknown) => error,
  );
  const late = clock.sleep(ms, waiting.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([reason, late]);
  } finally {
    waiting.abort(new DeadlineError('The work is over'));
  }
};
