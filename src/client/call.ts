import type { Clock, Random } from '../clock.ts';
import type { Decode } from './answer.ts';
import type { Attempt, Outcome } from './attempt.ts';
import { TowerError } from './errors.ts';
import { type Fail, failureText } from './failure.ts';
import type { ReadOperation } from './operations.ts';
import { withRetries } from './retry.ts';
import type { Session } from './session.ts';
import { abortText } from './signals.ts';

/** A read with everything that belongs to it: the session, retries, one repetition after a fresh login. Rejects with `TowerError` only. */
export type Call = <T>(operation: ReadOperation, body: unknown, decode: Decode<T>, signal: AbortSignal) => Promise<T>;

interface CallParts {
  readonly attempt: Attempt;
  readonly session: Session;
  readonly clock: Clock;
  readonly random: Random;
  readonly fail: Fail;
}

/** What went wrong before the latest attempt: the true reason when a deadline cuts the attempts short. */
interface History {
  before: string;
}

/** Tokens that others replaced while the request was under way are exchanged so many times at most. */
const maxExchanges = 3;

export const createCall = ({ attempt, session, clock, random, fail }: CallParts): Call => {
  const read = async <T>(
    operation: ReadOperation,
    body: unknown,
    decode: Decode<T>,
    signal: AbortSignal,
    history: History,
  ): Promise<T> => {
    const onWait = (outcome: Outcome<T>): void => {
      history.before = `; before that: ${failureText(outcome)}`;
    };
    let token = await session.token(signal);
    let final = false;
    for (let exchanges = 0; ; exchanges += 1) {
      const { value } = token;
      const once = () => attempt(operation, body, value, decode, signal);
      const outcome = await withRetries(once, clock, random, signal, onWait);
      const { verdict, status, requestId } = outcome;
      if (verdict.kind === 'data') {
        session.accepted(token, operation);
        return verdict.data;
      }
      if (verdict.kind === 'failed') {
        const before = verdict.code === 'aborted' ? history.before : '';
        throw fail(verdict.code, operation, `${verdict.message}${before}`, { status, requestId });
      }
      const refusal = { operation, kind: verdict.refusal, message: verdict.message, status, requestId };
      if (final || exchanges >= maxExchanges) throw session.refusedAgain(token, refusal);
      const renewal = await session.renew(token, refusal, signal);
      token = renewal.token;
      final = renewal.fresh;
    }
  };

  return async (operation, body, decode, signal) => {
    const history: History = { before: '' };
    try {
      return await read(operation, body, decode, signal, history);
    } catch (error) {
      if (error instanceof TowerError || !signal.aborted) throw error;
      throw fail('aborted', operation, `${abortText(signal.reason)}${history.before}`);
    }
  };
};
