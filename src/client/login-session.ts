import { TowerError } from './errors.ts';
import { currentPassword, createLogin, type LoginParts } from './login.ts';
import { createGrowingPause } from './pause.ts';
import { digest, type Refusal, refusalError, type Session, type Token } from './session.ts';
import { waitWith } from './signals.ts';

/** After a login that did not help an operation, none is made for its sake for so long; in milliseconds. */
const fruitlessFor = 60_000;

/**
 * A user's session: one login in flight, shared by all who wait for it; it outlives those who stop waiting, and ends with
 * `closing`. A refused password is not tried again before a pause that grows from 30 s to 10 min has passed, unless its file
 * now holds another: the monitor never locks out its own user.
 */
export const createLoginSession = (parts: LoginParts, closing: AbortSignal): Session => {
  const { config, clock, fail, logger } = parts;
  const login = createLogin(parts);
  const pause = createGrowingPause(clock);
  let rejectedPassword = '';
  let current: Token | null = null;
  /** Operations that the current token was good for. */
  let good = new Set<string>();
  let flight: Promise<Token> | null = null;
  /** When a login did not help an operation. */
  const fruitless = new Map<string, number>();
  /** The token that was refused as soon as it was new, and has never been good for anything. */
  let useless: { readonly generation: number; readonly at: number } | null = null;

  const run = async (password: string): Promise<Token> => {
    try {
      const value = await login(password, closing);
      pause.reset();
      // The same text may come back; it is a new token all the same, because somebody has just vouched for it.
      current = { value, generation: (current?.generation ?? 0) + 1 };
      good = new Set();
      return current;
    } catch (error) {
      if (error instanceof TowerError && error.code === 'login_rejected') {
        rejectedPassword = digest(password);
        pause.begin();
        logger.warn(
          { tower: config.name, status: error.status, request_id: error.requestId, until: pause.until() },
          'the tower refused the login; no other is tried until then',
        );
      }
      throw error;
    } finally {
      flight = null;
    }
  };

  const logIn = async (signal: AbortSignal): Promise<Token> => {
    if (flight === null) {
      const password = currentPassword(parts);
      const until = pause.until();
      if (until !== null && digest(password) === rejectedPassword) {
        const text = `the credentials were refused a moment ago; no login is tried before ${until}: correct them meanwhile`;
        throw fail('login_paused', 'login', text);
      }
      flight = run(password);
      // Its failure belongs to those who wait; there may be none left.
      flight.catch(() => {});
    }
    return waitWith(flight, signal);
  };

  const within = (at: number | undefined): boolean => at !== undefined && clock.monotonic() - at < fruitlessFor;
  const errorOf = (refusal: Refusal): TowerError =>
    refusalError(fail, refusal, 'after a fresh login', 'check that this user may use the API');

  return {
    token: async (signal) => current ?? (await logIn(signal)),
    renew: async (refused, refusal, signal) => {
      // A token that a newer login has replaced was refused: that login has mended it already.
      if (current !== null && current.generation !== refused.generation) return { token: current, fresh: false };
      const pointless = useless?.generation === refused.generation && good.size === 0 && within(useless.at);
      if (flight === null && (pointless || within(fruitless.get(refusal.operation)))) throw errorOf(refusal);
      return { token: await logIn(signal), fresh: true };
    },
    refusedAgain: (token, refusal) => {
      fruitless.set(refusal.operation, clock.monotonic());
      if (token.generation === current?.generation && good.size === 0) {
        useless = { generation: token.generation, at: clock.monotonic() };
      }
      return errorOf(refusal);
    },
    accepted: (token, operation) => {
      fruitless.delete(operation);
      if (token.generation === current?.generation) good.add(operation);
    },
  };
};
