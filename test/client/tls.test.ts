import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/client/rows.ts';
import { failureOf, harness, json, loopback, originOf, secret } from './support.ts';

const withKey = { username: null, password: null, api_key: secret('key-123') };
const one = { aggregate: { count: 1 } };

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
