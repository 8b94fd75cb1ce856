/** The reason that requests are given up with when their client is closed. */
export class ClientClosed extends Error {
  override readonly name = 'ClientClosed';
}

/** Whether a signal was aborted because time was up, rather than because nobody wants the answer any more. */
export const isDeadline = (reason: unknown): boolean =>
  reason instanceof Error && (reason.name === 'TimeoutError' || reason.name === 'DeadlineError');

/** Why a caller gave up, in words. */
export const abortText = (reason: unknown): string => {
  if (reason instanceof ClientClosed) return 'given up: the connection to the tower is being closed';
  return isDeadline(reason) ? "given up: the caller's deadline has passed" : 'given up: the caller stopped waiting';
};

/** A signal that follows others until it is let go of. */
export interface LinkedSignal extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/**
 * Aborts with the first of the signals. Unlike AbortSignal.any it leaves nothing behind on long-lived signals:
 * dispose of it when the work is over.
 */
export const linkSignals = (...signals: readonly (AbortSignal | undefined)[]): LinkedSignal => {
  const controller = new AbortController();
  const releases: (() => void)[] = [];
  for (const source of signals) {
    if (source === undefined) continue;
    if (source.aborted) {
      controller.abort(source.reason);
      break;
    }
    const follow = (): void => controller.abort(source.reason);
    source.addEventListener('abort', follow, { once: true });
    releases.push(() => source.removeEventListener('abort', follow));
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]: () => {
      for (const release of releases) release();
    },
  };
};

/** Waits for shared work on behalf of one caller: its own signal ends only its own waiting. */
export const waitWith = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
