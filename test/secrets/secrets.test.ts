import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspect } from 'node:util';
import { stringify } from 'yaml';
import { ConfigError } from '../../src/config/errors.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Program, runProgram, until } from '../e2e/program.ts';
import { type Echo, startEcho } from './echo.ts';
import { leaksIn, leaksInFiles, marks, users } from './marks.ts';
import { configuration, type Setup, writeFiles } from './setup.ts';

let folder: string;
let echo: Echo;
let good: Simulator;
let setup: Setup;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  echo = await startEcho();
  good = await startSimulator({ clusters: 2, hosts: 2, disks: 2, vms: 10, alerts: 6, password: marks.password });
  setup = { folder, good, echo };
});

afterEach(async () => {
  await good.close();
  await echo[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Status line aside, all that an answer says. */
const page = async (url: string, init: RequestInit = {}): Promise<string> => {
  const response = await fetch(url, init);
  return `${response.status} ${JSON.stringify([...response.headers])}\n${await response.text()}`;
};

const login = { authorization: `Basic ${Buffer.from(`${users.web}:${marks.web}`).toString('base64')}` };

describe('with everything said that can be said', () => {
  it('no output, metric, page or state file shows a secret', async () => {
    const { config, web } = writeFiles(setup);
    const flags = ['--log.format=json', '--log.level=debug', '--web.listen-address=127.0.0.1:0'];
    const leaks: string[] = [];
    await using program = new Program([`--config.file=${config}`, `--web.config.file=${web}`, ...flags]);
    const started = await program.output(/"url":"http[^}]*/);
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(started)?.[0] ?? '';
    // Every server that tells all has said no in every way.
    const roles = ['refusing', 'granting', 'keyed', 'hook', 'bearer', 'am', 'am2'];
    await until(
      () =>
        roles.every((role) => (echo.heard.get(role) ?? 0) >= (role === 'refusing' ? 2 : 3)) &&
        (echo.heard.get('token') ?? 0) >= 2,
    );
    const paths = [
      '/',
      '/metrics',
      '/probe?tower=good',
      '/probe?tower=echo',
      '/probe?tower=nobody',
      '/api/v1/targets',
      '/-/ready',
      '/-/healthy',
    ];
    for (const path of [...paths, '/api/v1/dashboard?tower=good', '/nowhere']) {
      for (const headers of [
        login,
        {},
        { authorization: `Basic ${marks.web}` },
        { authorization: `Bearer ${marks.bearer}` },
      ]) {
        leaks.push(...leaksIn(path, await page(address + path, { headers })));
      }
    }
    for (const accept of ['application/openmetrics-text', 'text/plain']) {
      leaks.push(...leaksIn('/metrics', await page(`${address}/metrics`, { headers: { ...login, accept } })));
    }
    const reload = (): Promise<string> => page(`${address}/-/reload`, { method: 'POST', headers: login });
    leaks.push(...leaksIn('a reload', await reload()));
    for (const broken of brokenConfigurations(setup).slice(0, 4)) {
      writeFiles(setup, broken);
      const answer = await reload();
      expect(answer).toMatch(/^500 /);
      leaks.push(...leaksIn('a refused reload', answer));
    }
    writeFiles(setup);
    const config2 = [`--config.file=${config}`, '--log.level=debug'];
    for (const command of [
      ['alerts', 'list', '--output=json'],
      ['alerts', 'dead-letters', '--output=json'],
    ]) {
      const { stdout, stderr } = await runProgram([...command, ...config2]);
      leaks.push(...leaksIn(command.join(' '), stdout + stderr));
    }
    await program.stop();
    leaks.push(...leaksIn('standard output', program.stdout), ...leaksIn('standard error', program.stderr));
    leaks.push(...leaksInFiles(join(folder, 'state')));
    expect(program.stderr.length).toBeGreaterThan(10_000);
    expect(leaks).toEqual([]);
  }, 60_000);
});

it('no command shows one', async () => {
  const { config } = writeFiles(setup);
  mkdirSync(join(folder, 'state'), { recursive: true });
  const leaks: string[] = [];
  for (const command of [['check'], ['collect', '--log.format=logfmt'], ['alerts', 'send-test', '--timeout=6']]) {
    const { stdout, stderr } = await runProgram([...command, `--config.file=${config}`, '--log.level=debug']);
    expect(stdout.length + stderr.length).toBeGreaterThan(0);
    leaks.push(...leaksIn(command.join(' '), stdout + stderr));
  }
  leaks.push(...leaksInFiles(join(folder, 'state')));
  expect(leaks).toEqual([]);
}, 60_000);

it('no error of a configuration that cannot be used shows one', () => {
  const leaks: string[] = [];
  for (const broken of brokenConfigurations(setup)) {
    const { config } = writeFiles(setup, broken);
    const error = errorOf(() => loadConfig({ file: config, environment: {}, directory: folder }));
    expect(error).toBeInstanceOf(ConfigError);
    leaks.push(...leaksIn('an error', `${String(error)} ${inspect(error, { depth: 20, showHidden: true })}`));
  }
  expect(leaks).toEqual([]);
});

it('no error of the environment shows one', async () => {
  const environments: Record<string, string>[] = [
    { CLOUDTOWER_URL: `http://me:${marks.bearer}@tower`, CLOUDTOWER_API_KEY: marks.apiKey },
    { CLOUDTOWER_URL: 'http://tower', CLOUDTOWER_API_KEY: marks.apiKey, CLOUDTOWER_PASSWORD: marks.password },
    {
      CLOUDTOWER_URL: 'http://tower',
      CLOUDTOWER_API_KEY: marks.apiKey,
      ALERT_WEBHOOK_URL: `ftp://x/${marks.hookPath}`,
    },
    { CLOUDTOWER_URL: 'http://tower', CLOUDTOWER_API_KEY: marks.apiKey, CLOUDTOWER_INSECURE_SKIP_VERIFY: 'maybe' },
  ];
  for (const environment of environments) {
    const { code, stdout, stderr } = await runProgram([], environment);
    expect(code).toBe(1);
    expect(leaksIn('output', stdout + stderr)).toEqual([]);
  }
});

const errorOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
};

/** Secrets at the wrong place, of the wrong form, or beside what is wrong. */
const brokenConfigurations = (all: Setup): unknown[] => {
  const whole = configuration(all);
  const tower = { name: 't', url: 'https://tower.example.com', username: 'me' };
  const hook = (webhook: object): object => ({
    towers: [{ ...tower, password: marks.password }],
    bridge: { receivers: [{ name: 'r', webhook }] },
  });
  return [
    { ...whole, unknown: marks.apiKey },
    { towers: [{ ...tower, password: [marks.password] }] },
    { towers: [{ ...tower, password: marks.password, api_key: marks.apiKey }] },
    { towers: [{ ...tower, password: marks.password, url: `https://me:${encodeURIComponent(marks.password)}@tower` }] },
    { towers: [{ ...tower, password: marks.password, url: `https://tower/?token=${marks.token}` }] },
    { towers: [{ ...tower, password_file: `/nowhere/password` }] },
    { towers: [{ ...tower, password: marks.password, proxy_url: `socks://u:${marks.proxy}@proxy` }] },
    hook({ url: `ftp://x/${marks.hookPath}` }),
    hook({ url: `https://x/${marks.hookPath}`, hmac_secret: { key: marks.hmac } }),
    hook({ url: `https://x/${marks.hookPath}#${marks.hookQuery}` }),
    hook({ url: 'https://x', http_config: { headers: { 'bad header': marks.header } } }),
    hook({ url: 'https://x', http_config: { basic_auth: { username: 'u', password: 1234, extra: marks.basic } } }),
    hook({
      url: 'https://x',
      http_config: { authorization: { type: `Bearer ${marks.bearer}`, credentials: marks.bearer } },
    }),
    `${stringify(whole)}\n  bad: [${marks.apiKey}`,
    `password: "${marks.apiKey}\ntowers: x`,
    `towers:\n  - name: t\n    password: &a ${marks.apiKey}\n   url: *b`,
    `towers:\n  - {name: t, password: ${marks.apiKey}, password: ${marks.token}}`,
  ];
};
