import type { Clock } from '../clock.ts';

/** Time was up. */
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
}

/**
 * Gives work a signal that aborts when time is up or the parent aborts, and does not wait for work that ignores it.
 * @throws (rejects) DeadlineError, the parent's reason, or what the work rejects with.
 */
export const withDeadline = async <T>(
  { clock, ms, parent, message }: DeadlineOptions,
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
  try {
    return await Promise.race([aborted, work(signal)]);
  } finally {
    parent.removeEventListener('abort', onParent);
    // Stops the timer, and tells what the work has left behind that nobody waits any more.
    controller.abort(new DeadlineError('The work is over'));
  }
};
