import { afterEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { idsOf, login, type Reply, rowsOf, signedIn } from './talk.ts';

let simulator: Simulator;
let ask: (operation: string, body?: unknown) => Promise<Reply>;

const begin = async (): Promise<void> => {
  simulator = await startSimulator({ clusters: 2, hosts: 4, disks: 12, vms: 50, alerts: 10 });
  ask = await signedIn(simulator);
};

afterEach(() => simulator.close());

/** The ids as a keyset reader finds them; gives up on a page that does not advance. */
const readPages = async (operation: string, first: number): Promise<readonly unknown[]> => {
  const seen: unknown[] = [];
  for (;;) {
    const body = { where: seen.length === 0 ? {} : { id_gt: seen.at(-1) }, orderBy: 'id_ASC', first };
    const ids = idsOf(await ask(operation, body));
    if (ids.length === 0 || ids.at(-1) === seen.at(-1)) return seen;
    seen.push(...ids);
  }
};

describe('answers in the place of the answer', () => {
  test.each([
    [
      'an ErrorBody',
      { body: 'error' },
      '{"message":"simulated 502","status":502,"path":"/get-vms"}',
      'application/json',
    ],
    ['HTML', { body: 'html' }, '<!DOCTYPE html>', 'text/html'],
    ['a bare string', { body: 'string', message: 'no' }, '"no"', 'application/json'],
    ['nothing', { body: 'none' }, '', 'application/json'],
  ] as const)('a status with %s', async (_, more, start, type) => {
    await begin();
    simulator.faults.status('get-vms', 502, { ...more, headers: { 'retry-after': '7' } });
    const reply = await ask('get-vms');
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([502, '7']);
    expect(reply.headers.get('content-type')).toMatch(type);
    expect(reply.text.startsWith(start)).toBe(true);
    expect((await ask('get-hosts')).status).toBe(200);
  });

  test('for so many requests, after so many others, until cleared', async () => {
    await begin();
    simulator.faults.status('get-vms', 500, { times: 2, skip: 1 });
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await ask('get-vms')).status);
    expect(statuses).toEqual([200, 500, 500, 200, 200]);
    expect(simulator.faults.list()).toEqual([]);
    const id = simulator.faults.status('get-*', 503);
    expect([(await ask('get-vms')).status, (await ask('get-hosts')).status]).toEqual([503, 503]);
    expect(simulator.faults.list()).toMatchObject([{ id, seen: 2, struck: 2 }]);
    simulator.faults.clear(id);
    expect((await ask('get-vms')).status).toBe(200);
  });

  test('HTML, null and an object with 200', async () => {
    await begin();
    simulator.faults.html('get-vms', { times: 1 });
    simulator.faults.answer('get-hosts', null);
    simulator.faults.add({ operation: 'get-disks', action: { kind: 'object' } });
    const html = await ask('get-vms');
    expect([html.status, html.json, html.text.includes('<html>')]).toEqual([200, undefined, true]);
    expect((await ask('get-hosts')).json).toBeNull();
    expect((await ask('get-disks')).json).toEqual({ data: [] });
  });

  test('an answer that is slow to start, and one that is slow to end', async () => {
    await begin();
    simulator.faults.delay('get-vms', 30, { times: 1 });
    simulator.faults.add({ operation: 'get-hosts', times: 1, action: { kind: 'delay', ms: 30, part: 'body' } });
    expect(rowsOf(await ask('get-vms'))).toHaveLength(50);
    const token = await login(simulator);
    const response = await fetch(`${simulator.url}/v2/api/get-hosts`, {
      method: 'POST',
      headers: { authorization: token, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.headers.get('content-length')).not.toBeNull();
    expect(await response.json()).toEqual(simulator.state.hosts);
  });

  test('a cut body, a reset and silence', async () => {
    await begin();
    simulator.faults.cut('get-vms', { times: 1 });
    await expect(ask('get-vms')).rejects.toThrow();
    simulator.faults.reset('get-vms', { times: 1 });
    await expect(ask('get-vms')).rejects.toThrow();
    simulator.faults.hang('get-vms', { times: 1 });
    const token = await login(simulator);
    const silent = fetch(`${simulator.url}/v2/api/get-vms`, {
      method: 'POST',
      headers: { authorization: token, 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(200),
    });
    await expect(silent).rejects.toThrow(/aborted|timeout/i);
    expect((await ask('get-vms')).status).toBe(200);
  });

  test('a missing permission, honest or silent', async () => {
    await begin();
    simulator.faults.forbid('get-alerts', 'status', { times: 1 });
    const refused = await ask('get-alerts');
    expect([refused.status, refused.text.includes('PERMISSION_DENIED')]).toEqual([403, true]);
    simulator.faults.forbid('get-alerts*', 'empty');
    expect((await ask('get-alerts')).json).toEqual([]);
    expect((await ask('get-alerts-connection')).json).toEqual({ aggregate: { count: 0 } });
  });

  test('tokens that stop working and logins that are locked out', async () => {
    await begin();
    simulator.faults.expireTokens();
    expect((await ask('get-vms')).status).toBe(401);
    simulator.faults.lockOut(60_000);
    await expect(login(simulator)).rejects.toThrow(/LOGIN_FAILED/);
  });
});

describe('rows and pages', () => {
  test('a hidden cap loses nothing to a reader that stops at an empty page', async () => {
    await begin();
    simulator.faults.pageCap(7);
    expect(idsOf(await ask('get-disks', { first: 50 }))).toHaveLength(7);
    expect(idsOf(await ask('get-disks'))).toHaveLength(7);
    expect(await readPages('get-disks', 50)).toEqual(simulator.state.disks.map(({ id }) => id));
  });

  test('nonsense rows and keys that nobody knows', async () => {
    await begin();
    simulator.faults.nonsense('get-hosts', { times: 1 });
    const { json } = await ask('get-hosts');
    expect(json).toEqual([null, ...simulator.state.hosts, 42, 'row', [], {}, { id: 7, name: 'no text' }]);
    simulator.faults.add({ operation: 'get-hosts', action: { kind: 'extra_keys' } });
    expect(rowsOf(await ask('get-hosts'))[0]).toMatchObject({ x_new_flag: true });
  });

  test('rows come and go between pages', async () => {
    await begin();
    const before = simulator.state.vms.map(({ id }) => id);
    simulator.faults.shift('get-vms');
    for (let page = 0; page < 5; page += 1) await ask('get-vms', { first: 10, skip: page * 10 });
    const after = simulator.state.vms.map(({ id }) => id);
    expect(after).toHaveLength(before.length);
    const gone = before.filter((id) => !after.includes(id)).length;
    expect(gone).toBeGreaterThan(0);
    expect(gone).toBeLessThanOrEqual(5);
    expect(after).toEqual(after.toSorted());
  });

  test('a page that repeats a row, and one that never advances', async () => {
    await begin();
    simulator.faults.overlap('get-disks');
    const ids = simulator.state.disks.map(({ id }) => id);
    const doubled = await readPages('get-disks', 10);
    expect(doubled.length).toBeGreaterThan(ids.length);
    expect([...new Set(doubled)]).toEqual(ids);
    simulator.faults.clear();
    simulator.faults.stuck('get-disks');
    const [first, second] = [
      idsOf(await ask('get-disks', { orderBy: 'id_ASC', first: 5 })),
      idsOf(await ask('get-disks', { where: { AND: [{ id_gt: ids[4] }] }, orderBy: 'id_ASC', first: 5 })),
    ];
    expect(second).toEqual(first);
  });

  test('a connection that counts wrong', async () => {
    await begin();
    simulator.faults.miscount('get-vms', 3, { times: 1 });
    expect((await ask('get-vms-connection')).json).toEqual({ aggregate: { count: 53 } });
    expect((await ask('get-vms-connection')).json).toEqual({ aggregate: { count: 50 } });
  });
});

describe('the control endpoint', () => {
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${simulator.url}/control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json: unknown = await response.json();
    return { status: response.status, json };
  };

  test('sets, lists and clears faults', async () => {
    await begin();
    const rule = {
      operation: 'get-vms',
      times: 3,
      action: { kind: 'status', status: 503, headers: { 'retry-after': '1' } },
    };
    expect(await control('POST', 'faults', rule)).toEqual({ status: 200, json: { id: 1 } });
    expect((await ask('get-vms')).status).toBe(503);
    expect((await control('GET', 'faults')).json).toEqual([{ id: 1, rule, seen: 1, struck: 1 }]);
    expect((await control('DELETE', 'faults/1')).status).toBe(200);
    expect((await ask('get-vms')).status).toBe(200);
    await control('POST', 'faults', rule);
    await control('DELETE', 'faults');
    expect((await control('GET', 'faults')).json).toEqual([]);
  });

  test('says what is wrong with a request', async () => {
    await begin();
    expect((await control('POST', 'faults', { action: { kind: 'explode' } })).status).toBe(400);
    expect((await control('POST', 'faults', { action: { kind: 'delay' } })).json).toMatchObject({
      error: expect.stringContaining('ms'),
    });
    expect((await control('POST', 'faults', { action: { kind: 'hang' }, typo: 1 })).status).toBe(400);
    expect((await control('GET', 'nothing')).status).toBe(404);
  });

  test('expires tokens, locks out, lets time pass, tells what was asked', async () => {
    await begin();
    await control('POST', 'expire-tokens');
    expect((await ask('get-vms')).status).toBe(401);
    const before = simulator.now();
    await control('POST', 'advance', { ms: 3_600_000 });
    expect(simulator.now() - before).toBeGreaterThanOrEqual(3_600_000);
    await control('POST', 'lock-out', { ms: 1000 });
    await expect(login(simulator)).rejects.toThrow(/LOGIN_FAILED/);
    expect((await control('GET', 'requests')).json).toMatchObject({ counts: { 'get-vms': 1, login: 2 } });
    expect((await control('GET', 'state')).json).toMatchObject({ version: '4.8.0', clusters: 2, hosts: 8 });
  });
});
