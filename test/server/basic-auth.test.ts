import { hashSync } from 'bcryptjs';
import { describe, expect, it, vi } from 'vitest';
import { BasicAuth } from '../../src/server/basic-auth.ts';
import { PasswordThread } from '../../src/server/passwords.ts';

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const users = new Map([
  ['alice', 'hash-a'],
  ['bob', 'hash-b'],
]);
const makeAuth = (): {
  auth: BasicAuth;
  compare: ReturnType<typeof vi.fn<(password: string, hash: string) => Promise<boolean>>>;
} => {
  const compare = vi.fn((password: string, hash: string) => Promise.resolve(hash === `hash-${password}`));
  return { auth: new BasicAuth(compare), compare };
};

describe('basic authentication', () => {
  it('grants the right password, and asks bcrypt once for it', async () => {
    const { auth, compare } = makeAuth();
    expect(await auth.check(users, basic('alice', 'a'))).toBe('granted');
    expect(auth.check(users, basic('alice', 'a'))).toBe('granted');
    expect(compare).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['the wrong password', basic('alice', 'b')],
    ['the password of another', basic('bob', 'a')],
    ['an empty password', basic('alice', '')],
    ['an unknown user', basic('carol', 'a')],
  ])('denies %s, at the price of one comparison', async (_name, header) => {
    const { auth, compare } = makeAuth();
    expect(await auth.check(users, header)).toBe('denied');
    expect(await auth.check(users, header)).toBe('denied');
    expect(compare).toHaveBeenCalledTimes(1);
  });

  it('never grants an unknown user, whatever the comparison says', async () => {
    const auth = new BasicAuth(() => Promise.resolve(true));
    expect(await auth.check(users, basic('carol', 'a'))).toBe('denied');
    expect(await auth.check(users, basic('__proto__', 'a'))).toBe('denied');
  });

  it('compares an unknown user against a hash as costly as the others', async () => {
    const compare = vi.fn((_password: string, _hash: string) => Promise.resolve(false));
    const auth = new BasicAuth(compare);
    await auth.check(
      new Map([
        ['alice', hashSync('a', 5)],
        ['bob', hashSync('b', 6)],
      ]),
      basic('carol', 'x'),
    );
    expect(compare.mock.calls[0]?.[1]).toMatch(/^\$2a\$06\$[./A-Za-z0-9]{53}$/);
  });

  it.each([
    undefined,
    '',
    'Basic',
    'Basic !!!',
    'Bearer YTph',
    `Basic ${Buffer.from('no colon').toString('base64')}`,
    `Basic ${Buffer.from('alice:a').toString('base64')} x`,
  ])('denies %j at once', (header) => {
    const { auth, compare } = makeAuth();
    expect(auth.check(users, header)).toBe('denied');
    expect(compare).not.toHaveBeenCalled();
  });

  it('splits at the first colon and reads UTF-8', async () => {
    const auth = new BasicAuth((password) => Promise.resolve(password === 'a:上海'));
    expect(await auth.check(users, basic('alice', 'a:上海'))).toBe('granted');
  });

  it('forgets what it knew when the hash changes', async () => {
    const { auth } = makeAuth();
    expect(await auth.check(users, basic('alice', 'a'))).toBe('granted');
    expect(await auth.check(new Map([['alice', 'hash-new']]), basic('alice', 'a'))).toBe('denied');
  });

  it('keeps a success through a flood of failures', async () => {
    const { auth, compare } = makeAuth();
    await auth.check(users, basic('alice', 'a'));
    for (let i = 0; i < 500; i++) await auth.check(users, basic('alice', `wrong ${i}`));
    compare.mockClear();
    expect(auth.check(users, basic('alice', 'a'))).toBe('granted');
    expect(compare).not.toHaveBeenCalled();
    await auth.check(users, basic('alice', 'wrong 0'));
    expect(compare).toHaveBeenCalledTimes(1);
  });

  it('shares one comparison among those who ask the same, and refuses a crowd', async () => {
    const release: ((matches: boolean) => void)[] = [];
    const compare = vi.fn(() => new Promise<boolean>((resolve) => release.push(resolve)));
    const auth = new BasicAuth(compare);
    const same = [1, 2, 3].map(() => auth.check(users, basic('alice', 'a')));
    expect(compare).toHaveBeenCalledTimes(1);
    const others = Array.from({ length: 31 }, (_, i) => auth.check(users, basic('alice', `x${i}`)));
    expect(auth.check(users, basic('alice', 'one more'))).toBe('busy');
    for (const resolve of release) resolve(true);
    expect(await Promise.all(same)).toEqual(['granted', 'granted', 'granted']);
    await Promise.all(others);
    const next = auth.check(users, basic('alice', 'one more'));
    release.at(-1)?.(true);
    expect(await next).toBe('granted');
  });

  it('passes on that passwords cannot be compared, and tries again', async () => {
    const compare = vi.fn(() => Promise.reject(new Error('gone')));
    const auth = new BasicAuth(compare);
    await expect(auth.check(users, basic('alice', 'a'))).rejects.toThrow('gone');
    await expect(auth.check(users, basic('alice', 'a'))).rejects.toThrow('gone');
    expect(compare).toHaveBeenCalledTimes(2);
  });
});

describe('the password thread', () => {
  it('compares with bcrypt, starts again after its end, and fails what was under way', async () => {
    const thread = new PasswordThread();
    const hash = hashSync('pässword', 4);
    expect(await Promise.all([thread.compare('pässword', hash), thread.compare('password', hash)])).toEqual([
      true,
      false,
    ]);
    const slow = thread.compare('x', hashSync('x', 4).replace('$04$', '$16$'));
    await thread.close();
    await expect(slow).rejects.toThrow('the thread ended');
    expect(await thread.compare('pässword', hash)).toBe(true);
    await thread.close();
  });
});
