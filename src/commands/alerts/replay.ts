import type { Command } from 'commander';
import { removeDeadLetter } from '../../bridge/store/sqlite.ts';
import type { DeadLetter } from '../../bridge/store/types.ts';
import { systemClock } from '../../clock.ts';
import type { ReceiverConfig } from '../../config/schema.ts';
import { exitCodes } from '../exit-codes.ts';
import { type AlertsContext, alertsContext, chosenReceivers, columns, numberFlag, readState } from './context.ts';
import { startTrial } from './trial.ts';

interface Outcome {
  readonly id: number;
  readonly receiver: string;
  readonly outcome: 'delivered' | 'returned to the exporter' | 'refused again' | 'no such receiver';
  readonly detail: string;
}

/**
 * `alerts replay`: dead letters once more. A webhook's notification is sent from here, byte for byte. An Alertmanager's alert goes
 * back to the exporter, which sends it as it is now, as long as it fires: only the exporter can keep it firing. Either way the
 * letter is removed only when that worked; nothing else in the state is touched.
 */
export const replay = async (command: Command): Promise<number> => {
  const context = alertsContext(command);
  const id = numberFlag(context.flags, 'id');
  const receivers = new Map(chosenReceivers(context).map((receiver) => [receiver.name, receiver]));
  const letters = readState(context.bridge, (store) => store.deadLetters(context.flags('receiver')));
  const chosen = letters.filter((letter) => id === null || letter.id === id);
  const outcomes: Outcome[] = [];
  for (const letter of chosen) outcomes.push(await replayOne(context, letter, receivers.get(letter.receiver) ?? null));
  const missing = id !== null && chosen.length === 0;
  const text =
    outcomes.length === 0
      ? `There is no ${id === null ? 'dead letter' : `dead letter ${id}`}.\n`
      : columns([
          ['ID', 'RECEIVER', 'OUTCOME', 'DETAIL'],
          ...outcomes.map(({ id: letter, receiver, outcome, detail }) => [String(letter), receiver, outcome, detail]),
        ]);
  await context.answer(outcomes, text);
  const failed = outcomes.some(({ outcome }) => outcome === 'refused again' || outcome === 'no such receiver');
  return failed || missing ? exitCodes.failure : exitCodes.ok;
};

const replayOne = async (
  context: AlertsContext,
  letter: DeadLetter,
  config: ReceiverConfig | null,
): Promise<Outcome> => {
  const { id, receiver } = letter;
  if (config === null)
    return {
      id,
      receiver,
      outcome: 'no such receiver',
      detail: 'the configuration has it no more; --discard removes the letter',
    };
  const { state_dir: directory } = context.bridge;
  if (config.type === 'alertmanager') {
    removeDeadLetter(directory, id);
    const detail =
      'a running exporter sends it within half a minute if it still fires, one that is started does so then';
    return { id, receiver, outcome: 'returned to the exporter', detail };
  }
  const problem = await deliver(context, letter, config);
  if (problem !== null) return { id, receiver, outcome: 'refused again', detail: problem };
  removeDeadLetter(directory, id);
  return { id, receiver, outcome: 'delivered', detail: '' };
};

const deliver = async (context: AlertsContext, letter: DeadLetter, config: ReceiverConfig): Promise<string | null> => {
  const timeout = (numberFlag(context.flags, 'timeout') ?? 30) * 1000;
  const { id, receiver, at, body } = letter;
  const entry = {
    receiver,
    groupKey: `dead letter ${id}`,
    idempotencyKey: `dead-letter-${id}-${at}`,
    body,
    createdAt: systemClock.now(),
    firstSeen: null,
  };
  const trial = startTrial(
    config,
    (store) => context.deps(store, null),
    (store) => store.commit({ receiver, cursor: 0, groups: new Map(), enqueue: [entry] }),
  );
  try {
    return await trial.settled(timeout);
  } finally {
    await trial.close();
  }
};
