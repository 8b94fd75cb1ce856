import type { Clock, Random } from '../clock.ts';
import type { Decode } from './answer.ts';
import type { Attempt, Outcome } from './attempt.ts';
import type { TowerConnectionConfig } from './config.ts';
import { failureText, type Fail } from './failure.ts';
import { isJsonObject } from './fields.ts';
import type { ClientLogger, ClientObserver } from './observer.ts';
import type { Redactor } from './redact.ts';
import { withRetries } from './retry.ts';
import { isSendable, revealSecret } from './session.ts';

export interface LoginParts {
  readonly config: TowerConnectionConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly attempt: Attempt;
  readonly redactor: Redactor;
  readonly observer: ClientObserver;
  readonly logger: ClientLogger;
  readonly fail: Fail;
}

/**
 * Logs in once and yields the token.
 * @throws {TowerError} `login_rejected` when the tower refused the credentials; any other code when it could not be asked
 */
export type Login = (password: string, signal: AbortSignal) => Promise<string>;

const noToken =
  'answered without a token: where two-factor sign-in is on, a user and a password are not enough; use an API key (api_key)';

const decodeToken: Decode<string | null> = {
  fromJson: (json) => {
    if (!isJsonObject(json)) return { wrong: 'answered a login with something that is not an object' };
    const data = json['data'];
    const token = isJsonObject(data) ? data['token'] : null;
    return { data: typeof token === 'string' && isSendable(token) ? token : null };
  },
};

/** 500 and a timeout may hide a refusal or a login that counted: they are not tried again at once, to lock out nobody. */
const guarded = <T>(outcome: Outcome<T>): Outcome<T> => {
  const { verdict, status } = outcome;
  if (verdict.kind !== 'failed') return outcome;
  const safe = verdict.code === 'network' || verdict.code === 'rate_limited' || (status !== null && status > 500);
  return { ...outcome, verdict: { ...verdict, retry: verdict.retry && safe } };
};

/** Whether the tower said no to these credentials, rather than failing to say anything. */
const isRejection = ({ verdict, status }: Outcome<unknown>): boolean =>
  verdict.kind === 'refused' || (verdict.kind === 'failed' && (status === 400 || status === 422));

const rejectionAdvice = 'check username, password and source; in AUTHN and SSO also auth_config_id';

export const createLogin = (parts: LoginParts): Login => {
  const { config, clock, random, attempt, redactor, observer, logger, fail } = parts;
  const tower = config.name;

  return async (password, signal) => {
    const body = {
      username: config.username ?? '',
      password,
      ...(typeof config.source === 'string' ? { source: config.source } : {}),
      ...(typeof config.auth_config_id === 'string' ? { auth_config_id: config.auth_config_id } : {}),
    };
    let outcome: Outcome<string | null>;
    try {
      const once = async () => guarded(await attempt('login', body, null, decodeToken, signal));
      outcome = await withRetries(once, clock, random, signal, () => {});
    } catch (error) {
      observer.login({ tower, result: 'error' });
      throw error;
    }
    const { verdict, status, requestId } = outcome;
    if (verdict.kind === 'data' && verdict.data !== null) {
      redactor.add(verdict.data);
      observer.login({ tower, result: 'success' });
      logger.info({ tower, request_id: requestId }, 'logged in');
      return verdict.data;
    }
    if (verdict.kind === 'data' || isRejection(outcome)) {
      observer.login({ tower, result: 'rejected' });
      const said =
        verdict.kind === 'data' ? noToken : `the credentials were refused: ${failureText(outcome)}: ${rejectionAdvice}`;
      throw fail('login_rejected', 'login', said, { status, requestId });
    }
    observer.login({ tower, result: 'error' });
    throw fail(verdict.kind === 'failed' ? verdict.code : 'status', 'login', verdict.message, { status, requestId });
  };
};

/** The password now; its file is read at each login. */
export const currentPassword = ({ config, redactor, fail }: LoginParts): string => {
  if (typeof config.username !== 'string' || config.password === undefined || config.password === null) {
    throw fail('unauthenticated', 'login', 'no credentials are configured: set username and password, or api_key');
  }
  const password = revealSecret(config.password, 'password', 'login', fail);
  redactor.add(password);
  return password;
};
