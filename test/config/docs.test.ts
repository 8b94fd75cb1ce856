import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/commands/program.ts';
import { environmentVariables } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';
import { families } from '../../src/metrics/catalogue.ts';
import { exporterFamilies } from '../../src/metrics/exporter-catalogue.ts';
import { configurationPage, exampleConfiguration } from '../../tools/docs/configuration.ts';
import { metricsPage } from '../../tools/docs/metrics.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'docs-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the documentation of the configuration', () => {
  const page = configurationPage();

  it('has every flag, variable and exit code', () => {
    for (const command of createProgram().commands) {
      expect(page).toContain(`### \`cloudtower-exporter ${command.name()}\``);
      for (const option of command.options) expect(page).toContain(`| \`${option.flags}\` |`);
    }
    for (const { name } of environmentVariables) expect(page).toContain(`| \`${name}\` |`);
  });

  it('shows an example that can be loaded', () => {
    const files = {
      '/run/secrets/tower': 'p',
      '/run/secrets/chat-url': 'https://chat.example.com/x',
      '/etc/ssl/tower.pem': 'x',
    };
    let text = exampleConfiguration;
    for (const [index, [path, content]] of Object.entries(files).entries()) {
      const file = join(folder, String(index));
      writeFileSync(file, content);
      text = text.replace(path, file);
    }
    writeFileSync(join(folder, 'config.yaml'), text);
    const config = loadConfig({ file: join(folder, 'config.yaml'), environment: {}, directory: '/' });
    expect(config.bridge?.receivers.map(({ name }) => name)).toEqual(['on-call', 'chat']);
  });
});

describe('the documentation of the metrics', () => {
  it('has every family once', () => {
    const page = metricsPage();
    for (const { name } of [...families, ...exporterFamilies]) {
      expect(page.split(`| \`${name}\` |`), name).toHaveLength(2);
    }
  });
});
