import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folders } from '../prometheus/rule-files.ts';
import { describeWithPeers } from '../support/peers.ts';

const files = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name));

describeWithPeers('promtool', ['promtool'], ({ promtool = '' }) => {
  const run = (...args: readonly string[]): { readonly status: number | null; readonly output: string } => {
    const { status, stdout, stderr } = spawnSync(promtool, args, { encoding: 'utf8', timeout: 170_000 });
    return { status, output: stdout + stderr };
  };

  it('has nothing to say about the rules', () => {
    const { status, output } = run('check', 'rules', '--lint=all', '--lint-fatal', ...files(folders.rules));
    expect(output).not.toMatch(/FAILED|error|duplicate/i);
    expect(status).toBe(0);
  });

  // Histories of days, evaluated at every step: half a minute and more on a busy machine.
  it('finds every unit test of the rules passing', { timeout: 180_000 }, () => {
    const { status, output } = run('test', 'rules', ...files(folders.tests));
    expect(output).not.toContain('FAILED');
    expect(status).toBe(0);
  });

  it.each(['scrape-metrics.yaml', 'scrape-probe.yaml'])('takes %s with the rules it names', (name) => {
    const { status, output } = run('check', 'config', join(folders.rules, '..', name));
    expect(output).toMatch(/\d+ rules found/);
    expect(status).toBe(0);
  });
});
