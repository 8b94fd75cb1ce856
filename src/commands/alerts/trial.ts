import type { BridgeStore } from '../../bridge/store/bridge-store.ts';
import { openStore } from '../../bridge/store/sqlite.ts';
import type { Receiver, ReceiverDeps } from '../../bridge/receiver.ts';
import { createReceiver } from '../../bridge/receivers/create.ts';
import { systemClock } from '../../clock.ts';
import type { ReceiverConfig } from '../../config/schema.ts';
import { silentLogger } from '../../log.ts';

/** A delivery by a real receiver out of a store of its own, apart from the exporter's state. */
export interface Trial {
  readonly store: BridgeStore;
  /** Waits until everything in the store is accepted; null, or what went wrong. */
  settled(timeout: number): Promise<string | null>;
  close(): Promise<void>;
}

/** Time between two looks, milliseconds. */
const look = 20;

/** Begins a trial; what is put into its store is delivered. */
export const startTrial = (
  config: ReceiverConfig,
  deps: (store: BridgeStore) => ReceiverDeps,
  prepare: (store: BridgeStore) => void = () => {},
): Trial => {
  const store = openStore({ directory: null, clock: systemClock, logger: silentLogger });
  const receiver = createReceiver(atOnce(config), deps(store));
  for (const consumer of receiver.consumers) store.register(consumer);
  prepare(store);
  receiver.start();
  return {
    store,
    settled: (timeout) => settle(store, receiver, timeout),
    close: async () => {
      await receiver.stop(0);
      store.close();
    },
  };
};

const settle = async (store: BridgeStore, receiver: Receiver, timeout: number): Promise<string | null> => {
  const clock = systemClock;
  const end = clock.monotonic() + timeout;
  receiver.wake();
  for (;;) {
    const [letter] = store.deadLetters(null);
    if (letter !== undefined) return letter.reason;
    const behind = receiver.consumers.some((consumer) => store.cursor(consumer) < store.lastSeq());
    if (!behind && store.outboxSize(receiver.name).rows === 0) return null;
    if (clock.monotonic() >= end) {
      const problems = receiver
        .status()
        .targets.flatMap(({ target, problem }) => (problem === null ? [] : [`${target}: ${problem}`]));
      return problems.length === 0 ? `not accepted within ${timeout / 1000} s` : problems.join('; ');
    }
    await clock.sleep(look);
  }
};

/** A trial is for the receiver's address and credentials: every alert matches, and no group waits. */
const atOnce = (config: ReceiverConfig): ReceiverConfig =>
  config.type === 'alertmanager'
    ? { ...config, match: [] }
    : { ...config, match: [], webhook: { ...config.webhook, group_wait: 0, group_interval: 0, repeat_interval: 0 } };
