import type { Command } from 'commander';
import { removeDeadLetter } from '../../bridge/store/sqlite.ts';
import type { DeadLetter } from '../../bridge/store/types.ts';
import { exitCodes } from '../exit-codes.ts';
import { type AlertsContext, alertsContext, columns, numberFlag, readState, timeText } from './context.ts';

/** `alerts dead-letters`: what receivers would not have, and why. */
export const listDeadLetters = async (command: Command): Promise<number> => {
  const context = alertsContext(command);
  const discard = numberFlag(context.flags, 'discard');
  if (discard !== null) return discardLetter(context, discard);
  const letters = readState(context.bridge, (store) => store.deadLetters(context.flags('receiver')));
  await context.answer(letters.map(letterJson), lettersText(letters));
  return exitCodes.ok;
};

/** A dead letter for programs; the body is text where it is JSON, which it always was. */
export const letterJson = (letter: DeadLetter): unknown => ({
  ...letter,
  at: new Date(letter.at).toISOString(),
  body: Buffer.from(letter.body).toString('utf8'),
});

const lettersText = (letters: readonly DeadLetter[]): string =>
  letters.length === 0
    ? 'There are no dead letters.\n'
    : columns([
        ['ID', 'RECEIVER', 'AT', 'STATUS', 'ALERTNAME', 'REASON'],
        ...letters.map(({ id, receiver, at, status, labels, reason }) => [
          String(id),
          receiver,
          timeText(at),
          status === null ? '' : String(status),
          labels?.['alertname'] ?? '',
          reason,
        ]),
      ]);

const discardLetter = async ({ bridge, answer }: AlertsContext, id: number): Promise<number> => {
  const removed = readState(bridge, () => removeDeadLetter(bridge.state_dir, id));
  await answer(
    { id, discarded: removed },
    removed ? `Dead letter ${id} is discarded.\n` : `There is no dead letter ${id}.\n`,
  );
  return removed ? exitCodes.ok : exitCodes.failure;
};
