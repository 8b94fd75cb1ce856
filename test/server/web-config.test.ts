import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { Agent, type buildConnector } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/config/errors.ts';
import { loadWebConfig } from '../../src/server/web-config.ts';
import { WebConfigFile } from '../../src/server/web-config-file.ts';
import { ask, fill, startServer, type TestServer } from './support.ts';
import { makeTlsFiles, type TlsFiles } from './tls-files.ts';

const logger = { info: vi.fn(), error: vi.fn() };
const hash = hashSync('s3cret', 4);
const authorization = `Basic ${Buffer.from('alice:s3cret').toString('base64')}`;

let files: TlsFiles;
let count = 0;
const agents: Agent[] = [];
beforeAll(() => {
  files = makeTlsFiles();
});
afterEach(async () => {
  vi.clearAllMocks();
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});
afterAll(() => files[Symbol.dispose]());

/** Writes a web configuration beside the certificates. JSON is YAML. */
const write = (config: unknown, path = files.path(`web-${count++}.yml`)): string => {
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  return path;
};
const start = (config: unknown): Promise<TestServer> =>
  startServer({ webConfig: new WebConfigFile(write(config), logger) });

const tls = (more: object = {}): object => ({
  tls_server_config: { cert_file: 'server.pem', key_file: 'server.key', ...more },
});
/** A client that trusts the test authority, with a certificate of its own or none. */
const client = (name: string | null = null, more: Partial<buildConnector.BuildOptions> = {}): Agent => {
  const identity =
    name === null
      ? {}
      : { cert: readFileSync(files.path(`${name}.pem`)), key: readFileSync(files.path(`${name}.key`)) };
  const agent = new Agent({ connect: { ca: readFileSync(files.path('ca.pem')), ...identity, ...more } });
  agents.push(agent);
  return agent;
};
const health = (server: TestServer, agent: Agent): Promise<number> =>
  ask(`${server.url}/-/healthy`, { dispatcher: agent }).then(({ status }) => status);

describe('the file', () => {
  it.each([
    ['nothing', ''],
    ['a comment', '# nothing\n'],
    ['empty maps', { http_server_config: {}, basic_auth_users: {} }],
  ])('may hold %s', (_name, config) => {
    expect(loadWebConfig(write(config))).toMatchObject({ tls: null, headers: [], users: new Map() });
  });

  it.each([
    ['an unknown key', { tls_config: {} }, 'tls_config'],
    ['an unknown header', { http_server_config: { headers: { Server: 'x' } } }, 'http_server_config.headers.Server'],
    [
      'a header over two lines',
      { http_server_config: { headers: { 'X-Frame-Options': 'a\r\nb' } } },
      'X-Frame-Options',
    ],
    ['a password in the clear', { basic_auth_users: { alice: 's3cret' } }, 'basic_auth_users.alice'],
    ['a colon in a user name', { basic_auth_users: { 'a:b': hash } }, 'basic_auth_users'],
    ['a certificate without a key', { tls_server_config: { cert_file: 'server.pem' } }, 'tls_server_config.key_file'],
    [
      'a missing certificate',
      { tls_server_config: { cert_file: 'none.pem', key_file: 'server.key' } },
      'does not exist',
    ],
    [
      'a key of another certificate',
      { tls_server_config: { cert_file: 'server.pem', key_file: 'client.key' } },
      'cannot be used together',
    ],
    [
      'what is no certificate',
      { tls_server_config: { cert_file: 'server.ext', key_file: 'server.key' } },
      'cannot be used together',
    ],
    ['a client CA that nobody asks for', tls({ client_ca_file: 'ca.pem' }), 'client_auth_type'],
    ['verification without a CA', tls({ client_auth_type: 'RequireAndVerifyClientCert' }), 'needs a client_ca_file'],
    [
      'names without verification',
      tls({ client_auth_type: 'RequestClientCert', client_allowed_sans: ['x'] }),
      'client_allowed_sans',
    ],
    ['versions the wrong way round', tls({ min_version: 'TLS13', max_version: 'TLS12' }), 'min_version'],
    ['an unknown version', tls({ min_version: 'SSL30' }), 'min_version'],
    ['an unknown suite', tls({ cipher_suites: ['TLS_RSA_WITH_RC4_128_SHA'] }), 'cipher_suites'],
    ['broken YAML', 'a: [', 'line 1'],
    ['a list', '- a', 'expected a map'],
  ])('is refused with %s, and the error says where', (_name, config, place) => {
    const path = write(config);
    let message = '';
    try {
      loadWebConfig(path);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      message = String(error);
    }
    expect(message).toContain(path);
    expect(message).toContain(place);
    expect(message).not.toContain('s3cret');
    expect(message).not.toContain(hash);
  });

  it('is refused when it does not exist', () => {
    expect(() => loadWebConfig('/nowhere/web.yml')).toThrow('there is no such file');
  });
});

describe('basic authentication', () => {
  it('guards every path, reloads and pages included', async () => {
    const reload = vi.fn(() => Promise.resolve());
    await using server = await startServer({
      reload,
      webConfig: new WebConfigFile(write({ basic_auth_users: { alice: hash } }), logger),
    });
    for (const path of ['/metrics', '/probe?tower=a', '/api/v1/targets', '/', '/-/healthy', '/-/ready', '/nowhere']) {
      const { status, headers } = await ask(server.url + path);
      expect([path, status]).toEqual([path, 401]);
      expect(headers['www-authenticate']).toMatch(/^Basic /);
    }
    expect((await ask(`${server.url}/-/reload`, { method: 'POST' })).status).toBe(401);
    expect(reload).not.toHaveBeenCalled();
    expect((await ask(`${server.url}/metrics`, { headers: { authorization } })).status).toBe(200);
    expect((await ask(`${server.url}/-/reload`, { method: 'POST', headers: { authorization } })).status).toBe(200);
    const wrong = `Basic ${Buffer.from('alice:guess').toString('base64')}`;
    expect((await ask(`${server.url}/metrics`, { headers: { authorization: wrong } })).status).toBe(401);
  });
});

describe('headers', () => {
  it('are on every answer, over the built-in ones', async () => {
    const headers = { 'Strict-Transport-Security': 'max-age=1', 'X-Frame-Options': 'SAMEORIGIN' };
    await using server = await start({ http_server_config: { headers } });
    for (const path of ['/metrics', '/', '/nowhere']) {
      expect((await ask(server.url + path)).headers).toMatchObject({
        'strict-transport-security': 'max-age=1',
        'x-frame-options': 'SAMEORIGIN',
        'x-content-type-options': 'nosniff',
      });
    }
    await using plain = await startServer();
    expect((await ask(`${plain.url}/`)).headers).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
  });

  it('may replace the content security policy', async () => {
    await using server = await start({
      http_server_config: { headers: { 'Content-Security-Policy': "default-src 'self'" } },
    });
    expect((await ask(`${server.url}/`)).headers['content-security-policy']).toBe("default-src 'self'");
  });
});

describe('TLS', () => {
  it('serves scrapes, and names https in its address and in service discovery', async () => {
    await using server = await start(tls());
    await fill(server.snapshot, 'a', 50_000);
    expect(server.url).toMatch(/^https:/);
    const { status, bytes, headers } = await ask(`${server.url}/metrics`, { dispatcher: client() });
    expect([status, headers['content-length']]).toEqual([200, `${bytes.length}`]);
    const targets = await ask(`${server.url}/api/v1/targets`, { dispatcher: client() });
    expect(targets.text).toContain('"__scheme__":"https"');
    await expect(ask(server.url.replace('https', 'http'))).rejects.toThrow();
  });

  it('keeps to its versions, curves and suites', async () => {
    const suite = 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256';
    await using server = await start(
      tls({ max_version: 'TLS12', cipher_suites: [suite], curve_preferences: ['CurveP384'] }),
    );
    const handshake = async (options: ConnectionOptions): Promise<string> => {
      const socket = connect({
        port: server.port,
        host: '127.0.0.1',
        ca: readFileSync(files.path('ca.pem')),
        ...options,
      });
      await once(socket, 'secureConnect');
      const answer = `${socket.getProtocol()} ${socket.getCipher().standardName}`;
      socket.destroy();
      return answer;
    };
    expect(await handshake({})).toBe(`TLSv1.2 ${suite}`);
    await expect(handshake({ minVersion: 'TLSv1.3' })).rejects.toThrow();
    await expect(handshake({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).rejects.toThrow();
    await expect(handshake({ ecdhCurve: 'X25519' })).rejects.toThrow();
  });

  it('can be told to take TLS 1.3 only', async () => {
    await using server = await start(tls({ min_version: 'TLS13' }));
    expect(await health(server, client())).toBe(200);
    await expect(health(server, client(null, { maxVersion: 'TLSv1.2' }))).rejects.toThrow();
  });

  const verify = { client_ca_file: 'ca.pem', client_auth_type: 'RequireAndVerifyClientCert' };
  it.each([
    [{ client_auth_type: 'RequestClientCert' }, { none: true, client: true, stranger: true }],
    [{ client_auth_type: 'RequireAnyClientCert' }, { none: false, client: true, stranger: true }],
    [
      { client_auth_type: 'VerifyClientCertIfGiven', client_ca_file: 'ca.pem' },
      { none: true, client: true, stranger: false },
    ],
    [verify, { none: false, client: true, stranger: false }],
    [
      { ...verify, client_allowed_sans: ['prometheus.example.com'] },
      { none: false, client: true, stranger: false },
    ],
    [
      { ...verify, client_allowed_sans: ['10.0.0.1'] },
      { none: false, client: true, stranger: false },
    ],
    [
      { ...verify, client_allowed_sans: ['example.com'] },
      { none: false, client: false, stranger: false },
    ],
  ])('with %j admits %j', async (more, admitted) => {
    await using server = await start(tls(more));
    for (const [name, isAdmitted] of Object.entries(admitted)) {
      const asking = health(server, client(name === 'none' ? null : name));
      if (isAdmitted) expect([name, await asking]).toEqual([name, 200]);
      else await expect(asking, name).rejects.toThrow();
    }
  });
});

describe('a change of the file', () => {
  /** A change that comes within the clock's resolution of the last must be seen too. */
  const touch = (path: string, second: number): void => utimesSync(path, second, second);

  it('takes users, headers and certificates at once, without a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'web-reload-'));
    for (const name of ['server.pem', 'server.key']) copyFileSync(files.path(name), join(folder, name));
    const config = (more: object): object => ({ ...tls(), ...more });
    const path = write(config({}), join(folder, 'web.yml'));
    const web = new WebConfigFile(path, logger);
    await using server = await startServer({ webConfig: web });
    const commonName = async (): Promise<string> => {
      const socket = connect({ port: server.port, host: '127.0.0.1', ca: readFileSync(files.path('ca.pem')) });
      await once(socket, 'secureConnect');
      const name = socket.getPeerCertificate().subject.CN;
      socket.destroy();
      return String(name);
    };
    web.refresh();
    expect(logger.info).not.toHaveBeenCalled();
    expect(await health(server, client())).toBe(200);

    write(config({ basic_auth_users: { alice: hash } }), path);
    web.refresh();
    expect(await health(server, client())).toBe(401);
    expect(await commonName()).toBe('server');

    for (const ending of ['pem', 'key'])
      copyFileSync(files.path(`server2.${ending}`), join(folder, `server.${ending}`));
    web.refresh();
    expect(await commonName()).toBe('server2');

    write('basic_auth_users: {alice: plain}', path);
    web.refresh();
    web.refresh();
    expect(logger.error).toHaveBeenCalledTimes(1);
    expect(await health(server, client())).toBe(401);

    write({}, path);
    touch(path, 1_000_000);
    web.refresh();
    expect(String(logger.error.mock.calls.at(-1)?.[0]?.err)).toContain('takes a restart');
    write(
      config({
        tls_server_config: {
          cert_file: 'server.pem',
          key_file: 'server.key',
          client_auth_type: 'RequireAnyClientCert',
        },
      }),
      path,
    );
    touch(path, 2_000_000);
    web.refresh();
    expect(String(logger.error.mock.calls.at(-1)?.[0]?.err)).toContain('takes a restart');

    rmSync(path);
    web.refresh();
    expect(String(logger.error.mock.calls.at(-1)?.[0]?.err)).toContain('there is no such file');
    expect(await health(server, client())).toBe(401);

    write(config({}), path);
    web.refresh();
    expect(await health(server, client())).toBe(200);
    rmSync(folder, { recursive: true });
  });
});
