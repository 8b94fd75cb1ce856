import pLimit from 'p-limit';

/** Runs work in one of a bounded number of slots; first come, first served. */
export type Slots = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * The slots of a tower. Who waits for one and is aborted leaves at once with the signal's reason, and its work never starts;
 * work that has begun must watch the signal itself.
 */
export const createSlots = (count: number): Slots => {
  const limit = pLimit(Math.max(1, count));
  return <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      const begin = async (): Promise<void> => {
        signal.removeEventListener('abort', onAbort);
        if (signal.aborted) return;
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      void limit(begin);
    });
};
