import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { resources } from '../../src/client/rows.ts';
import { failureOf, harness, json, loopback, secret } from './support.ts';

const withKey = { username: null, password: null, api_key: secret('key-123') };
const one = { aggregate: { count: 1 } };

describe('a slow tower', () => {
  it('that never answers times out, and is asked again', async () => {
    await using tower = await loopback(async (_request, response) => {
      await once(response, 'close');
    });
    const { client, requests, reachable } = harness(tower.url, { ...withKey, timeout: 150 });
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error.code).toBe('timeout');
    expect(error.message).toContain('no answer came within 150 ms');
    expect(requests.map(({ code }) => code)).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
    expect(new Set(reachable)).toEqual(new Set([false]));
    await client.close();
  });

  it('that stops in the middle of an answer times out', async () => {
    await using tower = await loopback((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"aggregate":');
    });
    const { client, requests } = harness(tower.url, { ...withKey, timeout: 150 });
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error).toMatchObject({ code: 'timeout', status: 200 });
    expect(error.message).toContain('not complete');
    expect(requests[0]?.bytes).toBe('{"aggregate":'.length);
    await client.close();
  });

  it('that trickles is held to the total time', async () => {
    await using tower = await loopback(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 20);
      await once(response, 'close');
      clearInterval(timer);
    });
    const { client } = harness(tower.url, { ...withKey, timeout: 200 });
    expect((await failureOf(client.count(resources.vms, {}))).code).toBe('timeout');
    await client.close();
  });

  it('that failed before it was slow says so when the deadline passes', async () => {
    const deadline = new AbortController();
    await using tower = await loopback((_request, response) => {
      if (tower.received.length === 1) json(response, 502, { message: 'no database' });
      else deadline.abort(new DOMException('too late', 'TimeoutError'));
    });
    const { client } = harness(tower.url, withKey);
    const error = await failureOf(client.count(resources.vms, { signal: deadline.signal }));
    expect(error.code).toBe('aborted');
    expect(error.message).toMatch(/deadline.*no database/);
    await client.close();
  });

  it('is left at once when the caller gives up', async () => {
    let closed = false;
    await using tower = await loopback(async (_request, response) => {
      await once(response, 'close');
      closed = true;
    });
    const { client, reachable } = harness(tower.url, { ...withKey, timeout: 60_000 });
    const signal = AbortSignal.timeout(100);
    const error = await failureOf(client.count(resources.vms, { signal }));
    expect(error.code).toBe('aborted');
    expect(error.message).toContain('deadline');
    expect(reachable).toEqual([false]);
    await expect.poll(() => closed).toBe(true);
    await client.close();
  });
});

describe('an answer that is cut', () => {
  it.each([
    ['with a length', { 'content-length': '1000' }],
    ['in chunks', {}],
  ])('(%s) is invalid, and asked for again', async (_name, headers) => {
    let left = 2;
    await using tower = await loopback((_request, response) => {
      if (left === 0) {
        json(response, 200, one);
        return;
      }
      left -= 1;
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.write('{"aggregate":{"cou', () => response.destroy());
    });
    const { client, requests } = harness(tower.url, withKey);
    expect(await client.count(resources.vms, {})).toBe(1);
    expect(requests.map(({ code }) => code)).toEqual(['invalid', 'invalid', '200']);
    left = 4;
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error).toMatchObject({ code: 'invalid', status: 200 });
    expect(error.message).toContain('cut off');
    await client.close();
  });
});

describe('what is not there or not HTTP', () => {
  it('a closed port is a network error with advice', async () => {
    const gone = await loopback(() => {});
    await gone[Symbol.asyncDispose]();
    const { client } = harness(gone.url, withKey);
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error.code).toBe('network');
    expect(error.message).toContain('nothing listens there');
    expect(error.message).toContain('ECONNREFUSED');
    await client.close();
  });

  it('a host without a name is a network error with advice', async () => {
    const { client } = harness('http://tower.invalid', withKey);
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error.code).toBe('network');
    expect(error.message).toMatch(/DNS/);
    await client.close();
  });

  it('another protocol is invalid', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    const { client } = harness(`http://127.0.0.1:${port}`, withKey);
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain('does not speak HTTP');
    await client.close();
    server.close();
  });
});

describe('the cap on an answer', () => {
  const big = JSON.stringify({ aggregate: { count: 1 }, filler: 'x'.repeat(20_000) });

  it.each([
    ['announced', { 'content-length': String(big.length) }, big],
    ['not announced', {}, big],
    ['compressed', { 'content-encoding': 'gzip' }, gzipSync(big)],
  ])('holds for one that is %s', async (_name, headers, body) => {
    await using tower = await loopback((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(body);
    });
    const { client, requests } = harness(tower.url, { ...withKey, max_response_bytes: 10_000 });
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error.code).toBe('too_large');
    expect(error.message).toContain('max_response_bytes');
    expect(requests).toHaveLength(1);
    await client.close();
    const roomy = harness(tower.url, withKey);
    expect(await roomy.client.count(resources.vms, {})).toBe(1);
    expect(roomy.requests[0]?.bytes).toBe(body.length);
    await roomy.client.close();
  });

  it('is known from the length that is announced, before anything comes', async () => {
    await using tower = await loopback((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '2000000' });
      response.flushHeaders();
    });
    const { client, requests } = harness(tower.url, withKey);
    expect((await failureOf(client.count(resources.vms, {}))).code).toBe('too_large');
    expect(requests).toMatchObject([{ code: 'too_large', bytes: 0 }]);
    await client.close();
  });

  it('cuts error pages without losing their status', async () => {
    await using tower = await loopback((_request, response) => {
      response.writeHead(400, { 'content-type': 'text/html' });
      response.end(`<h1>No</h1>${'x'.repeat(500_000)}`);
    });
    const { client, requests } = harness(tower.url, withKey);
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error).toMatchObject({ code: 'status', status: 400 });
    expect(error.message).toContain('<h1>No</h1>');
    expect(requests[0]?.bytes).toBeLessThan(200_000);
    await client.close();
  });

  it('does not make another encoding readable', async () => {
    await using tower = await loopback((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'br' });
      response.end('xx');
    });
    const { client } = harness(tower.url, withKey);
    expect((await failureOf(client.count(resources.vms, {}))).code).toBe('invalid');
    await client.close();
  });
});

describe('the slots', () => {
  it('bound what is in flight; who waits in vain leaves at once; a wait between attempts holds none', async () => {
    let inFlight = 0;
    let most = 0;
    const releases: (() => void)[] = [];
    await using tower = await loopback((_request, response) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      releases.push(() => {
        inFlight -= 1;
        json(response, 200, one);
      });
    });
    const { client, requests } = harness(tower.url, { ...withKey, max_concurrency: 2 });
    const running = [1, 2, 3, 4].map(() => client.count(resources.vms, {}));
    await expect.poll(() => releases.length).toBe(2);
    const impatient = new AbortController();
    const waiting = failureOf(client.count(resources.hosts, { signal: impatient.signal }));
    // Let it get in line first.
    await new Promise(setImmediate);
    impatient.abort();
    expect((await waiting).code).toBe('aborted');
    expect(inFlight).toBe(2);
    while (releases.length > 0) {
      releases.shift()?.();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await Promise.all(running)).toEqual([1, 1, 1, 1]);
    expect(most).toBe(2);
    expect(requests.map(({ operation }) => operation)).not.toContain('get-hosts-connection');
    await client.close();
  });

  it('are free while an attempt is waited for', async () => {
    await using tower = await loopback(({ operation }, response) => {
      json(response, operation === 'get-vms-connection' ? 503 : 200, one);
    });
    const made = harness(tower.url, { ...withKey, max_concurrency: 1 });
    let wake = (): void => {};
    made.clock.sleep = () =>
      new Promise((resolve) => {
        wake = resolve;
      });
    const leave = new AbortController();
    const stuck = failureOf(made.client.count(resources.vms, { signal: leave.signal }));
    await expect.poll(() => made.requests.length).toBe(1);
    expect(await made.client.count(resources.hosts, {})).toBe(1);
    leave.abort();
    wake();
    expect((await stuck).code).toBe('aborted');
    await made.client.close();
  });

  it('reuse their connections', async () => {
    let connections = 0;
    const server = createHttpServer();
    server.on('connection', () => {
      connections += 1;
    });
    await using tower = await loopback((_request, response) => json(response, 200, one), server);
    const { client } = harness(tower.url, { ...withKey, max_concurrency: 1 });
    for (let turn = 0; turn < 5; turn += 1) await client.count(resources.vms, {});
    expect(connections).toBe(1);
    await client.close();
  });
});
