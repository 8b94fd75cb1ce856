import type { Clock } from '../clock.ts';
import type { RevealedSecret } from './config.ts';
import type { TowerError } from './errors.ts';
import type { Fail } from './failure.ts';
import type { ClientLogger } from './observer.ts';
import { createGrowingPause } from './pause.ts';
import type { Redactor } from './redact.ts';
import { digest, isSendable, type Refusal, refusalError, revealSecret, type Session, type Token } from './session.ts';

interface KeySessionParts {
  readonly key: RevealedSecret;
  readonly tower: string;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly logger: ClientLogger;
  readonly fail: Fail;
}

/** An operation that was answered this lately proves the key: a 401 elsewhere is that operation's own. */
const provenFor = 60_000;

/**
 * An API key: there is no login. A refused key is not sent again before a pause that grows from 30 s to 10 min has passed,
 * unless its file now holds another.
 */
export const createKeySession = ({ key, tower, clock, redactor, logger, fail }: KeySessionParts): Session => {
  const pause = createGrowingPause(clock);
  /** When each operation was last answered with data, and with which key. */
  const answered = new Map<string, { readonly at: number; readonly generation: number }>();
  let refusedKey = '';
  let current: Token | null = null;

  const read = (): Token => {
    const value = revealSecret(key, 'API key', 'api_key', fail);
    if (value === current?.value) return current;
    redactor.add(value);
    if (!isSendable(value)) {
      throw fail('unauthenticated', 'api_key', 'the API key holds characters that a header cannot carry: check it');
    }
    current = { value, generation: (current?.generation ?? 0) + 1 };
    return current;
  };

  const provenElsewhere = (token: Token, operation: string): boolean =>
    [...answered].some(([other, { at, generation }]) => {
      const lately = clock.monotonic() - at < provenFor;
      return other !== operation && generation === token.generation && lately;
    });

  const refuse = (token: Token, refusal: Refusal): TowerError => {
    if (refusal.kind === 'identity' && !provenElsewhere(token, refusal.operation)) {
      // Requests that were under way together are one refusal.
      if (pause.until() === null || digest(token.value) !== refusedKey) pause.begin();
      refusedKey = digest(token.value);
      const { operation, status, requestId } = refusal;
      const fields = { tower, operation, status, request_id: requestId, until: pause.until() };
      logger.warn(fields, 'the tower refused the API key; it is not tried again until then');
    }
    return refusalError(fail, refusal, 'with the API key', 'make a new key in CloudTower and set api_key or its file');
  };

  return {
    token: async () => {
      const token = read();
      const until = pause.until();
      if (until !== null && digest(token.value) === refusedKey) {
        throw fail('login_paused', 'api_key', `the API key was refused; it is not tried again before ${until}`);
      }
      return token;
    },
    renew: async (refused, refusal) => {
      const token = read();
      if (token.generation !== refused.generation) return { token, fresh: true };
      throw refuse(token, refusal);
    },
    refusedAgain: (token, refusal) => refuse(token, refusal),
    accepted: (token, operation) => {
      answered.set(operation, { at: clock.monotonic(), generation: token.generation });
      if (token.generation === current?.generation) pause.reset();
    },
  };
};
