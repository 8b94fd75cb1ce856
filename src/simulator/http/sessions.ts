import { createHmac, timingSafeEqual } from 'node:crypto';
import { enumValues } from '../schema/enums.ts';
import { atLeast, type Version } from '../versions.ts';
import { HttpError } from './errors.ts';

export interface SessionOptions {
  readonly version: Version;
  readonly username: string;
  readonly password: string;
  /** Accepted like a token from 4.5.0 on; null for none. */
  readonly apiKey: string | null;
  /** The only login source accepted; null for every one the version knows. */
  readonly source: string | null;
  /** What `auth_config_id` must say for AUTHN. */
  readonly authConfigId: string;
  /** Milliseconds; null: tokens do not expire by themselves. */
  readonly tokenLifetime: number | null;
  /** Failed logins within `window` ms that lock the user out for `duration` ms; 0 failures: never. */
  readonly lockout: { readonly failures: number; readonly window: number; readonly duration: number };
  /** Whether `Bearer <token>` works too. */
  readonly acceptBearer: boolean;
  readonly seed: number;
  readonly userId: string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const equal = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** Logins and tokens of the one user that the tower has. Times are the tower's. */
export class Sessions {
  /** The configuration that AUTHN logins must name. */
  readonly authConfigId: string;
  readonly #options: SessionOptions;
  readonly #now: () => number;
  /** Tokens signed by earlier generations are refused. */
  #generation = 0;
  /** Null until the first login. */
  #issuedAt: number | null = null;
  #failures: number[] = [];
  #lockedUntil = 0;

  constructor(options: SessionOptions, now: () => number) {
    this.authConfigId = options.authConfigId;
    this.#options = options;
    this.#now = now;
  }

  /**
   * Answers a login with a token; while that is valid a second login gets the same.
   * @throws {HttpError} 400 with one of the tower's codes in the message.
   */
  login(body: unknown): string {
    const now = this.#now();
    const { username, password } = this.#options;
    const values = readLogin(body, this.#options);
    if (now < this.#lockedUntil) throw new HttpError(400, 'LOGIN_FAILED: too many failed logins, try again later');
    const known = equal(values.username, username) && values.sourceAccepted;
    if (!known || !equal(values.password, password)) {
      this.#countFailure(now);
      throw new HttpError(400, known ? 'USER_PASSWORD_INCORRECT' : 'USER_NOT_FOUND');
    }
    this.#failures = [];
    if (this.#issuedAt === null || this.#expired(now)) {
      this.#generation += 1;
      this.#issuedAt = now;
    }
    return this.#token();
  }

  /** @throws {HttpError} 401 unless the header carries a valid token or the API key, raw. */
  authorize(header: string | undefined): void {
    const { apiKey, acceptBearer, version } = this.#options;
    let given = header ?? '';
    if (acceptBearer) given = given.replace(/^Bearer /, '');
    if (apiKey !== null && atLeast(version, '4.5.0') && equal(given, apiKey)) return;
    if (this.#issuedAt !== null && !this.#expired(this.#now()) && equal(given, this.#token())) return;
    throw new HttpError(401, given === '' ? 'PERMISSION_DENIED: no token' : 'LOAD_TOKEN_FAILED');
  }

  /** Whether these are the user's name and password; counts nothing. */
  knows(username: string, password: string): boolean {
    return equal(username, this.#options.username) && equal(password, this.#options.password);
  }

  /** Every token given out so far stops working. */
  expireTokens(): void {
    this.#issuedAt = null;
  }

  /** Refuses every login for so long (the tower's time). */
  lockOut(ms: number): void {
    this.#lockedUntil = this.#now() + ms;
  }

  #countFailure(now: number): void {
    const { failures, window, duration } = this.#options.lockout;
    if (failures === 0) return;
    this.#failures = [...this.#failures.filter((time) => now - time < window), now];
    if (this.#failures.length < failures) return;
    this.#failures = [];
    this.lockOut(duration);
  }

  #expired(now: number): boolean {
    const { tokenLifetime } = this.#options;
    return tokenLifetime !== null && this.#issuedAt !== null && now - this.#issuedAt >= tokenLifetime;
  }

  /** Three parts, HS256; the payload is only the user. */
  #token(): string {
    const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ userId: this.#options.userId })}`;
    const key = `${this.#options.seed} ${this.#generation}`;
    return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
  }
}

interface Login {
  readonly username: string;
  readonly password: string;
  readonly sourceAccepted: boolean;
}

const readLogin = (body: unknown, options: SessionOptions): Login => {
  if (typeof body !== 'object' || body === null) throw new HttpError(400, 'body: an object is expected');
  const values = new Map<string, unknown>(Object.entries(body));
  const modern = atLeast(options.version, '3.0.0');
  const [username, password] = [values.get('username'), values.get('password')];
  if (typeof username !== 'string') throw new HttpError(400, "body.username: 'username' is required");
  if (typeof password !== 'string') throw new HttpError(400, "body.password: 'password' is required");
  const given = values.get('source') ?? null;
  if (given === null && !modern) throw new HttpError(400, "body.source: 'source' is required");
  const source = given ?? 'LOCAL';
  const sources = enumValues('UserSource', options.version);
  if (typeof source !== 'string' || !sources.includes(source)) {
    throw new HttpError(400, `body.source: should be one of the following; ['${sources.join("','")}']`);
  }
  const config = values.get('auth_config_id') ?? null;
  if (config !== null && !modern) throw new HttpError(400, 'body.auth_config_id: unknown key');
  const configured = source !== 'AUTHN' || config === options.authConfigId;
  return { username, password, sourceAccepted: (options.source ?? source) === source && configured };
};
