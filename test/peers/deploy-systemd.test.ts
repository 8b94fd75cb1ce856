import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dryParse } from '../deploy/support/cli.ts';
import { at, inProject, scratchFolder } from '../deploy/support/files.ts';
import { describeWithPeers } from '../support/peers.ts';

const text = readFileSync(inProject('deploy/systemd/cloudtower-exporter.service'), 'utf8');
const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the systemd unit', () => {
  it('starts what the installation puts there, with arguments that the command line takes', async () => {
    const [node, program, ...args] = setting('ExecStart').split(' ');
    expect([node, program]).toEqual(['/usr/bin/node', '/opt/cloudtower-exporter/dist/main.js']);
    expect(await dryParse(args)).toBe('run');
  });

  it('agrees with its example configuration', () => {
    const example: unknown = parse(readFileSync(inProject('deploy/examples/systemd.yaml'), 'utf8'));
    const [credential] = setting('LoadCredential').split(':');
    expect(at(example, 'towers', 0, 'password_file')).toBe(
      `/run/credentials/cloudtower-exporter.service/${credential}`,
    );
    expect(at(example, 'bridge', 'state_dir')).toBe(`/var/lib/${setting('StateDirectory')}`);
    // The bridge may deliver for 25 s after SIGTERM.
    expect(Number.parseInt(setting('TimeoutStopSec'), 10)).toBeGreaterThan(25);
  });
});

describeWithPeers('the systemd unit, read by systemd', ['systemd-analyze'], ({ 'systemd-analyze': analyze = '' }) => {
  const unit = join(folder, 'cloudtower-exporter.service');
  beforeAll(() => {
    // The same unit with a Node.js that is here: systemd looks whether the program is there.
    writeFileSync(unit, text.replace('/usr/bin/node', process.execPath));
  });

  it('has no mistake in it', () => {
    expect(run(analyze, 'verify', '--man=no', unit)).toBe('');
  });

  it('would be found out if it had', () => {
    const wrong = join(folder, 'wrong.service');
    writeFileSync(
      wrong,
      text.replace('/usr/bin/node', process.execPath).replace('ProtectSystem=strict', 'ProtectSystem=stricter'),
    );
    expect(run(analyze, 'verify', '--man=no', wrong)).toContain('Failed to parse');
  });

  it('is exposed to little', () => {
    const found = /Overall exposure level for \S+: ([\d.]+)/.exec(
      run(analyze, 'security', '--offline=true', '--no-pager', unit),
    );
    expect(Number(found?.[1])).toBeGreaterThan(0);
    expect(Number(found?.[1])).toBeLessThanOrEqual(2);
  });
});

describeWithPeers('the installation', ['npm', 'tar', 'bash'], ({ bash = '' }) => {
  const app = join(folder, 'opt/cloudtower-exporter');
  const said: string[] = [];
  beforeAll(() => {
    said.push(
      execFileSync(bash, [inProject('deploy/systemd/install.sh'), folder], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }, 180_000);

  it('puts everything to where the unit looks for it, and says what is left to do', () => {
    expect(existsSync(join(folder, 'etc/systemd/system/cloudtower-exporter.service'))).toBe(true);
    expect(existsSync(join(folder, 'etc/cloudtower-exporter/config.yaml'))).toBe(true);
    expect(said.join('')).toContain('tower-password');
  });

  it('runs', () => {
    const { version } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
    expect(execFileSync(process.execPath, [join(app, 'dist/main.js'), '--version'], { encoding: 'utf8' }).trim()).toBe(
      version,
    );
  });

  it('holds the package and what it needs, and nothing else', () => {
    const files = [
      '.npmrc',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'node_modules',
      'package-lock.json',
      'package.json',
    ];
    expect(readdirSync(app).sort()).toEqual(files);
    const modules = readdirSync(join(app, 'node_modules'));
    expect(modules).toContain('express');
    expect(modules.filter((name) => /^(node-|typescript$|vitest$|@cloudtower-exporter$)/.test(name))).toEqual([]);
    expect(statSync(join(app, 'dist/main.js')).mode & 0o004).toBe(0o004);
  });

  it('has in dist what the sources have, and nothing that is gone from them', () => {
    const names = (path: string, end: string): string[] =>
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(end))
        .map((name) => name.slice(0, -end.length))
        // Declarations say what there is, and leave nothing behind.
        .filter((name) => !name.endsWith('.d'))
        .sort();
    expect(names(join(app, 'dist'), '.js')).toEqual(names(inProject('src'), '.ts'));
  });
});

/** What a program says, on either stream, however it ends. */
const run = (program: string, ...args: readonly string[]): string => {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return `${stdout}${stderr}`;
};
