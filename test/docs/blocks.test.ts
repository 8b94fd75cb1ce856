import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { at, atHome, entries, inProject, scratchFolder } from '../deploy/support/files.ts';
import { objectionsToCommands } from './support/commands.ts';
import { type Block, blocksOf, documents } from './support/documents.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocks = documents().flatMap((file) => blocksOf(file));
const named = (wanted: readonly Block[]): readonly (readonly [string, Block])[] =>
  wanted.map((block) => [`${block.file}:${block.line}`, block]);
const ofLanguage = (...languages: readonly string[]): readonly Block[] =>
  blocks.filter(({ language }) => languages.includes(language));
const commands = ofLanguage('sh', 'console', 'bash', 'shell');
const configurations = ofLanguage('yaml', 'yml');

/** How a block can be checked. Those of `run`, `prometheus` and `alertmanager` are tried in test/peers/docs.test.ts. */
const ofCommands = /^(run|parsed: .{10,}|elsewhere \S+)$/;
const ofConfigurations = /^(config( of a tower)?( as \/\S+)?|prometheus|alertmanager|values|elsewhere \S+)$/;

describe('blocks in documents', () => {
  it('have a language, and none is left open', () => {
    expect(blocks.filter(({ language }) => language === '').map(({ file, line }) => `${file}:${line}`)).toEqual(
      // Drawings.
      blocks
        .filter(({ language, text }) => language === '' && /─/.test(text))
        .map(({ file, line }) => `${file}:${line}`),
    );
    for (const file of documents())
      expect(readFileSync(inProject(file), 'utf8').match(/^\s*```/gm)?.length ?? 0, file).toSatisfy(
        (count: number) => count % 2 === 0,
      );
  });

  it.each(named([...commands, ...configurations]))('%s says how it is checked', (_, { check, language }) => {
    expect(check ?? 'nothing').toMatch(/^ya?ml$/.test(language) ? ofConfigurations : ofCommands);
  });

  it.each(named(blocks.filter(({ check }) => check?.startsWith('elsewhere ') === true)))(
    '%s is checked where it says',
    (_, { check }) => {
      expect(existsSync(inProject(check?.slice('elsewhere '.length) ?? ''))).toBe(true);
    },
  );

  it.each(named(commands))('%s is Bash, with commands and flags that exist', async (_, { text }) => {
    execFileSync('bash', ['-n'], { input: text.replaceAll('…', 'x'), stdio: ['pipe', 'ignore', 'pipe'] });
    expect(await objectionsToCommands(text)).toEqual([]);
  });

  it('would not pass with a command that does not exist', async () => {
    expect(await objectionsToCommands('cloudtower-exporter chekc\n')).toHaveLength(1);
    expect(await objectionsToCommands('npm start -- check --config.fiel=x\n')).toHaveLength(1);
    expect(await objectionsToCommands('npm run dmeo\npromtool check rules prometheus/rules/none.yaml\n')).toHaveLength(
      2,
    );
    expect(await objectionsToCommands('cloudtower-exporter check --config.file=x.yaml 2>/dev/null | head\n')).toEqual(
      [],
    );
  });

  it.each(named(configurations.filter(({ check }) => check?.startsWith('config') === true)))(
    '%s is a configuration that the exporter takes',
    (name, { text, check }) => {
      const place = join(folder, name.replaceAll(/\W/g, '-'));
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'config.yaml'), atHome(whole(text, check ?? ''), place));
      const config = loadConfig({ file: join(place, 'config.yaml'), environment: {}, directory: place });
      expect(config.towers.length).toBeGreaterThan(0);
    },
  );

  it.each(named(configurations.filter(({ check }) => check === 'values')))(
    '%s holds values that the chart has',
    (_, { text }) => {
      const chart = inProject('deploy/helm/cloudtower-exporter');
      const known: unknown = parse(readFileSync(join(chart, 'values.yaml'), 'utf8'));
      const values: unknown = parse(text);
      for (const [key] of entries(values)) expect(at(known, key), key).toBeDefined();
      const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'));
      const validate = new Ajv({ strict: false }).compile(schema);
      expect(validate({ ...Object(known), ...Object(values) }), JSON.stringify(validate.errors)).toBe(true);
    },
  );
});

/** A part of a configuration, made whole. */
const whole = (text: string, check: string): string => {
  const tower = { name: 'a', url: 'https://tower.example.com', username: 'monitor', password: 'x' };
  if (check.startsWith('config of a tower')) return stringify({ towers: [{ ...tower, ...Object(parse(text)) }] });
  return /^towers:/m.test(text) ? text : `${stringify({ towers: [tower] })}${text}`;
};
