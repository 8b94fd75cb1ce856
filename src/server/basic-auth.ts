import { createHmac, randomBytes } from 'node:crypto';
import type { ComparePassword } from './passwords.ts';

/** `busy`: too many passwords wait to be compared. */
export type AuthResult = 'granted' | 'denied' | 'busy';

/** Results that are kept, of each kind. */
const maxKept = 100;
/** Comparisons that wait at a time: each costs some hundredth of a second of one core. */
const maxWaiting = 32;

/**
 * HTTP basic authentication against bcrypt hashes. A result is kept under a keyed hash of what was given, so that a scrape costs
 * a comparison once and no password stays in memory; an unknown user costs as much time as a wrong password.
 */
export class BasicAuth {
  private readonly compare: ComparePassword;
  private readonly secret = randomBytes(32);
  // Failures apart from successes: a flood of the former does not push out the latter.
  private readonly granted = new Set<string>();
  private readonly denied = new Set<string>();
  private readonly pending = new Map<string, Promise<AuthResult>>();

  constructor(compare: ComparePassword) {
    this.compare = compare;
  }

  /** Checks an Authorization header; at once when the answer is known. Rejects when passwords cannot be compared. */
  check(users: ReadonlyMap<string, string>, header: string | undefined): AuthResult | Promise<AuthResult> {
    const credentials = parseBasic(header);
    if (credentials === null) return 'denied';
    const { user, password } = credentials;
    const known = users.get(user);
    const hash = known ?? dummyHash(users);
    const key = createHmac('sha256', this.secret)
      .update(JSON.stringify([user, known ?? '', password]))
      .digest('base64');
    if (this.granted.has(key)) return 'granted';
    if (this.denied.has(key)) return 'denied';
    const pending = this.pending.get(key);
    if (pending !== undefined) return pending;
    if (this.pending.size >= maxWaiting) return 'busy';
    const result = this.ask(key, password, hash, known !== undefined);
    this.pending.set(key, result);
    return result;
  }

  private async ask(key: string, password: string, hash: string, isKnown: boolean): Promise<AuthResult> {
    try {
      const matches = await this.compare(password, hash);
      const isGranted = matches && isKnown;
      keep(isGranted ? this.granted : this.denied, key);
      return isGranted ? 'granted' : 'denied';
    } finally {
      this.pending.delete(key);
    }
  }
}

/** Adds the key; the oldest goes when there are too many. */
const keep = (kept: Set<string>, key: string): void => {
  kept.add(key);
  for (const oldest of kept) {
    if (kept.size <= maxKept) return;
    kept.delete(oldest);
  }
};

/** A hash that costs what those of the users cost. */
const dummyHash = (users: ReadonlyMap<string, string>): string => {
  const costs = [...users.values()].map((hash) => hash.slice(4, 6)).sort();
  return `$2a$${costs.at(-1) ?? '10'}$${'.'.repeat(53)}`;
};

const parseBasic = (header: string | undefined): { readonly user: string; readonly password: string } | null => {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};
