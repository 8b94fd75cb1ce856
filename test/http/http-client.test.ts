import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { configSchema, type HttpConfig } from '../../src/config/schema.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../src/http/http-client.ts';
import { HttpError } from '../../src/http/http-error.ts';
import { requestTarget } from '../../src/http/request-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'http-client-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const cert = join(folder, 'cert.pem');
const key = join(folder, 'key.pem');
beforeAll(() => {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
    { stdio: 'ignore' },
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const httpConfig = (value: object): HttpConfig => {
  const config = configSchema({ directory: folder }).parse({
    towers: [{ name: 't', url: 'https://t.example', username: 'u', password: 'p' }],
    bridge: { receivers: [{ name: 'r', alertmanager: { urls: ['http://a'], http_config: value } }] },
  });
  const receiver = config.bridge?.receivers[0];
  if (receiver?.type !== 'alertmanager') throw new Error('no receiver');
  return receiver.alertmanager.http_config;
};

const clientOf = (value: object = {}, over: Partial<HttpClientOptions> = {}): HttpClient => {
  const client = createHttpClient({ config: httpConfig(value), target: 'on-call', clock: systemClock, ...over });
  cleanups.push(() => client.close());
  return client;
};

const listen = async (server: Server | ReturnType<typeof createTcpServer>): Promise<string> => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
};

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Handler = (seen: Seen, response: ServerResponse) => void;

const recording =
  (seen: Seen[], handle: Handler) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      seen.push(one);
      handle(one, response);
    });
  };

const serve = async (handle: Handler = (_, response) => response.end('ok')): Promise<{ url: string; seen: Seen[] }> => {
  const seen: Seen[] = [];
  return { url: `http://${await listen(createServer(recording(seen, handle)))}`, seen };
};

const failure = async (promise: Promise<unknown>): Promise<HttpError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HttpError)) throw new Error(`expected an HttpError, got ${inspect(error)}`);
  return error;
};

describe('the HTTP client of receivers', () => {
  it('sends the URL byte for byte', async () => {
    const { url, seen } = await serve();
    const paths = ['/', '/hook/', '/a%2Fb//c/?t=%7e&x=', '/p?', "/q?a='b'&c=|", '/../x', '/tok.en~!$()*,;:@'];
    for (const path of paths) await clientOf().send({ method: 'POST', url: url + path, body: 'x' });
    expect(seen.map((one) => one.url)).toEqual(paths);
    expect(requestTarget('http://h:80?x=1')).toEqual({ origin: 'http://h', path: '/?x=1' });
    expect(requestTarget('http://h/上海?a=海').path).toMatch(/^\/%E4%B8%8A%E6%B5%B7\?a=%E6%B5%B7$/);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const { url, seen } = await serve((_, response) => response.writeHead(status, { location: '/elsewhere' }).end());
    const response = await clientOf().send({ method: 'POST', url: `${url}/here`, body: 'x' });
    expect(response.status).toBe(status);
    expect(seen.map((one) => `${one.method} ${one.url}`)).toEqual(['POST /here']);
  });

  it('keeps no more of an answer than asked for', async () => {
    const { url } = await serve((_, response) => response.end('x'.repeat(10_000_000)));
    const response = await clientOf().send({ method: 'GET', url, maxResponseBytes: 1000 });
    expect(response).toMatchObject({ status: 200, truncated: true });
    expect(response.body).toHaveLength(1000);
  });

  it('says what went wrong without quoting anything', async () => {
    const secret = '/hook?token=s3cret';
    const cut = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    const silent = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
    });
    const mute = await listen(createTcpServer(() => {}));
    const plain = await serve();
    const closed = createTcpServer();
    const gone = await listen(closed);
    await new Promise((resolve) => {
      closed.close(resolve);
    });
    const cases = [
      [`${cut.url}${secret}`, 'network'],
      [`${silent.url}${secret}`, 'timeout'],
      [`http://${mute}${secret}`, 'timeout'],
      [`http://${gone}${secret}`, 'network'],
      [`https://${plain.url.slice(7)}${secret}`, 'tls'],
      ['no url s3cret', 'invalid'],
    ] as const;
    for (const [url, code] of cases) {
      const error = await failure(clientOf({}, { timeout: 300 }).send({ method: 'POST', url, body: 'x' }));
      expect([url, error.code]).toEqual([url, code]);
      expect(error.message).toMatch(/^on-call: /);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cret');
    }
  });

  it('ends a request that its caller gives up', async () => {
    const mute = await listen(createTcpServer(() => {}));
    const abort = new AbortController();
    const sent = failure(clientOf().send({ method: 'GET', url: `http://${mute}/`, signal: abort.signal }));
    abort.abort();
    expect((await sent).code).toBe('aborted');
  });

  it('sends credentials and headers, reads them again when their files change, and says which cannot be read', async () => {
    const { url, seen } = await serve();
    const token = file('token', 'one\n');
    const client = clientOf({ authorization: { type: 'Token', credentials_file: token }, headers: { 'X-Org': 'o' } });
    await client.send({ method: 'GET', url });
    writeFileSync(token, 'another');
    await client.send({ method: 'GET', url });
    rmSync(token);
    const error = await failure(client.send({ method: 'GET', url }));
    expect(seen.map(({ headers }) => [headers.authorization, headers['x-org']])).toEqual([
      ['Token one', 'o'],
      ['Token another', 'o'],
    ]);
    expect(error.code).toBe('credentials');
    expect(error.message).toContain(token);
    await clientOf({ basic_auth: { username: 'ü', password: 'p:w' } }).send({ method: 'GET', url });
    expect(seen.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from('ü:p:w').toString('base64')}`);
    const odd = await failure(
      clientOf({ authorization: { credentials: 's3cret\u0001' } }).send({ method: 'GET', url }),
    );
    expect(odd.code).toBe('invalid');
    expect(inspect(odd, { depth: 10, showHidden: true })).not.toContain('s3cret');
  });

  it('checks certificates, trusts ca_file when it is mended, and shows its own', async () => {
    const seen: Seen[] = [];
    const server = createTlsServer(
      { key: execFileSync('cat', [key]), cert: execFileSync('cat', [cert]) },
      recording(seen, (_, response) => response.end()),
    );
    const url = `https://${await listen(server)}`;
    const untrusted = await failure(clientOf().send({ method: 'GET', url }));
    expect(untrusted.code).toBe('tls');
    expect(untrusted.message).toContain('ca_file');
    const ca = file('ca.pem', 'not a certificate');
    const client = clientOf({ tls_config: { ca_file: ca } });
    expect((await failure(client.send({ method: 'GET', url }))).code).toBe('tls');
    writeFileSync(ca, execFileSync('cat', [cert]));
    expect((await client.send({ method: 'GET', url })).status).toBe(200);
    const misnamed = clientOf({ tls_config: { ca_file: cert, server_name: 'other.example' } });
    expect((await failure(misnamed.send({ method: 'GET', url }))).code).toBe('tls');
    expect((await clientOf({ tls_config: { insecure_skip_verify: true } }).send({ method: 'GET', url })).status).toBe(
      200,
    );
  });

  it('goes through a proxy', async () => {
    const target = await serve();
    const proxy = await serve((one, response) => {
      response.writeHead(one.headers['proxy-authorization'] === undefined ? 407 : 200).end('by proxy');
    });
    const through = (credentials: string) => clientOf({ proxy_url: proxy.url.replace('//', `//${credentials}`) });
    expect((await failure(through('').send({ method: 'GET', url: `${target.url}/x` }))).code).toBe('proxy');
    const response = await through('me:s3cret@').send({ method: 'GET', url: `${target.url}/x` });
    expect([response.status, response.body.toString()]).toEqual([200, 'by proxy']);
    expect(target.seen).toEqual([]);
    const refused = await failure(through('').send({ method: 'GET', url: 'https://127.0.0.1:9/' }));
    expect(refused.message).toMatch(/^on-call: /);
    expect(inspect(refused, { depth: 10, showHidden: true })).not.toContain('s3cret');
  });
});

describe('OAuth 2.0 client credentials', () => {
  const tokenServer = async (answer: Handler): Promise<{ url: string; seen: Seen[] }> => serve(answer);
  const oauth2 = (url: string, over: object = {}) => ({
    oauth2: {
      client_id: 'id',
      client_secret: 's3cret',
      token_url: url,
      scopes: ['a', 'b'],
      endpoint_params: { audience: 'x' },
      ...over,
    },
  });

  it('asks once for callers at a time, keeps the token until it expires, and asks anew after a 401', async () => {
    let issued = 0;
    const tokens = await tokenServer((_, response) => {
      issued += 1;
      response.end(JSON.stringify({ access_token: `t${issued}`, token_type: 'bearer', expires_in: 60 }));
    });
    const target = await serve((one, response) => {
      response.writeHead(one.headers.authorization === 'Bearer t2' ? 401 : 200).end();
    });
    let ahead = 0;
    const clock = { ...systemClock, monotonic: () => performance.now() + ahead };
    const client = clientOf(oauth2(tokens.url), { clock });
    await Promise.all([1, 2, 3].map(() => client.send({ method: 'GET', url: target.url })));
    expect(issued).toBe(1);
    const [asked] = tokens.seen;
    expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from('id:s3cret').toString('base64')}`);
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      audience: 'x',
      scope: 'a b',
    });
    ahead = 51_000;
    expect((await client.send({ method: 'GET', url: target.url })).status).toBe(401);
    expect((await client.send({ method: 'GET', url: target.url })).status).toBe(200);
    expect(target.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer t1',
      'Bearer t1',
      'Bearer t1',
      'Bearer t2',
      'Bearer t3',
    ]);
  });

  it('puts the credentials into the form for servers that want them there', async () => {
    const tokens = await tokenServer((one, response) => {
      const known = new URLSearchParams(one.body).get('client_secret') === 's3cret';
      response.writeHead(known ? 200 : 401).end(JSON.stringify({ access_token: 't' }));
    });
    const target = await serve();
    expect((await clientOf(oauth2(tokens.url)).send({ method: 'GET', url: target.url })).status).toBe(200);
  });

  it.each([
    [401, '', 'credentials'],
    [302, '', 'credentials'],
    [200, '<html>', 'credentials'],
    [200, '{"access_token":"a b"}', 'credentials'],
    [500, '', 'network'],
    [429, '', 'network'],
  ] as const)('takes %i %j of the token server for: %s', async (status, body, code) => {
    const tokens = await tokenServer((_, response) => response.writeHead(status).end(body));
    const target = await serve();
    const error = await failure(clientOf(oauth2(tokens.url)).send({ method: 'GET', url: target.url }));
    expect(error.code).toBe(code);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cret');
    expect(target.seen).toEqual([]);
  });

  it('does not end the token request of others when one caller gives up', async () => {
    const tokens = await tokenServer((_, response) => {
      setTimeout(() => response.end(JSON.stringify({ access_token: 't' })), 50);
    });
    const target = await serve();
    const client = clientOf(oauth2(tokens.url));
    const abort = new AbortController();
    const given = failure(client.send({ method: 'GET', url: target.url, signal: abort.signal }));
    const kept = client.send({ method: 'GET', url: target.url });
    abort.abort();
    expect((await given).code).toBe('aborted');
    expect((await kept).status).toBe(200);
    expect(tokens.seen).toHaveLength(1);
  });
});
