import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/config/environment.ts';
import { ConfigError } from '../../src/config/errors.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ExporterConfig } from '../../src/config/schema.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('the configuration was accepted');
};

const loadText = (text: string | Uint8Array): ExporterConfig => {
  writeFileSync(join(folder, 'c.yaml'), text);
  return loadConfig({ file: 'c.yaml', environment: {}, directory: folder });
};

const loadEnvironment = (environment: Environment): ExporterConfig =>
  loadConfig({ file: null, environment, directory: folder });

const tower = 'towers: [{name: a, url: "http://a", username: u, password: p}]\n';

describe('a configuration file', () => {
  it('may begin with a byte order mark and use anchors', () => {
    expect(loadText(`\uFEFF${tower}`).towers[0]?.name).toBe('a');
    const text =
      'towers:\n- &a {name: a, url: "http://a", api_key: k, scope: &s {cluster_ids: [x]}}\n- {name: b, url: "http://b", api_key: k, scope: *s}\n';
    expect(loadText(text).towers[1]?.scope.cluster_ids).toEqual(['x']);
  });

  it.each([
    ['nothing', '', 'c.yaml: expected a map; found nothing'],
    ['a list', '- a', 'c.yaml: line 1: expected a map; found a list'],
    [
      'an unclosed list',
      'towers: [\n',
      'c.yaml: line 2: expected another indentation (entries of one map or list begin in one column), or a closing bracket above',
    ],
    ['a tab', 'towers:\n\t- name: b', 'c.yaml: line 2: expected spaces; a tab may not indent'],
    ['a key twice', `${tower}${tower}`, 'c.yaml: line 2: expected every key once; this one is there already'],
    ['a second document', `${tower}---\n${tower}`, 'c.yaml: line 2: expected one document; --- begins a second one'],
    [
      'an unknown tag',
      'towers: !env MARKED',
      'c.yaml: line 1: a tag (!name) that is not known; put text that begins with ! in quotes',
    ],
    ['a key that is a map', '? {a: 1}\n: 3', 'c.yaml: line 1: expected a key that is text'],
    [
      'an alias of nothing',
      'towers: *MARKED',
      'c.yaml: an alias (*name) that stands for nothing above it; put text that begins with * in quotes',
    ],
    [
      'text after a quote',
      'towers: "a" MARKED',
      'c.yaml: line 1: expected the end of the value; put text with special characters in quotes',
    ],
    [
      'text that begins with @',
      'towers: @MARKED',
      'c.yaml: line 1: text that begins with this character must stand in quotes',
    ],
    [
      'a prototype',
      `${tower}__proto__: {a: 1}`,
      'c.yaml: line 2, __proto__: this key is not known; expected one of towers, bridge',
    ],
    ['a merge', `${tower}<<: {a: 1}`, 'c.yaml: line 2, ["<<"]: this key is not known; expected one of towers, bridge'],
    [
      'a typing error',
      'tower: []',
      'c.yaml: 2 problems\n  line 1, towers: missing; expected a list of towers\n  line 1, tower: this key is not known; did you mean towers?',
    ],
  ])('that holds %s is refused with its place', (_, text, message) => {
    expect(messageOf(() => loadText(text))).toBe(message);
  });

  it('that is an alias bomb is refused quickly', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) =>
        `k${i}: &a${i} [${Array(9)
          .fill(i === 0 ? 'x' : `*a${i - 1}`)
          .join(', ')}]`,
    );
    expect(messageOf(() => loadText(levels.join('\n')))).toContain('at most 100 uses of YAML aliases');
  });

  it('that is not UTF-8, too large, missing or no file is refused', () => {
    expect(messageOf(() => loadText(new Uint8Array([0xff, 0xfe, 0x41])))).toBe(
      'c.yaml: expected UTF-8; some bytes are not',
    );
    expect(messageOf(() => loadText(new Uint8Array(5 * 1024 * 1024).fill(35)))).toContain(
      'a configuration has at most 4194304',
    );
    expect(messageOf(() => loadConfig({ file: 'none.yaml', environment: {}, directory: folder }))).toBe(
      'none.yaml: there is no such file',
    );
    mkdirSync(join(folder, 'd.yaml'));
    expect(messageOf(() => loadConfig({ file: 'd.yaml', environment: {}, directory: folder }))).toBe(
      'd.yaml: expected a file; this is a directory',
    );
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read is refused', () => {
    writeFileSync(join(folder, 'c.yaml'), tower);
    chmodSync(join(folder, 'c.yaml'), 0);
    expect(messageOf(() => loadConfig({ file: 'c.yaml', environment: {}, directory: folder }))).toBe(
      'c.yaml: this user may not read the file',
    );
  });

  it('names all of its problems, in the order of the lines', () => {
    const text = `towers:
  - name: shanghai
    url: https://tower.example.com
    usrname: monitor
    password: 12345
    timeout: 30
    collectors:
      hosts: {interval: 10ms}
bridge:
  receivers:
    - name: on call
`;
    expect(messageOf(() => loadText(text))).toBe(`c.yaml: 7 problems
  line 2, towers[0]: expected either username with password (or password_file), or api_key (or api_key_file)
  line 4, towers[0].usrname: this key is not known; did you mean username?
  line 5, towers[0].password: expected text (in quotes, if it looks like a number); found a number
  line 6, towers[0].timeout: expected a duration from 100ms to 1h, written like 30s, 5m or 1h30m; found 30
  line 8, towers[0].collectors.hosts.interval: expected a duration from 1s to 1d, written like 30s, 5m or 1h30m; found "10ms"
  line 11, bridge.receivers[0].name: expected 1 to 63 of the characters A-Z a-z 0-9 _ . -, a letter or digit first
  line 11, bridge.receivers[0]: expected exactly one of alertmanager, webhook`);
  });

  it('finds relative paths beside itself', () => {
    mkdirSync(join(folder, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'sub', 'pw'), 'one\n');
    writeFileSync(
      join(folder, 'sub', 'c.yaml'),
      `${tower.replace('password: p', 'password_file: pw')}bridge: {state_dir: s, receivers: [{name: a, webhook: {url: "http://a"}}]}`,
    );
    const config = loadConfig({ file: 'sub/c.yaml', environment: {}, directory: folder });
    expect(config.towers[0]?.password?.reveal()).toBe('one');
    expect(config.bridge?.state_dir).toBe(join(folder, 'sub', 's'));
  });

  it('leaves the environment unread', () => {
    writeFileSync(join(folder, 'c.yaml'), tower);
    const environment = { CLOUDTOWER_URL: 'http://other', CLOUDTOWER_API_KEY: 'x' };
    expect(loadConfig({ file: 'c.yaml', environment, directory: folder }).towers.map(({ url }) => url)).toEqual([
      'http://a',
    ]);
  });
});

describe('the environment', () => {
  it('describes one tower', () => {
    writeFileSync(join(folder, 'ca.pem'), 'x');
    const { towers, bridge } = loadEnvironment({
      CLOUDTOWER_URL: 'https://tower.example.com:8443/',
      CLOUDTOWER_USERNAME: 'monitor',
      CLOUDTOWER_PASSWORD: 'p',
      CLOUDTOWER_SOURCE: 'LDAP',
      CLOUDTOWER_CA_FILE: 'ca.pem',
      CLOUDTOWER_INSECURE_SKIP_VERIFY: 'true',
    });
    expect(towers).toHaveLength(1);
    expect(towers[0]).toMatchObject({
      name: 'tower.example.com:8443',
      url: 'https://tower.example.com:8443',
      username: 'monitor',
      source: 'LDAP',
      tls_config: { ca_file: join(folder, 'ca.pem'), insecure_skip_verify: true },
    });
    expect(towers[0]?.password?.reveal()).toBe('p');
    expect(bridge).toBeNull();
  });

  it('turns the bridge on', () => {
    const { bridge } = loadEnvironment({
      CLOUDTOWER_URL: 'https://t',
      CLOUDTOWER_NAME: 'shanghai',
      CLOUDTOWER_API_KEY: 'k',
      ALERTMANAGER_URLS: 'http://a:9093, http://b:9093/',
      ALERT_WEBHOOK_URL: 'http://c/hook?token=x',
      BRIDGE_STATE_DIR: '/var/lib/x',
    });
    expect(bridge?.state_dir).toBe('/var/lib/x');
    expect(bridge?.receivers).toMatchObject([
      { name: 'alertmanager', type: 'alertmanager', alertmanager: { urls: ['http://a:9093', 'http://b:9093'] } },
      { name: 'webhook', type: 'webhook' },
    ]);
    const webhook = bridge?.receivers.find(({ type }) => type === 'webhook');
    expect(webhook?.type === 'webhook' ? webhook.webhook.url.reveal() : null).toBe('http://c/hook?token=x');
  });

  it('takes empty variables for unset ones', () => {
    const { towers, bridge } = loadEnvironment({
      CLOUDTOWER_URL: 'https://t',
      CLOUDTOWER_API_KEY: 'k',
      CLOUDTOWER_USERNAME: '',
      CLOUDTOWER_PASSWORD: '',
      ALERTMANAGER_URLS: '',
    });
    expect(towers[0]).toMatchObject({ username: null, password: null });
    expect(bridge).toBeNull();
  });

  it('names the variables that are wrong, and no secret', () => {
    const message = messageOf(() =>
      loadEnvironment({
        CLOUDTOWER_URL: 'htp://MARKED',
        CLOUDTOWER_USERNAME: 'u',
        CLOUDTOWER_PASSWORD: 'MARKED',
        CLOUDTOWER_PASSWORD_FILE: 'none',
        CLOUDTOWER_SOURCE: 'X',
        CLOUDTOWER_INSECURE_SKIP_VERIFY: 'maybe',
        ALERTMANAGER_URLS: 'a,http://b',
        ALERT_WEBHOOK_URL: 'MARKED',
      }),
    );
    expect(message).toBe(`environment: 7 problems
  CLOUDTOWER_URL: expected an http:// or https:// URL
  CLOUDTOWER_PASSWORD_FILE: expected a readable file that holds the secret: the file named here does not exist
  CLOUDTOWER_SOURCE: expected one of LOCAL, LDAP, AUTHN, SSO; found "X"
  CLOUDTOWER_INSECURE_SKIP_VERIFY: expected true or false; found "maybe"
  expected either CLOUDTOWER_USERNAME with CLOUDTOWER_PASSWORD (or CLOUDTOWER_PASSWORD_FILE), or CLOUDTOWER_API_KEY (or CLOUDTOWER_API_KEY_FILE)
  ALERTMANAGER_URLS: expected an http:// or https:// URL
  ALERT_WEBHOOK_URL: expected an http:// or https:// URL`);
  });

  it('without a tower says both ways', () => {
    const message = messageOf(() => loadEnvironment({ PATH: '/bin' }));
    expect(message).toContain('--config.file=FILE');
    expect(message).toContain('CLOUDTOWER_URL');
    expect(message).toContain('cloudtower-exporter demo');
  });
});
