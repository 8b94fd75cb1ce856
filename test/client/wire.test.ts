import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../../src/client/rows.ts';
import { failureOf, type Harness, harness, secret } from './support.ts';

const origin = 'http://tower.test';
const withKey = { username: null, password: null, api_key: secret('key-123') };

let made: Harness;

beforeEach(() => {
  nock.disableNetConnect();
  made = harness(origin, withKey);
});

afterEach(async () => {
  await made.client.close();
  nock.cleanAll();
  nock.enableNetConnect();
});

const tower = () => nock(origin);
const count = (signal?: AbortSignal) => made.client.count(resources.vms, signal === undefined ? {} : { signal });

describe('a request', () => {
  it('is a POST of JSON with the raw token and the language', async () => {
    const scope = nock(origin, {
      reqheaders: {
        authorization: 'key-123',
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-language': 'en-US',
      },
    })
      .post('/v2/api/get-vms-connection', { where: { in_recycle_bin: true } })
      .reply(200, { aggregate: { count: 7 } });
    expect(await made.client.count(resources.vms, { where: { in_recycle_bin: true } })).toBe(7);
    scope.done();
    expect(made.requests).toMatchObject([
      { tower: 'shanghai', operation: 'get-vms-connection', code: '200', bytes: '{"aggregate":{"count":7}}'.length },
    ]);
    expect(made.reachable).toEqual([true]);
  });

  it.each([
    ['http://tower.test/', '/v2/api/get-vms-connection'],
    ['http://tower.test/v2/api', '/v2/api/get-vms-connection'],
    ['http://tower.test/v2/api/', '/v2/api/get-vms-connection'],
    ['http://tower.test/gate/one', '/gate/one/v2/api/get-vms-connection'],
    ['http://tower.test/gate//', '/gate/v2/api/get-vms-connection'],
    ['http://user:pw@tower.test/x?y=1#z', '/x/v2/api/get-vms-connection'],
  ])('to %s goes to %s', async (url, path) => {
    const scope = tower()
      .post(path)
      .reply(200, { aggregate: { count: 1 } });
    const { client } = harness(url, withKey);
    expect(await client.count(resources.vms, {})).toBe(1);
    scope.done();
    await client.close();
  });
});

describe('what a retry can mend', () => {
  it.each([429, 500, 502, 503, 504])('%d is asked again, with a growing wait', async (status) => {
    tower().post('/v2/api/get-vms-connection').times(3).reply(status, { message: 'later' });
    tower()
      .post('/v2/api/get-vms-connection')
      .reply(200, { aggregate: { count: 1 } });
    expect(await count()).toBe(1);
    expect(made.clock.waits).toEqual([250, 500, 1000]);
    expect(made.requests.map(({ code }) => code)).toEqual([String(status), String(status), String(status), '200']);
    expect(made.reachable).toEqual([false, false, false, true]);
  });

  it('is given up after four attempts, with the last error', async () => {
    tower().post('/v2/api/get-vms-connection').times(4).reply(503, 'busy', { 'x-tower-request-id': 'req-9' });
    const error = await failureOf(count());
    expect(error).toMatchObject({ code: 'status', status: 503, requestId: 'req-9', tower: 'shanghai' });
    expect(error.operation).toBe('get-vms-connection');
    expect(error.message).toContain('503');
    expect(nock.isDone()).toBe(true);
  });

  it('waits as long as the tower asks, in seconds or until a date, but not for ever', async () => {
    const date = new Date(made.clock.now() + 7000 + 5000).toUTCString();
    tower().post('/v2/api/get-vms-connection').reply(429, '', { 'retry-after': '7' });
    tower().post('/v2/api/get-vms-connection').reply(503, '', { 'retry-after': date });
    tower().post('/v2/api/get-vms-connection').reply(429, '', { 'retry-after': '86400' });
    tower()
      .post('/v2/api/get-vms-connection')
      .reply(200, { aggregate: { count: 1 } });
    await count();
    expect(made.clock.waits).toEqual([7000, 5000, 60_000]);
  });

  it('that is still asked for too often is rate_limited', async () => {
    tower().post('/v2/api/get-vms-connection').times(4).reply(429);
    expect((await failureOf(count())).code).toBe('rate_limited');
  });

  it('is a refused or a reset connection', async () => {
    tower()
      .post('/v2/api/get-vms-connection')
      .replyWithError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
    tower()
      .post('/v2/api/get-vms-connection')
      .replyWithError(Object.assign(new Error('x'), { code: 'ECONNRESET' }));
    tower()
      .post('/v2/api/get-vms-connection')
      .reply(200, { aggregate: { count: 1 } });
    expect(await count()).toBe(1);
    expect(made.requests.map(({ code }) => code)).toEqual(['network', 'network', '200']);
  });

  it('is not waited for when nobody wants it any more', async () => {
    const caller = new AbortController();
    made.clock.sleep = (_ms, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        caller.abort();
      });
    tower().post('/v2/api/get-vms-connection').reply(502, '');
    expect((await failureOf(count(caller.signal))).code).toBe('aborted');
    expect(made.requests).toHaveLength(1);
  });

  it('is not waited for beyond the deadline; the error says what went wrong before', async () => {
    const deadline = new AbortController();
    made.clock.sleep = async (_ms, signal) => {
      deadline.abort(new DOMException('too late', 'TimeoutError'));
      signal?.throwIfAborted();
    };
    tower().post('/v2/api/get-vms-connection').reply(502, '<html>Bad Gateway</html>');
    const error = await failureOf(count(deadline.signal));
    expect(error.code).toBe('aborted');
    expect(error.message).toMatch(/deadline.*answered 502.*Bad Gateway/);
  });
});

describe('what a retry cannot mend', () => {
  it.each([
    [400, { message: 'no such field', code: 'X' }, 'status', 'X: no such field'],
    [400, '"bare text"', 'status', 'bare text'],
    [404, { message: 'no' }, 'missing_operation', 'check that the URL'],
    [405, '<html>nginx</html>', 'status', 'nginx'],
    [204, '', 'status', '204'],
    [418, '', 'status', '418'],
    [501, '', 'status', '501'],
  ])('%d %j is asked once', async (status, body, code, text) => {
    tower().post('/v2/api/get-vms-connection').reply(status, body);
    const error = await failureOf(count());
    expect(error).toMatchObject({ code, status });
    expect(error.message).toContain(text);
    expect(made.requests.map((request) => request.code)).toEqual([String(status)]);
    expect(made.reachable).toEqual([false]);
  });

  it.each([301, 302, 303, 307, 308])('a redirection (%d) is never followed', async (status) => {
    const location = 'https://elsewhere.test/v2/api/get-vms?token=abc';
    tower().post('/v2/api/get-vms-connection').reply(status, '', { location });
    const error = await failureOf(count());
    expect(error).toMatchObject({ code: 'status', status });
    expect(error.message).toContain('https://elsewhere.test/v2/api/get-vms,');
    expect(error.message).toContain('check the URL');
    expect(error.message).not.toContain('abc');
    expect(made.requests).toHaveLength(1);
  });

  it.each([
    ['HTML', '<!doctype html><title>Login</title>', 'text/html', '<!doctype html>'],
    ['HTML that calls itself JSON', '<html>', 'application/json', 'not JSON: \\"<html>\\"'.replaceAll('\\', '')],
    ['JSON that calls itself text', '{"aggregate":{"count":1}}', 'text/plain', 'text/plain instead of JSON'],
    ['JSON that calls itself a binary', '{"aggregate":{"count":1}}', 'application/octet-stream', 'octet-stream'],
    ['half of it', '{"aggregate":{"cou', 'application/json', 'not JSON'],
    ['nothing', '', 'application/json', 'answered nothing'],
    ['null', 'null', 'application/json', 'no count'],
    ['an array', '[]', 'application/json', 'no count'],
    ['another object', '{"data":1}', 'application/json', 'no count'],
  ])('%s is invalid, and the error says what came', async (_name, body, type, text) => {
    tower().post('/v2/api/get-vms-connection').reply(200, body, { 'content-type': type });
    const error = await failureOf(count());
    expect(error).toMatchObject({ code: 'invalid', status: 200 });
    expect(error.message).toContain(text);
    expect(made.requests.map(({ code }) => code)).toEqual(['invalid']);
    expect(made.reachable).toEqual([false]);
  });

  it.each([null, {}, 'text', 5, { data: [] }])('%j instead of an array is invalid', async (body) => {
    tower().post('/v2/api/get-vms').reply(200, JSON.stringify(body), { 'content-type': 'application/json' });
    const error = await failureOf(made.client.list(resources.vms, {}));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain('instead of an array');
  });
});

describe('what is taken as JSON', () => {
  it.each([undefined, 'application/json', 'Application/JSON; charset=UTF-8', 'application/problem+json', 'text/json'])(
    'is of type %s',
    async (type) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      tower().post('/v2/api/get-vms-connection').reply(200, '\uFEFF{"aggregate":{"count":1}}', headers);
      expect(await count()).toBe(1);
    },
  );
});

it('lists rows by id, whatever order the tower has', async () => {
  const ids = ['a', 'B', 'c', 'D'].map((id) => ({ id }));
  tower().post('/v2/api/get-vms').reply(200, ids);
  tower().post('/v2/api/get-vms').reply(200, []);
  const { rows, pages, count: counted } = await made.client.list(resources.vms, {});
  expect(rows.map(({ id }) => id)).toEqual(['B', 'D', 'a', 'c']);
  expect([pages, counted]).toEqual([1, null]);
});

it('cuts long texts of the tower to one short line', async () => {
  tower()
    .post('/v2/api/get-vms-connection')
    .reply(400, { message: `a\n\u001b[31mred\u0000 ${'x'.repeat(5000)}` });
  const { message } = await failureOf(count());
  expect(message).toContain('a [31mred xxx');
  expect(message.length).toBeLessThan(500);
  expect(message).not.toMatch(/\p{Cc}/u);
});
