import type { ReceiverDeps, ReceiverStatus } from '../receiver.ts';
import type { DeliveryStore } from '../store/types.ts';

/** Sets the gauges of a receiver to what its status says. */
export const reportStatus = (status: ReceiverStatus, { metrics, clock }: ReceiverDeps): void => {
  const { name, queueLength, oldestUnacknowledged, deadLetters, targets } = status;
  metrics.queueLength(name, queueLength);
  const age = oldestUnacknowledged === null ? 0 : Math.max(0, clock.now() - oldestUnacknowledged);
  metrics.oldestUnacknowledged(name, age / 1000);
  metrics.deadLetters(name, deadLetters);
  metrics.configurationError(
    name,
    targets.some(({ state }) => state === 'configuration_error'),
  );
};

/** Counts a receiver's dead letters; while the store cannot be read, the count stays what it was. */
export const createDeadLetterCount = (receiver: string, store: DeliveryStore): (() => number) => {
  let count = 0;
  return () => {
    try {
      count = store.deadLetterCount(receiver);
    } catch {
      // Whoever needs the store for a delivery reports that it fails.
    }
    return count;
  };
};

/** Ends loops: they get `deadlineMs` to deliver what waits, then they are aborted. Never rejects. */
export const drainLoops = async (
  loops: readonly { drain(): void; abort(): void }[],
  running: readonly Promise<void>[],
  deadlineMs: number,
  { clock }: ReceiverDeps,
): Promise<void> => {
  for (const loop of loops) loop.drain();
  const done = Promise.allSettled(running);
  const finished = new AbortController();
  const late = clock.sleep(deadlineMs, finished.signal).catch(() => {});
  await Promise.race([done, late]);
  finished.abort();
  for (const loop of loops) loop.abort();
  await done;
};
