import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { resources } from '../../src/client/rows.ts';
import { everyResource, failureOf, grant, harness, json, loopback, rowsThenEnd, tokenTower } from './support.ts';

const loginsOf = (operations: readonly string[]): number => operations.filter((name) => name === 'login').length;

describe('login', () => {
  it('sends the credentials once, for all who wait', async () => {
    await using tower = await loopback(tokenTower(() => true));
    const { client, logins } = harness(tower.url);
    await Promise.all(everyResource.slice(0, 3).map((resource) => client.list(resource, {})));
    expect(loginsOf(tower.operations())).toBe(1);
    expect(logins).toEqual(['success']);
    expect(tower.received[0]?.body).toEqual({ username: 'monitor', password: 'pa55-word', source: 'LOCAL' });
    expect(tower.received.filter(({ operation }) => operation !== 'login').map((r) => r.authorization)).toEqual(
      Array.from({ length: 6 }, () => 't1'),
    );
    await client.close();
  });

  it('names the source and the sign-in strategy', async () => {
    await using tower = await loopback(tokenTower(() => true));
    const { client } = harness(tower.url, { source: 'AUTHN', auth_config_id: 'ldap-1' });
    await client.signIn();
    expect(tower.received[0]?.body).toEqual({
      username: 'monitor',
      password: 'pa55-word',
      source: 'AUTHN',
      auth_config_id: 'ldap-1',
    });
    await client.close();
  });

  it('reads the password anew at each login', async () => {
    await using tower = await loopback(tokenTower((token) => token === 't2'));
    let password = 'first';
    const { client } = harness(tower.url, { password: { reveal: () => password } });
    await client.signIn();
    password = 'second';
    await client.list(resources.vms, {});
    const sent = tower.received.filter(({ operation }) => operation === 'login').map(({ body }) => body);
    expect(sent).toMatchObject([{ password: 'first' }, { password: 'second' }]);
    await client.close();
  });

  it('goes on for the others when one who waits gives up', async () => {
    let release = (): void => {};
    await using tower = await loopback(({ operation, body }, response) => {
      if (operation !== 'login') json(response, 200, rowsThenEnd(body));
      else release = () => grant(response, 't1');
    });
    const { client } = harness(tower.url);
    const impatient = new AbortController();
    const first = failureOf(client.list(resources.vms, { signal: impatient.signal }));
    const second = client.list(resources.hosts, {});
    await expect.poll(() => tower.operations()).toEqual(['login']);
    impatient.abort();
    expect((await first).code).toBe('aborted');
    release();
    expect((await second).rows).toHaveLength(1);
    expect(loginsOf(tower.operations())).toBe(1);
    await client.close();
  });
});

describe('a refused token', () => {
  it.each([
    ['401', 401, {}],
    ['403', 403, {}],
    ['403 without a body', 403, ''],
    ['400 with a code', 400, { message: 'x', code: 'LOAD_TOKEN_FAILED', status: 400, path: '/' }],
    ['500 with a code in its message', 500, { message: 'LOAD_TOKEN_FAILED: no', status: 500, path: '/' }],
    ['200 with a code', 200, { code: 'USER_NOT_FOUND', message: '' }],
    ['200 with a bare string', 200, 'LOGIN_FAILED'],
    ['a bare string', 400, 'NOT_MATCH_USER'],
  ])('%s: one login, one repetition', async (_name, status, refusal) => {
    let valid = 't1';
    let logins = 0;
    await using tower = await loopback(({ operation, authorization, body }, response) => {
      if (operation === 'login') {
        logins += 1;
        grant(response, `t${logins}`);
      } else if (authorization === valid) json(response, 200, rowsThenEnd(body));
      else json(response, status, refusal);
    });
    const { client, reachable } = harness(tower.url);
    await client.list(resources.vms, {});
    valid = 't2';
    expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
    expect(logins).toBe(2);
    expect(tower.operations()).toEqual(['login', 'get-vms', 'get-vms', 'get-vms', 'login', 'get-vms', 'get-vms']);
    expect(reachable).toEqual([true, true, false, true, true]);
    await client.close();
  });

  it('is replaced by one login however many find it expired', async () => {
    let valid = 't1';
    await using tower = await loopback(tokenTower((token) => token === valid));
    const { client } = harness(tower.url, { max_concurrency: 8 });
    await client.signIn();
    valid = 't2';
    await Promise.all(everyResource.map((resource) => client.count(resource, {}).catch(() => null)));
    expect(loginsOf(tower.operations())).toBe(2);
    await client.close();
  });

  it('does not cause a login when its refusal arrives after a newer one', async () => {
    let valid = 't1';
    let late = (): void => {};
    let logins = 0;
    await using tower = await loopback(({ operation, authorization, body }, response) => {
      if (operation === 'login') {
        logins += 1;
        grant(response, `t${logins}`);
      } else if (authorization === valid) json(response, 200, rowsThenEnd(body));
      else if (operation === 'get-hosts') late = () => json(response, 401, {});
      else json(response, 401, {});
    });
    const { client } = harness(tower.url);
    await client.signIn();
    valid = 't2';
    const slow = client.list(resources.hosts, {});
    await expect.poll(() => tower.operations()).toContain('get-hosts');
    await client.list(resources.vms, {});
    expect(logins).toBe(2);
    late();
    expect((await slow).rows).toHaveLength(1);
    expect(logins).toBe(2);
    await client.close();
  });

  it('that stays refused is an error, and no login storm', async () => {
    await using tower = await loopback(tokenTower(() => false));
    const { client, clock } = harness(tower.url);
    expect((await failureOf(client.list(resources.vms, {}))).code).toBe('unauthenticated');
    expect(loginsOf(tower.operations())).toBe(2);
    for (const resource of everyResource) {
      expect((await failureOf(client.list(resource, {}))).code).toBe('unauthenticated');
    }
    expect(loginsOf(tower.operations())).toBe(2);
    clock.advance(61_000);
    await failureOf(client.list(resources.vms, {}));
    await failureOf(client.list(resources.hosts, {}));
    expect(loginsOf(tower.operations())).toBe(3);
    await client.close();
  });
});

describe('a missing permission', () => {
  it('is forbidden after one fresh login, and asked for again at most once a minute', async () => {
    await using tower = await loopback(tokenTower((_token, operation) => operation !== 'get-licenses', 403));
    const { client, clock } = harness(tower.url);
    await client.list(resources.vms, {});
    const error = await failureOf(client.list(resources.licenses, {}));
    expect(error).toMatchObject({ code: 'forbidden', status: 403, operation: 'get-licenses' });
    expect(error.message).toContain('permission');
    expect(loginsOf(tower.operations())).toBe(2);
    for (let poll = 0; poll < 20; poll += 1) {
      clock.advance(2500);
      await client.list(resources.vms, {});
      expect((await failureOf(client.list(resources.licenses, {}))).code).toBe('forbidden');
    }
    expect(loginsOf(tower.operations())).toBe(2);
    clock.advance(20_000);
    await failureOf(client.list(resources.licenses, {}));
    expect(loginsOf(tower.operations())).toBe(3);
    await client.close();
  });

  it('does not keep an expired token of another operation from being renewed', async () => {
    let valid = (_token: string | null): boolean => true;
    await using tower = await loopback(
      tokenTower((token, operation) => operation !== 'get-licenses' && valid(token), 403),
    );
    const { client } = harness(tower.url);
    await client.list(resources.vms, {});
    await failureOf(client.list(resources.licenses, {}));
    await client.list(resources.vms, {});
    valid = (token) => token === 't3';
    expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
    expect(loginsOf(tower.operations())).toBe(3);
    await client.close();
  });

  it('that was granted meanwhile does not keep an expired token from being renewed', async () => {
    let refused = (_token: string | null): boolean => true;
    await using tower = await loopback(tokenTower((token) => !refused(token), 403));
    const { client } = harness(tower.url);
    await failureOf(client.list(resources.vms, {}));
    refused = () => false;
    await client.list(resources.vms, {});
    refused = (token) => token === 't2';
    expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
    await client.close();
  });

  it('that is granted later is used at once', async () => {
    let allowed = false;
    await using tower = await loopback(tokenTower(() => allowed, 403));
    const { client } = harness(tower.url);
    await failureOf(client.list(resources.vms, {}));
    allowed = true;
    expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
    await client.close();
  });
});

describe('a rejected password', () => {
  it.each([
    ['401', 401, {}],
    ['403', 403, {}],
    ['400', 400, { message: 'wrong password', status: 400, path: '/login' }],
    ['a code', 500, { code: 'USER_PASSWORD_INCORRECT', message: '', status: 500, path: '/login' }],
    ['no token', 200, { task_id: null, data: { token: null } }],
  ])('stops logins for a pause that grows from 30 s to 10 min (%s)', async (_name, status, body) => {
    await using tower = await loopback((_request, response) => json(response, status, body));
    const { client, clock, logins } = harness(tower.url);
    for (const pause of [30, 60, 120, 240, 480, 600, 600]) {
      const before = tower.received.length;
      expect((await failureOf(client.list(resources.vms, {}))).code).toBe('login_rejected');
      clock.advance(pause * 1000 - 1);
      const until = new Date(clock.now() + 1).toISOString();
      const paused = await failureOf(client.list(resources.hosts, {}));
      expect(paused.code).toBe('login_paused');
      expect(paused.message).toContain(until);
      expect(tower.received.length).toBe(before + 1);
      clock.advance(1);
    }
    expect(new Set(logins)).toEqual(new Set(['rejected']));
    await client.close();
  });

  it('is told to all who wait, and tried at once when its file holds another', async () => {
    let right = 'other';
    await using tower = await loopback(({ operation, body }, response) => {
      if (operation !== 'login') json(response, 200, rowsThenEnd(body));
      else if (JSON.stringify(body).includes(right)) grant(response, 't1');
      else json(response, 401, {});
    });
    let password = 'wrong';
    const { client } = harness(tower.url, { password: { reveal: () => password } });
    const failures = await Promise.all([1, 2, 3].map(() => failureOf(client.list(resources.vms, {}))));
    expect(failures.map(({ code }) => code)).toEqual(['login_rejected', 'login_rejected', 'login_rejected']);
    expect(tower.received).toHaveLength(1);
    right = 'better';
    password = 'better';
    expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
    await client.close();
  });

  it('pauses for 30 s again once a login was good', async () => {
    let right = false;
    await using tower = await loopback(({ operation, body }, response) => {
      if (operation !== 'login') json(response, right ? 200 : 401, rowsThenEnd(body));
      else if (right) grant(response, 't1');
      else json(response, 401, {});
    });
    const { client, clock } = harness(tower.url);
    for (const pause of [30_000, 60_000, 120_000]) {
      expect((await failureOf(client.list(resources.vms, {}))).code).toBe('login_rejected');
      clock.advance(pause);
    }
    right = true;
    await client.list(resources.vms, {});
    right = false;
    expect((await failureOf(client.list(resources.vms, {}))).code).toBe('login_rejected');
    clock.advance(29_999);
    expect((await failureOf(client.list(resources.vms, {}))).code).toBe('login_paused');
    clock.advance(1);
    expect((await failureOf(client.list(resources.vms, {}))).code).toBe('login_rejected');
    await client.close();
  });

  it('is not what a network failure is', async () => {
    let broken = true;
    await using tower = await loopback(({ operation, body }, response) => {
      if (broken) response.destroy();
      else if (operation === 'login') grant(response, 't1');
      else json(response, 200, rowsThenEnd(body));
    });
    const { client, logins } = harness(tower.url);
    const error = await failureOf(client.list(resources.vms, {}));
    expect(error).toMatchObject({ code: 'network', operation: 'login' });
    broken = false;
    expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
    expect(logins).toEqual(['error', 'success']);
    await client.close();
  });

  it('is not looked for behind a 500: one login a call', async () => {
    await using tower = await loopback((_request, response) => json(response, 500, { message: 'oops' }));
    const { client } = harness(tower.url);
    expect(await failureOf(client.signIn())).toMatchObject({ code: 'status', status: 500 });
    expect(tower.received).toHaveLength(1);
    await client.close();
  });

  it('does not end a good session', async () => {
    await using tower = await loopback(tokenTower(() => true));
    const { client } = harness(tower.url);
    await client.signIn();
    await client.signIn();
    expect(tower.received).toHaveLength(1);
    await client.close();
  });
});

describe('close', () => {
  it('ends what is under way with an error, and everything after', async () => {
    await using tower = await loopback(async (_request, response) => {
      await once(response, 'close');
    });
    const { client, reachable } = harness(tower.url);
    const pending = failureOf(client.list(resources.vms, {}));
    await expect.poll(() => tower.received.length).toBe(1);
    await client.close();
    expect((await pending).code).toBe('aborted');
    expect((await failureOf(client.list(resources.vms, {}))).code).toBe('aborted');
    await client.close();
    expect(tower.received).toHaveLength(1);
    expect(reachable).toEqual([]);
  });
});
