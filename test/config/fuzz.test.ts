import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, constantFrom, dictionary, jsonValue, oneof, property, string, uint8Array } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors.ts';
import { loadConfig } from '../../src/config/load.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Whatever is in the file, the answer is a configuration or one error that names the file. */
const loadOrRefuse = (content: string | Uint8Array): void => {
  const file = join(folder, 'c.yaml');
  writeFileSync(file, content);
  try {
    loadConfig({ file, environment: {}, directory: folder });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.message.startsWith(file)).toBe(true);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
};

const keys = [
  'towers',
  'bridge',
  'name',
  'url',
  'collectors',
  'hosts',
  'interval',
  'receivers',
  'webhook',
  '__proto__',
  'constructor',
];
const pieces = [
  ...keys,
  ': ',
  '\n',
  '  ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '!!map ',
  '"',
  "'",
  '|',
  '>',
  '#',
  '\t',
  '---\n',
  '%',
  '? ',
  '<<: ',
  '\uFEFF',
  '\0',
  '~',
  '.nan',
  '1e999',
  '0x1F',
  '2026-01-01',
];

describe('loading whatever a file may hold', () => {
  it('bytes', () => {
    assert(property(uint8Array({ maxLength: 200 }), loadOrRefuse), { numRuns: 100 });
  });

  it('text', () => {
    assert(property(string({ unit: 'binary', maxLength: 200 }), loadOrRefuse), { numRuns: 100 });
  });

  it('pieces of YAML', () => {
    assert(property(string({ unit: constantFrom(...pieces), maxLength: 40 }), loadOrRefuse), { numRuns: 400 });
  });

  it('any JSON under the keys that there are', () => {
    const value = oneof(jsonValue(), dictionary(constantFrom(...keys), jsonValue()));
    const towers = dictionary(constantFrom(...keys), oneof(value, dictionary(constantFrom(...keys), value)));
    assert(
      property(towers, towers, (tower, bridge) => loadOrRefuse(JSON.stringify({ towers: [tower], bridge }))),
      { numRuns: 150 },
    );
  });
});
