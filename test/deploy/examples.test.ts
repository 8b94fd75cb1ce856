import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { configWarnings } from '../../src/config/warnings.ts';
import { atHome, inProject, scratchFolder } from './support/files.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const examples = readdirSync(inProject('deploy/examples'));
const bring = (name: string): string => {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  const text = atHome(readFileSync(inProject(`deploy/examples/${name}`), 'utf8'), place);
  writeFileSync(join(place, name), text);
  return text;
};

describe('example configurations', () => {
  it.each(examples.filter((name) => name.endsWith('.yaml')))('%s is taken, without a warning', (name) => {
    bring(name);
    const config = loadConfig({ file: join(folder, name, name), environment: {}, directory: folder });
    expect(config.towers.length).toBeGreaterThan(0);
    expect(config.bridge?.receivers.length).toBeGreaterThan(0);
    expect(configWarnings(config)).toEqual([]);
  });

  it.each(examples.filter((name) => name.endsWith('.env')))('%s is taken, without a warning', (name) => {
    const config = loadConfig({ file: null, environment: parseEnv(bring(name)), directory: folder });
    expect(config.towers).toHaveLength(1);
    expect(configWarnings(config)).toEqual([]);
  });

  it('are all of a kind that is tried here', () => {
    expect(examples.length).toBeGreaterThan(2);
    expect(examples.filter((name) => !/\.(yaml|env)$/.test(name))).toEqual([]);
  });
});
