import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { TowerConnectionConfig } from '../../src/client/config.ts';
import { IncompleteReadError, TowerError } from '../../src/client/errors.ts';
import { createRedactor } from '../../src/client/redact.ts';
import { createLogger } from '../../src/log.ts';
import { createTowerClient } from '../../src/client/tower-client.ts';
import { resources } from '../../src/client/rows.ts';
import {
  configOf,
  failureOf,
  type Handler,
  harness,
  instantClock,
  json,
  loopback,
  recorder,
  secret,
} from './support.ts';

const password = 'pä55 "wörd"\\/+=';
const key = 'api-key-0123456789';
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJpZCI6ImNrIn0.c2lnbmF0dXJl';
const opaque = 'opaque-token-0123456789';
const proxyPassword = 'proxy-pa55';

const spellings = [password, key, token, opaque, proxyPassword].flatMap((value) => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value),
  Buffer.from(value).toString('base64'),
  value.slice(0, 8),
]);

/** Everything of an error that anybody could print. */
const everything = (error: unknown): string => {
  const chain: unknown[] = [];
  for (let at = error; at instanceof Error; at = at.cause) chain.push(at.stack, at.message, JSON.stringify(at));
  const own = error instanceof TowerError ? [error.code, error.operation] : [];
  const partial = error instanceof IncompleteReadError ? error.partial : [];
  return [chain, own, JSON.stringify(partial), inspect(error, { depth: 20, showHidden: true })].flat().join('\n');
};

/** Answers that give back whatever they got. */
const echo =
  (status: number, more: (all: string) => string = (all) => all): Handler =>
  (entry, response) => {
    const all = more(`${entry.authorization ?? ''} ${JSON.stringify(entry.body)} ${token} `);
    response.writeHead(status, { 'content-type': 'text/html', location: `/x?${all.replace(/[^\x20-\x7e]/g, '')}` });
    response.end(`${all}${JSON.stringify({ message: all })}`);
  };

const says =
  (status: number): Handler =>
  ({ authorization, body }, response) =>
    json(response, status, { message: `${authorization ?? ''}${JSON.stringify(body)}`, code: authorization ?? 'X' });

const thenRefuses =
  (grantedToken: string): Handler =>
  (entry, response, raw) => {
    if (entry.operation === 'login') json(response, 200, { data: { token: grantedToken } });
    else return says(401)(entry, response, raw);
  };

const cases: readonly (readonly [string, Handler])[] = [
  ['an echo as HTML', echo(200)],
  ['an echo with 400', echo(400)],
  ['an echo with 401', echo(401)],
  ['an echo with 500', echo(500)],
  ['an echo in a redirection', echo(302)],
  ['an ErrorBody with 400', says(400)],
  ['an ErrorBody with 403', says(403)],
  ['an ErrorBody with 200', says(200)],
  ['a good login, then echoes', thenRefuses(opaque)],
  ['a good login with a signed token, then echoes', thenRefuses(token)],
  ['a login cut in the token', (_entry, response) => void response.end(`{"data":{"token":"${opaque}`)],
  ['a login answer of another shape', (_entry, response) => json(response, 200, { token: opaque })],
  ['a token that no header can carry', (_entry, response) => json(response, 200, { data: { token: `${opaque}\n` } })],
  ['a dropped connection', (_entry, response) => void response.destroy()],
  ['what is not HTTP', (_entry, response) => void response.socket?.end(`${token} ${opaque}\r\n`)],
];

const credentials: readonly (readonly [string, Partial<TowerConnectionConfig>])[] = [
  ['a password', { password: secret(password) }],
  ['an API key', { username: null, password: null, api_key: secret(key) }],
];

describe.each(credentials)(
  'with %s, no error and no line of the log (debug, as it is written) shows a secret',
  (_kind, more) => {
    it.each(cases)('of %s', async (_name, handler) => {
      await using tower = await loopback(handler);
      const record = recorder();
      const lines: string[] = [];
      const stream = { write: (line: string) => void lines.push(line) };
      const logger = createLogger({ level: 'debug', format: 'json', stream });
      const { observer } = record;
      const config = configOf(tower.url.replace('//', `//me:${proxyPassword}@`), more);
      const client = createTowerClient({ config, clock: instantClock(), random: () => 0.5, observer, logger });
      const errors: unknown[] = [];
      for (const read of [
        () => client.signIn(),
        () => client.list(resources.vms, {}),
        () => client.list(resources.vms, { prove: true }),
        () => client.count(resources.hosts, {}),
      ]) {
        await read().catch((error: unknown) => {
          errors.push(error);
          logger.warn({ err: error }, 'failed');
        });
      }
      await client.close();
      expect(errors.length).toBeGreaterThan(0);
      for (const error of errors) expect(error).toBeInstanceOf(TowerError);
      expect(lines.length).toBeGreaterThan(errors.length);
      const seen = [...errors.map(everything), ...lines, JSON.stringify(record.requests)].join('\n');
      for (const spelling of spellings) expect(seen.includes(spelling), spelling).toBe(false);
    });
  },
);

it('quotes nothing of a login answer but markup: it may hold a token that nobody knows yet', async () => {
  let answer = JSON.stringify([opaque]);
  await using tower = await loopback((_entry, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(answer);
  });
  const { client } = harness(tower.url);
  expect(everything(await failureOf(client.signIn()))).not.toContain(opaque);
  answer = `"${opaque}`;
  expect(everything(await failureOf(client.signIn()))).not.toContain(opaque);
  answer = '<html>Sign in</html>';
  expect((await failureOf(client.signIn())).message).toContain('<html>Sign in</html>');
  await client.close();
});

describe('the redactor', () => {
  it('hides a secret before it cuts', () => {
    const redactor = createRedactor();
    redactor.add('abcdefghij');
    expect(redactor.preview(`${'x'.repeat(55)}abcdefghij`)).toBe(`${'x'.repeat(55)}<secr`);
  });

  it('shows sixty printable characters in one line', () => {
    const shown = createRedactor().preview(`  <html>\r\n\t<b>\u0007${'上'.repeat(100)}`);
    expect(shown).toBe(`<html> <b> ${'上'.repeat(49)}`);
    expect(shown).toHaveLength(60);
  });

  it('hides what looks like a signed token, known or not, and the longest secret first', () => {
    const redactor = createRedactor();
    redactor.add('abc');
    redactor.add('abc-def');
    redactor.add('');
    expect(redactor.message(`x ${token} abc-def abc y`)).toBe('x <secret> <secret> <secret> y');
  });
});
