import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from '../../src/config/errors.ts';
import { elementOf, fieldAt, fieldInfo, fieldsOf } from '../../src/config/inspect.ts';
import { loadConfig } from '../../src/config/load.ts';
import { configSchema, type ExporterConfig } from '../../src/config/schema.ts';
import { formatDuration, parseDuration } from '../../src/config/schema/duration.ts';
import { fullConfig, fullConfigFiles, marked } from './full-config.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
  for (const [name, text] of Object.entries(fullConfigFiles)) writeFileSync(join(folder, name), text);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const load = (value: unknown): ExporterConfig => {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(value, { aliasDuplicateObjects: false }));
  return loadConfig({ file, environment: {}, directory: folder });
};

const errorOf = (value: unknown): ConfigError => {
  try {
    load(value);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

type Path = readonly (string | number)[];

const schema = configSchema({ directory: '/' });

/** Every place of the schema, `[]` for the elements of lists and maps. */
const schemaPlaces = (field: z.ZodType, place = ''): string[] => {
  const info = fieldInfo(field);
  const fields = fieldsOf(info.schema);
  if (fields !== null) {
    return [...fields].flatMap(([name, inner]) => {
      const here = `${place}.${name}`;
      return [here].concat(schemaPlaces(inner, here));
    });
  }
  const element = elementOf(info.schema);
  return element === null ? [] : schemaPlaces(element, `${place}[]`);
};

/** Every path of the sample. */
const samplePaths = (value: unknown, path: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, child]) =>
    samplePaths(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
};

const placeOf = (path: Path): string => {
  let place = '';
  for (const [index, part] of path.entries()) {
    const parent = fieldAt(schema, path.slice(0, index));
    place += parent !== null && fieldsOf(parent.schema) !== null ? `.${part}` : '[]';
  }
  return place;
};

const put = (root: unknown, path: Path, value: unknown): unknown => {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const copy: unknown = Array.isArray(root) ? [...root] : { ...(typeof root === 'object' ? root : {}) };
  if (typeof copy === 'object' && copy !== null) Reflect.set(copy, first, put(Reflect.get(copy, first), rest, value));
  return copy;
};

const show = (path: Path): string =>
  path
    .map((part, index) =>
      typeof part === 'number'
        ? `[${part}]`
        : /^[\w-]+$/.test(part)
          ? `${index === 0 ? '' : '.'}${part}`
          : `["${part}"]`,
    )
    .join('');

const paths = samplePaths(fullConfig);
const kindOf = (path: Path): string => fieldAt(schema, path)?.kind ?? '';
const isMap = (path: Path): boolean => {
  const info = fieldAt(schema, path);
  return info !== null && fieldsOf(info.schema) !== null;
};
const isLeaf = (path: Path): boolean => {
  const info = fieldAt(schema, path);
  return info !== null && fieldsOf(info.schema) === null && elementOf(info.schema) === null;
};

/** Values just outside of the limits that the field's own description states. */
const outOfRange = (path: Path): unknown[] => {
  const kind = kindOf(path);
  const numbers = /^whole number, from (\d+) to (\d+)$/.exec(kind);
  if (numbers !== null) return [Number(numbers[1]) - 1, Number(numbers[2]) + 1, Number(numbers[1]) + 0.5];
  const durations = /^duration, from (\w+) to (\w+)$/.exec(kind);
  if (durations !== null) {
    const [low, high] = [parseDuration(durations[1] ?? '') ?? 0, parseDuration(durations[2] ?? '') ?? 0];
    return [
      ...(low === 0 ? [] : [formatDuration(low - 1)]),
      formatDuration(high + 1),
      '30',
      '-30s',
      '1.5h',
      'soon',
      30,
    ];
  }
  if (kind.startsWith('`')) return ['nonsense'];
  if (/^URL|^secret URL/.test(kind)) return ['nonsense', 'ftp://x', 'http://', 'http://x y', 'http://x/#f'];
  return [];
};

describe('the configuration schema', () => {
  it('accepts the sample, in which every key of the schema stands', () => {
    const config = load(fullConfig);
    expect(config.towers.map(({ name }) => name)).toEqual(['shanghai', 'b', 'c', 'd']);
    // Both kinds of receivers share one schema of http_config.
    const shared = (place: string): string => place.replace(/(?:alertmanager|webhook)\.http_config/, 'http_config');
    const used = new Set(paths.map(placeOf).map(shared));
    expect(schemaPlaces(schema).filter((place) => !used.has(shared(place)))).toEqual([]);
  });

  it('describes every key', () => {
    const silent = (field: z.ZodType, name: string): string[] => {
      const info = fieldInfo(field);
      const fields = [...(fieldsOf(info.schema) ?? [])].flatMap(([key, inner]) => silent(inner, `${name}.${key}`));
      const element = elementOf(info.schema);
      return [
        ...(info.description === null && name !== '' ? [name] : []),
        ...fields,
        ...(element === null
          ? []
          : [...(fieldsOf(element) ?? [])].flatMap(([key, inner]) => silent(inner, `${name}[].${key}`))),
      ];
    };
    expect(silent(schema, '')).toEqual([]);
  });

  it('refuses a wrong type at every key, saying where', () => {
    for (const path of paths.slice(1)) {
      const wrong = isMap(path) || !isLeaf(path) ? 'text' : { a: 'map' };
      const { problems, message } = errorOf(put(fullConfig, path, wrong));
      expect(
        problems.map((problem) => problem.path),
        message,
      ).toContain(show(path));
      expect(
        problems.every(({ line }) => line !== null),
        message,
      ).toBe(true);
      expect(message).not.toContain(marked);
    }
  });

  it('refuses null where a value must be, and says so', () => {
    const { message } = errorOf(put(put(fullConfig, ['towers', 0, 'name'], null), ['towers', 1, 'url'], null));
    expect(message).toContain('towers[0].name: expected text; found nothing');
    expect(message).toContain('towers[1].url: expected an http:// or https:// URL; found nothing');
  });

  it('refuses an unknown key in every map, saying where', () => {
    for (const path of paths.filter(isMap)) {
      const { problems, message } = errorOf(put(fullConfig, [...path, 'nonsense_key'], marked));
      expect(problems.map((problem) => problem.path)).toEqual([show([...path, 'nonsense_key'])]);
      expect(problems[0]?.line).not.toBeNull();
      expect(message).toContain('this key is not known');
      expect(message).not.toContain(marked);
    }
  });

  it('refuses values out of range at every key, saying what was expected', () => {
    let tried = 0;
    for (const path of paths) {
      for (const value of outOfRange(path)) {
        const { problems, message } = errorOf(put(fullConfig, path, value));
        expect(
          problems.map((problem) => problem.path),
          `${show(path)}: ${String(value)}`,
        ).toContain(show(path));
        expect(message).toContain('expected');
        expect(message).not.toContain(marked);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(150);
  });

  it('never shows a secret that was put in the place of another value', () => {
    // Only what cannot be a secret is quoted: words, numbers, durations, names of labels and of public files, matchers.
    const quoted = /^(?:duration|whole|true|`|name of a label|matcher|UTC|path of a (?:file|directory)$)/;
    for (const path of paths.slice(1).filter((candidate) => !quoted.test(kindOf(candidate)))) {
      let message = '';
      try {
        load(put(fullConfig, path, marked));
      } catch (error) {
        message = String(error);
      }
      expect(message, show(path)).not.toContain(marked);
    }
  });
});

describe('defaults', () => {
  const minimal = {
    towers: [{ name: 'a', url: 'https://a/', username: 'u', password: 'p' }],
    bridge: {
      receivers: [
        { name: 'r', webhook: { url: 'http://r' } },
        { name: 's', alertmanager: { urls: ['http://s'] } },
      ],
    },
  };

  it('fill in what is left out of a tower', () => {
    const [tower] = load(minimal).towers;
    expect(tower).toMatchObject({
      url: 'https://a',
      source: 'LOCAL',
      content_language: 'en-US',
      timeout: 30_000,
      page_size: 500,
      max_concurrency: 4,
      max_response_bytes: 268_435_456,
      scope: { datacenter_ids: [], cluster_ids: [] },
      collectors: {
        tower: { enabled: true, interval: 300_000, stale_after: 1_500_000 },
        clusters: { enabled: true, interval: 30_000, stale_after: 150_000 },
        hosts: { enabled: true, interval: 30_000 },
        disks: { enabled: true, interval: 300_000 },
        alerts: { enabled: true, interval: 30_000, max_series: 1000 },
        recycle_bin: { enabled: true, interval: 300_000 },
        vms: { enabled: false, interval: 60_000, stale_after: 300_000 },
      },
    });
  });

  it('let stale_after follow the interval', () => {
    const config = load(
      put(minimal, ['towers', 0, 'collectors'], {
        hosts: { interval: '10s' },
        disks: { interval: '10s', stale_after: '7s' },
      }),
    );
    expect(config.towers[0]?.collectors.hosts.stale_after).toBe(50_000);
    expect(config.towers[0]?.collectors.disks.stale_after).toBe(7000);
  });

  it('fill in what is left out of the bridge', () => {
    const bridge = load(minimal).bridge;
    expect(bridge).toMatchObject({
      state_dir: join(folder, 'data'),
      identity: 'alert',
      severity_map: { CRITICAL: 'critical', NOTICE: 'warning', INFO: 'info' },
      max_hold: 86_400_000,
      assume_timezone: 0,
      watchdog: false,
      drain_timeout: 25_000,
      receivers: [
        {
          type: 'webhook',
          webhook: {
            group_by: ['tower', 'cluster_id', 'alertname'],
            group_wait: 10_000,
            group_interval: 60_000,
            repeat_interval: 14_400_000,
            send_resolved: true,
            max_alerts: 0,
            hmac_secret: null,
          },
        },
        {
          type: 'alertmanager',
          alertmanager: { resend_interval: 60_000, resolved_retention: 900_000, timeout: 10_000 },
        },
      ],
    });
    expect(load({ towers: minimal.towers }).bridge).toBeNull();
  });
});

describe('rules over several keys', () => {
  it.each<[string, Path, unknown, string]>([
    ['no credentials', ['towers', 1], { name: 'b', url: 'http://b' }, 'towers[1]'],
    ['a user without a password', ['towers', 1], { name: 'b', url: 'http://b', username: 'u' }, 'towers[1]'],
    ['both passwords', ['towers', 0, 'password_file'], 'secret', 'towers[0]'],
    ['a user and a key', ['towers', 0, 'api_key'], 'k', 'towers[0]'],
    ['AUTHN without its id', ['towers', 0, 'auth_config_id'], undefined, 'towers[0].auth_config_id'],
    ['a tower name twice', ['towers', 1, 'name'], 'shanghai', 'towers[1].name'],
    ['a receiver name twice', ['bridge', 'receivers', 1, 'name'], 'on-call', 'bridge.receivers[1].name'],
    ['a receiver of no kind', ['bridge', 'receivers', 1, 'webhook'], undefined, 'bridge.receivers[1]'],
    [
      'a receiver of both kinds',
      ['bridge', 'receivers', 1, 'alertmanager'],
      { urls: ['http://a'] },
      'bridge.receivers[1]',
    ],
    ['a certificate without a key', ['towers', 0, 'tls_config'], { cert_file: 'cert.pem' }, 'towers[0].tls_config'],
    ['a file that is not there', ['towers', 0, 'tls_config'], { ca_file: 'none.pem' }, 'towers[0].tls_config.ca_file'],
    ['a secret file that is not there', ['towers', 1, 'password_file'], 'none', 'towers[1].password_file'],
    ['a directory for a secret', ['towers', 1, 'password_file'], '.', 'towers[1].password_file'],
    ['a user in the URL', ['towers', 0, 'url'], `https://u:${marked}@x`, 'towers[0].url'],
    ['a query in the URL', ['towers', 0, 'url'], 'https://x/?a', 'towers[0].url'],
    [
      'two URLs alike',
      ['bridge', 'receivers', 0, 'alertmanager', 'urls'],
      ['http://a', 'http://a/'],
      'bridge.receivers[0].alertmanager.urls',
    ],
    [
      'two ways to sign in',
      ['bridge', 'receivers', 0, 'alertmanager', 'http_config', 'authorization'],
      { credentials: 'x' },
      'bridge.receivers[0].alertmanager.http_config',
    ],
    [
      'a matcher that cannot be read',
      ['bridge', 'receivers', 0, 'match'],
      ['severity~"x"'],
      'bridge.receivers[0].match[0]',
    ],
    ['a label that is none', ['bridge', 'external_labels'], { 'a-b': 'x' }, 'bridge.external_labels.a-b'],
    ['no towers', ['towers'], [], 'towers'],
    ['no receivers', ['bridge', 'receivers'], [], 'bridge.receivers'],
    ['a time zone that is none', ['bridge', 'assume_timezone'], 'Asia/Shanghai', 'bridge.assume_timezone'],
  ])('refuse %s', (_, path, value, place) => {
    const { problems, message } = errorOf(put(fullConfig, path, value));
    expect(
      problems.map((problem) => problem.path),
      message,
    ).toEqual([place]);
    expect(message).not.toContain(marked);
  });

  it('refuse a secret URL in a file that holds none', () => {
    writeFileSync(join(folder, 'bad-url'), `${marked} is no URL`);
    const error = errorOf(put(fullConfig, ['bridge', 'receivers', 2, 'webhook', 'url_file'], 'bad-url'));
    expect(error.problems.map(({ path }) => path)).toEqual(['bridge.receivers[2].webhook.url_file']);
    expect(error.message).not.toContain(marked);
  });
});
