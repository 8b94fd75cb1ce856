import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/client/rows.ts';
import { failureOf, harness, json, loopback, originOf, secret } from './support.ts';

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

describe('TLS', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  const pem = (name: string): Buffer => readFileSync(path(name));
  const openssl = (command: string, ...more: string[]): void => {
    execFileSync('openssl', [...command.split(' '), ...more], { cwd: folder, stdio: 'ignore' });
  };
  const newKey = 'req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
  const authority = (name: string): void =>
    openssl(`${newKey} -x509 -days 2 -subj /CN=${name} -keyout ${name}.key -out ${name}.pem`);
  const certificate = (name: string, by: string, altName: string, ...dates: string[]): void => {
    openssl(`${newKey} -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`);
    writeFileSync(path(`${name}.ext`), `subjectAltName=${altName}\n`);
    openssl(
      `x509 -req -in ${name}.csr -CA ${by}.pem -CAkey ${by}.key -CAcreateserial -extfile ${name}.ext -out ${name}.pem`,
      ...(dates.length === 0 ? ['-days', '2'] : dates),
    );
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tower-tls-'));
    authority('ca');
    authority('other');
    certificate('server', 'ca', 'IP:127.0.0.1');
    certificate('named', 'ca', 'DNS:tower.example.com');
    certificate('client', 'ca', 'DNS:client');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const secure = (name: string, more: object = {}) =>
    loopback(
      (_request, response) => json(response, 200, one),
      createHttpsServer({ cert: pem(`${name}.pem`), key: pem(`${name}.key`), ...more }),
      'https',
    );

  it('trusts the authority of ca_file', async () => {
    await using tower = await secure('server');
    const { client, logs } = harness(tower.url, { ...withKey, tls_config: { ca_file: path('ca.pem') } });
    expect(await client.count(resources.vms, {})).toBe(1);
    expect(logs.filter(({ level }) => level === 'warn')).toEqual([]);
    await client.close();
  });

  it.each([
    ['no ca_file', {}],
    ['another authority', { ca_file: 'other.pem' }],
  ])(
    'refuses a certificate that is not trusted, with advice (%s)',
    async (_name, { ca_file = '' }: { ca_file?: string }) => {
      await using tower = await secure('server');
      const tls_config = ca_file === '' ? {} : { ca_file: path(ca_file) };
      const { client, requests } = harness(tower.url, { ...withKey, tls_config });
      const error = await failureOf(client.count(resources.vms, {}));
      expect(error.code).toBe('tls');
      expect(error.message).toContain('tls_config.ca_file');
      expect(requests.map(({ code }) => code)).toEqual(['tls']);
      expect(tower.received).toEqual([]);
      await client.close();
    },
  );

  it('refuses a certificate for another name, unless server_name says it is expected', async () => {
    await using tower = await secure('named');
    const wrong = harness(tower.url, { ...withKey, tls_config: { ca_file: path('ca.pem') } });
    const error = await failureOf(wrong.client.count(resources.vms, {}));
    expect(error.code).toBe('tls');
    expect(error.message).toContain('tls_config.server_name');
    await wrong.client.close();
    const tls_config = { ca_file: path('ca.pem'), server_name: 'tower.example.com' };
    const right = harness(tower.url, { ...withKey, tls_config });
    expect(await right.client.count(resources.vms, {})).toBe(1);
    await right.client.close();
  });

  it('refuses an expired certificate', async () => {
    certificate('expired', 'ca', 'IP:127.0.0.1', '-days', '-1');
    await using tower = await secure('expired');
    const { client } = harness(tower.url, { ...withKey, tls_config: { ca_file: path('ca.pem') } });
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error.code).toBe('tls');
    expect(error.message).toContain('expired');
    await client.close();
  });

  it('accepts anything with insecure_skip_verify, and warns once', async () => {
    await using tower = await secure('named');
    const { client, logs } = harness(tower.url, { ...withKey, tls_config: { insecure_skip_verify: true } });
    expect(await client.count(resources.vms, {})).toBe(1);
    expect(await client.count(resources.vms, {})).toBe(1);
    expect(logs.filter(({ level }) => level === 'warn')).toHaveLength(1);
    await client.close();
  });

  it.each([
    ['TLSv1.2', 'tls'],
    // In 1.3 the client's certificate is refused after the handshake: all that can be seen is a closed connection.
    ['TLSv1.3', 'network'],
  ] as const)('shows its own certificate where one is asked for (%s)', async (maxVersion, code) => {
    const asking = { ca: pem('ca.pem'), requestCert: true, rejectUnauthorized: true, maxVersion };
    await using tower = await secure('server', asking);
    const without = harness(tower.url, { ...withKey, tls_config: { ca_file: path('ca.pem') } });
    const error = await failureOf(without.client.count(resources.vms, {}));
    expect(error.code).toBe(code);
    expect(error.message).toContain('client certificate');
    await without.client.close();
    const tls_config = { ca_file: path('ca.pem'), cert_file: path('client.pem'), key_file: path('client.key') };
    const right = harness(tower.url, { ...withKey, tls_config });
    expect(await right.client.count(resources.vms, {})).toBe(1);
    await right.client.close();
  });

  it('reads its files again after a failure', async () => {
    await using tower = await secure('server');
    writeFileSync(path('rotating.pem'), pem('other.pem'));
    const { client } = harness(tower.url, { ...withKey, tls_config: { ca_file: path('rotating.pem') } });
    expect((await failureOf(client.count(resources.vms, {}))).code).toBe('tls');
    writeFileSync(path('rotating.pem'), pem('ca.pem'));
    expect(await client.count(resources.vms, {})).toBe(1);
    rmSync(path('rotating.pem'));
    await client.close();
  });

  it.each([
    ['is missing', 'nowhere.pem', 'cannot be read'],
    ['holds garbage', 'garbage.pem', 'TLS'],
  ])('says so when a key file %s', async (_name, file, text) => {
    writeFileSync(path('garbage.pem'), 'garbage');
    await using tower = await secure('server');
    const tls_config = { ca_file: path('ca.pem'), cert_file: path('client.pem'), key_file: path(file) };
    const { client } = harness(tower.url, { ...withKey, tls_config });
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error.code).toBe('tls');
    expect(error.message).toContain(text);
    await client.close();
  });

  it('says so when the port does not speak it, and the other way round', async () => {
    await using plain = await loopback((_request, response) => json(response, 200, one));
    const spoken = harness(plain.url.replace('http:', 'https:'), withKey);
    const error = await failureOf(spoken.client.count(resources.vms, {}));
    expect(error.code).toBe('tls');
    expect(error.message).toContain('http or https');
    await spoken.client.close();
    await using tower = await secure('server');
    const unspoken = harness(tower.url.replace('https:', 'http:'), withKey);
    expect(['network', 'invalid']).toContain((await failureOf(unspoken.client.count(resources.vms, {}))).code);
    await unspoken.client.close();
  });

  it('goes through a proxy by a tunnel, and the proxy learns nothing but the address', async () => {
    await using tower = await secure('server');
    const tunnels: (string | undefined)[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request, socket: Socket) => {
      tunnels.push(request.url, request.headers['proxy-authorization'], request.headers.authorization);
      const upstream = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const proxy_url = secret(originOf(proxy).replace('//', '//me:secret@'));
    const tls_config = { ca_file: path('ca.pem') };
    const { client } = harness(tower.url, { ...withKey, tls_config, proxy_url });
    expect(await client.count(resources.vms, {})).toBe(1);
    expect(tunnels).toEqual([
      tower.url.replace('https://', ''),
      `Basic ${Buffer.from('me:secret').toString('base64')}`,
      undefined,
    ]);
    await client.close();
    proxy.close();
  });

  it('says so when the proxy refuses', async () => {
    await using tower = await secure('server');
    const proxy = createHttpServer();
    proxy.on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { client } = harness(tower.url, { ...withKey, proxy_url: secret(originOf(proxy)) });
    const error = await failureOf(client.count(resources.vms, {}));
    expect(error.code).toBe('network');
    expect(error.message).toContain('proxy_url');
    await client.close();
    proxy.close();
  });
});

it('goes through a proxy over plain HTTP too', async () => {
  const asked: (string | undefined)[] = [];
  await using proxy = await loopback((_request, response, raw) => {
    asked.push(raw.url);
    json(response, 200, one);
  });
  const { client } = harness('http://tower.invalid', { ...withKey, proxy_url: secret(proxy.url) });
  expect(await client.count(resources.vms, {})).toBe(1);
  expect(asked).toEqual(['http://tower.invalid/v2/api/get-vms-connection']);
  await client.close();
});
