import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { idsOf, login, rowsOf, send, signedIn } from './talk.ts';

const running: Simulator[] = [];

const start = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulator = await startSimulator({ clusters: 3, hosts: 2, disks: 3, vms: 25, alerts: 9, ...options });
  running.push(simulator);
  return simulator;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** A clock that stands still until it is moved. */
const handClock = () => {
  let elapsed = 0;
  const clock: Clock = {
    now: () => Date.parse('2026-05-05T05:05:05Z') + elapsed,
    monotonic: () => elapsed,
    sleep: async () => {},
  };
  return { clock, pass: (ms: number) => (elapsed += ms) };
};

describe('logging in', () => {
  test('a token is three parts, raw in the header, and the same for a second login', async () => {
    const simulator = await start();
    const token = await login(simulator);
    expect(token.split('.')).toHaveLength(3);
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toBe(
      JSON.stringify({ userId: simulator.state.me.id }),
    );
    expect(await login(simulator)).toBe(token);
    expect((await send(simulator, 'get-deploys', {}, { authorization: token })).status).toBe(200);
    expect((await send(simulator, 'get-deploys', {}, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect((await send(simulator, 'get-deploys', {}, { authorization: `${token}x` })).status).toBe(401);
    expect((await send(simulator, 'get-deploys', {})).status).toBe(401);
  });

  test('Bearer is accepted only on request', async () => {
    const simulator = await start({ acceptBearer: true });
    const token = await login(simulator);
    expect((await send(simulator, 'get-deploys', {}, { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  const sources = ['LOCAL', 'LDAP', 'AUTHN', 'SSO', 'AD', null, undefined];
  test.each([
    ['2.8.0', ['LOCAL', 'LDAP']],
    ['3.0.0', ['LOCAL', 'LDAP', 'AUTHN', null, undefined]],
    ['4.8.0', ['LOCAL', 'LDAP', 'AUTHN', 'SSO', null, undefined]],
  ] as const)('%s takes the sources %j', async (version, accepted) => {
    const simulator = await start({ version });
    const { username, password } = simulator;
    const taken: unknown[] = [];
    for (const source of sources) {
      const config = source === 'AUTHN' ? { auth_config_id: 'authn-config' } : {};
      const reply = await send(simulator, 'login', { username, password, source, ...config });
      if (reply.status === 200) taken.push(source);
    }
    expect(taken).toEqual(accepted);
  });

  test('AUTHN needs its configuration, and a user may have one source only', async () => {
    const simulator = await start({ source: 'LDAP' });
    const { username, password } = simulator;
    expect((await send(simulator, 'login', { username, password, source: 'LOCAL' })).status).toBe(400);
    expect((await send(simulator, 'login', { username, password, source: 'LDAP' })).status).toBe(200);
    const other = await start();
    expect((await send(other, 'login', { username, password, source: 'AUTHN' })).status).toBe(400);
    expect((await send(other, 'login', { username, password, source: 'AUTHN', auth_config_id: 'x' })).status).toBe(400);
  });

  test('a wrong password is refused with a code in the message and counts towards a lock-out', async () => {
    const time = handClock();
    const lockout = { failures: 3, window: 60_000, duration: 300_000 };
    const simulator = await start({ lockout, clock: time.clock });
    const { username, password } = simulator;
    const attempt = async (given: string): Promise<string> =>
      (await send(simulator, 'login', { username, password: given })).text;
    expect(await attempt('wrong')).toContain('USER_PASSWORD_INCORRECT');
    expect(await attempt('wrong')).toContain('USER_PASSWORD_INCORRECT');
    time.pass(61_000);
    expect(await attempt('wrong')).toContain('USER_PASSWORD_INCORRECT');
    expect(await attempt(password)).toContain('token');
    for (let count = 0; count < 3; count += 1) await attempt('wrong');
    expect(await attempt(password)).toContain('LOGIN_FAILED');
    time.pass(300_001);
    expect(await attempt(password)).toContain('token');
    expect(simulator.state.globalSettings[0]?.auth).toMatchObject({ login_miss_num_threshold: 3 });
  });

  test('tokens expire by age or at once; then a login gives another one', async () => {
    const time = handClock();
    const simulator = await start({ tokenLifetime: 1000, clock: time.clock });
    const first = await login(simulator);
    const status = async (token: string): Promise<number> =>
      (await send(simulator, 'get-deploys', {}, { authorization: token })).status;
    expect(await status(first)).toBe(200);
    time.pass(1000);
    expect(await status(first)).toBe(401);
    const second = await login(simulator);
    expect(second).not.toBe(first);
    expect([await status(first), await status(second)]).toEqual([401, 200]);
    simulator.faults.expireTokens();
    expect(await status(second)).toBe(401);
  });

  test('an API key works from 4.5.0 on', async () => {
    const newer = await start({ apiKey: 'key-1' });
    const older = await start({ apiKey: 'key-1', version: '4.4.0' });
    expect((await send(newer, 'get-deploys', {}, { authorization: 'key-1' })).status).toBe(200);
    expect((await send(older, 'get-deploys', {}, { authorization: 'key-1' })).status).toBe(401);
  });
});

describe('transport', () => {
  test('reads are POST, the version is GET without a login, and what is missing is a 404', async () => {
    const simulator = await start();
    const authorization = await login(simulator);
    expect((await send(simulator, 'get-vms', undefined, { authorization }, 'GET')).status).toBe(404);
    expect((await send(simulator, 'get-version', undefined, {}, 'GET')).json).toBe('4.8.0');
    expect((await send(simulator, 'get-version', {}, {}, 'POST')).status).toBe(404);
    const missing = await send(simulator, 'get-nothing', {}, { authorization });
    expect([missing.status, missing.json]).toEqual([404, { message: 'Not Found', status: 404, path: '/get-nothing' }]);
  });

  test.each([
    ['get-cluster-storage-info', '4.4.0', '4.5.0'],
    ['resource-changes', '4.5.0', '4.6.0'],
  ] as const)('%s came after %s', async (operation, before, after) => {
    for (const [version, there] of [
      [before, false],
      [after, true],
    ] as const) {
      const simulator = await start({ version });
      const authorization =
        operation === 'resource-changes'
          ? `Basic ${Buffer.from(`${simulator.username}:${simulator.password}`).toString('base64')}`
          : await login(simulator);
      const method = operation === 'resource-changes' ? 'GET' : 'POST';
      const reply = await send(simulator, operation, { where: {}, effect: {} }, { authorization }, method);
      expect([version, reply.status]).toEqual([version, there ? 200 : 404]);
    }
  });

  test('a body is required, and must be JSON and say so', async () => {
    const simulator = await start();
    const authorization = await login(simulator);
    const url = `${simulator.url}/v2/api/get-hosts`;
    const status = async (body: string | null, type: string): Promise<number> =>
      (await fetch(url, { method: 'POST', headers: { authorization, 'content-type': type }, body })).status;
    expect(await status('{}', 'application/json')).toBe(200);
    expect(await status('{}', 'application/json; charset=utf-8')).toBe(200);
    expect(await status(null, 'application/json')).toBe(400);
    expect(await status('{}', 'text/plain')).toBe(400);
    expect(await status('{', 'application/json')).toBe(400);
    expect((await send(simulator, 'get-tasks', undefined, { authorization })).status).toBe(200);
    expect((await send(simulator, 'get-my-info', undefined, { authorization })).json).toMatchObject({
      username: 'monitor',
    });
  });

  test('outside the API is the user interface', async () => {
    const simulator = await start();
    const page = await fetch(simulator.url);
    expect([page.status, page.headers.get('content-type'), (await page.text()).includes('<html>')]).toEqual([
      200,
      'text/html',
      true,
    ]);
    expect((await fetch(`${simulator.url}/api/v2/get-vms`, { method: 'POST' })).status).toBe(404);
  });

  test('a GraphQL look-up tells what AUTHN logins must name', async () => {
    const simulator = await start({ authConfigId: 'directory-7' });
    const response = await fetch(`${simulator.url}/api`, {
      method: 'POST',
      body: JSON.stringify({ query: '{authnStrategies{id type}}' }),
    });
    expect(await response.json()).toEqual({ data: { authnStrategies: [{ id: 'directory-7', type: 'LDAP' }] } });
  });

  test('every answer has a request id of its own', async () => {
    const ask = await signedIn(await start());
    const seen = new Set<string | null>();
    for (let count = 0; count < 5; count += 1) seen.add((await ask('get-deploys')).headers.get('x-tower-request-id'));
    expect(seen.size).toBe(5);
    expect(seen.has(null)).toBe(false);
  });

  test('counts agree with lists, filters included', async () => {
    const ask = await signedIn(await start());
    const where = { in_recycle_bin: false, cluster: { hypervisor: 'ELF' } };
    const list = rowsOf(await ask('get-vms', { where }));
    expect(list.length).toBeGreaterThan(0);
    expect((await ask('get-vms-connection', { where })).json).toEqual({ aggregate: { count: list.length } });
    expect((await ask('get-vms', { where: { id_in: [] } })).json).toEqual([]);
  });

  test('the log counts requests and keeps no password', async () => {
    const simulator = await start();
    const ask = await signedIn(simulator);
    await ask('get-vms', { first: 1 });
    await ask('get-vms', { first: 2 });
    expect(simulator.requests.operations()).toEqual(['get-vms', 'login']);
    expect(simulator.requests.count('get-vms')).toBe(2);
    expect(simulator.requests.entries.at(-1)).toMatchObject({ operation: 'get-vms', status: 200, body: { first: 2 } });
    expect(JSON.stringify(simulator.requests.entries)).not.toContain(simulator.password);
    simulator.requests.clear();
    expect(simulator.requests.count('get-vms')).toBe(0);
  });

  test('requests that come at once are counted as such', async () => {
    const simulator = await start();
    const ask = await signedIn(simulator);
    simulator.faults.delay('get-deploys', 50);
    await Promise.all([ask('get-deploys'), ask('get-deploys'), ask('get-deploys')]);
    expect(simulator.requests.maxInFlight).toBe(3);
    expect(simulator.requests.inFlight).toBe(0);
  });

  test('a request that is broken off harms nobody', async () => {
    const simulator = await start();
    await new Promise<void>((resolve) => {
      const socket = connect(simulator.port, '127.0.0.1', () => {
        socket.write('POST /v2/api/login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"user');
        socket.destroy();
        socket.once('close', () => resolve());
      });
    });
    expect((await login(simulator)).length).toBeGreaterThan(0);
  });
});

describe('languages', () => {
  const messages = async (simulator: Simulator, language: string) => {
    const ask = await signedIn(simulator);
    return ask('get-alerts', { first: 3, orderBy: 'id_ASC' }, { 'content-language': language });
  };

  test('English by default, Chinese on request, both as JSON with *', async () => {
    const simulator = await start();
    const english = rowsOf(await messages(simulator, 'en-US')).map((row) => row['message']);
    const chinese = rowsOf(await messages(simulator, 'zh-CN')).map((row) => row['message']);
    const both = rowsOf(await messages(simulator, '*')).map((row) => row['message']);
    expect(english).toEqual(simulator.state.alerts.slice(0, 3).map(({ message }) => message));
    expect(chinese.every((text) => /\p{Script=Han}/u.test(String(text)))).toBe(true);
    expect(both.map((text) => JSON.parse(String(text)))).toEqual(
      english.map((text, index) => ({ 'en-US': text, 'zh-CN': chinese[index] })),
    );
    expect((await messages(simulator, 'fr')).status).toBe(400);
  });

  test('* came with 4.4.0', async () => {
    expect((await messages(await start({ version: '4.3.0' }), '*')).status).toBe(400);
    expect((await messages(await start({ version: '4.4.0' }), '*')).status).toBe(200);
  });
});

describe('mutations', () => {
  test('resolve-alert ends what matches and answers it', async () => {
    const simulator = await start();
    const ask = await signedIn(simulator);
    const open = idsOf(await ask('get-alerts', { where: { ended: false } }));
    const [first] = open;
    const reply = await ask('resolve-alert', { where: { id: first } });
    expect(reply.json).toMatchObject([{ task_id: null, data: { id: first, ended: true } }]);
    expect(idsOf(await ask('get-alerts', { where: { ended: false } }))).toEqual(open.slice(1));
  });
});
