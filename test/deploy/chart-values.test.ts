import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chart } from './support/chart.ts';
import { entries } from './support/files.ts';

const read = (file: string): unknown => parse(readFileSync(join(chart, file), 'utf8'));
const validate = new Ajv({ strict: true, allErrors: true, strictRequired: false, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')),
);
const values = Object.fromEntries(entries(read('values.yaml')));
const tower = { name: 'a', url: 'https://tower.example.com', username: 'monitor' };

describe("the chart's values", () => {
  it('are valid as they come, and with everything switched on', () => {
    expect(validate(values), JSON.stringify(validate.errors)).toBe(true);
    const everything = Object.fromEntries(entries(read('ci/everything.yaml')));
    expect(validate({ ...values, ...everything }), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each<readonly [string, object]>([
    ['no towers', { config: { towers: [] } }],
    ['a password in a ConfigMap', { config: { towers: [{ ...tower, password: 'x' }] } }],
    ['an API key in a ConfigMap', { config: { towers: [{ ...tower, api_key: 'x' }] } }],
    ['a bridge whose state has no volume', { config: { towers: [tower], bridge: { receivers: [{ name: 'a' }] } } }],
    ['a relative state directory', { config: { towers: [tower], bridge: { state_dir: 'data', receivers: [{}] } } }],
    ['a port that is none', { service: { port: 70_000 } }],
    ['a secret without a name', { secrets: [{ secretName: 'x' }] }],
    ['a secret whose name cannot name a volume', { secrets: [{ name: 'A_b', secretName: 'x' }] }],
    ['arguments as one text', { extraArgs: '--log.level=debug' }],
    ['a size that is none', { bridge: { persistence: { size: '1 GB' } } }],
  ])('are refused with %s', (_, change) => {
    expect(validate({ ...values, ...change })).toBe(false);
  });

  it('of the test case with everything name nothing that the chart does not have', () => {
    const known = new Set(Object.keys(values));
    expect(entries(read('ci/everything.yaml')).filter(([key]) => !known.has(key))).toEqual([]);
  });
});
