import type { Receiver, ReceiverDeps } from '../../src/bridge/receiver.ts';
import { StoreError } from '../../src/bridge/store/errors.ts';
import type { Transition } from '../../src/bridge/store/types.ts';

/** What a model receiver accepted; it outlives restarts of the bridge. */
export interface Inbox {
  readonly accepted: Transition[];
  /** While true it accepts nothing. */
  down: boolean;
}

/** Where a receiver puts what it accepts. */
export interface Sink {
  readonly accepted: { push(transition: Transition): unknown };
  readonly down: boolean;
}

export const newInbox = (): Inbox => ({ accepted: [], down: false });

/** A receiver in memory that reads its transitions in order and accepts them one by one, unless it is down. */
export const modelReceiver = (
  name: string,
  deps: Pick<ReceiverDeps, 'store'>,
  inbox: Sink,
  perWake = 100,
): Receiver => {
  let running = false;
  const deliver = (): void => {
    if (!running || inbox.down) return;
    try {
      for (const transition of deps.store.transitions(deps.store.cursor(name), perWake)) {
        inbox.accepted.push(transition);
        deps.store.advance(name, transition.seq);
      }
    } catch (error) {
      // Accepted, and the acknowledgement not written: the next time brings it again.
      if (!(error instanceof StoreError)) throw error;
    }
  };
  return {
    name,
    consumers: [name],
    wake: deliver,
    start: () => {
      running = true;
      deliver();
    },
    stop: () => {
      deliver();
      running = false;
      return Promise.resolve();
    },
    status: () => ({
      name,
      kind: 'webhook',
      targets: [],
      queueLength: deps.store.lastSeq() - deps.store.cursor(name),
      oldestUnacknowledged: null,
      deadLetters: 0,
    }),
  };
};
