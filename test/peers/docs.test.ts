import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { atHome, inProject, scratchFolder } from '../deploy/support/files.ts';
import { type Block, blocksOf, documents } from '../docs/support/documents.ts';
import { scriptOf, type Stage, staged } from '../docs/support/script.ts';
import { describeWithPeers } from '../support/peers.ts';

const scratch = scratchFolder();
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const all = documents().map((file) => [file, blocksOf(file)] as const);
const checked = (wanted: string): readonly (readonly [string, Block])[] =>
  all.flatMap(([file, blocks]) =>
    blocks.filter(({ check }) => check === wanted).map((block) => [`${file}:${block.line}`, block] as const),
  );

describeWithPeers('configurations in documents', ['promtool', 'amtool'], ({ promtool = '', amtool = '' }) => {
  it.each(checked('prometheus'))('%s is taken by Prometheus', (_, { text }) => {
    const folder = join(scratch, 'prometheus-configuration');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'prometheus'), { recursive: true });
    cpSync(inProject('prometheus/rules'), join(folder, 'prometheus/rules'), { recursive: true });
    const file = join(folder, 'prometheus.yaml');
    writeFileSync(file, atHome(text, folder));
    expect(execFileSync(promtool, ['check', 'config', file], { encoding: 'utf8', stdio: 'pipe' })).toContain('SUCCESS');
  });

  it.each(checked('alertmanager'))('%s is taken by Alertmanager', (_, { text }) => {
    const file = join(scratch, 'alertmanager.yaml');
    writeFileSync(file, text);
    expect(execFileSync(amtool, ['check-config', file], { encoding: 'utf8', stdio: 'pipe' })).toContain('SUCCESS');
  });
});

describeWithPeers('commands in documents', ['bash', 'curl', 'jq', 'openssl', 'promtool'], ({ bash = '' }) => {
  const wanted = all.filter(([, blocks]) => blocks.some(({ check }) => check === 'run'));

  it.each(wanted)('%s: all run, one after the other', { timeout: 120_000 }, async (_, blocks) => {
    const folder = join(scratch, `machine-${Math.random().toString(36).slice(2)}`);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    const certificate = selfSigned(folder);
    await using simulator = await startSimulator({
      username: 'monitor',
      password: 'placeholder',
      apiKey: 'placeholder',
      tls: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(`${certificate}.key`, 'utf8') },
    });
    const stage: Stage = {
      folder,
      tower: simulator.url.replace('127.0.0.1', 'localhost'),
      exporterPort: await freePort(),
      simulatorPort: await freePort(),
    };
    const script = scriptOf(
      blocks.filter(({ check }) => check === 'run'),
      stage,
    );
    for (const { text, check } of blocks) {
      const place = /^config.* as (\/\S+)$/.exec(check ?? '')?.[1];
      if (place !== undefined) {
        mkdirSync(dirname(join(folder, place)), { recursive: true });
        writeFileSync(join(folder, place), staged(text, stage));
      }
    }
    for (const name of ['tower-ca.pem', 'ca.pem']) cpSync(certificate, join(folder, 'etc/cloudtower-exporter', name));
    programs(folder);
    const { code, output } = await runScript(bash, script, join(folder, 'bin'));
    expect(code, `${script}\n${output}`.slice(-6000)).toBe(0);
    expect(output).toContain('== end');
  });
});

/** Runs a script, the event loop of this process free: the simulated tower lives in it. */
const runScript = async (
  bash: string,
  script: string,
  bin: string,
): Promise<{ readonly code: unknown; readonly output: string }> => {
  const child = spawn(bash, ['-c', script], {
    cwd: inProject(''),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: dirname(bin) },
    timeout: 100_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code]: unknown[] = await once(child, 'close');
  return { code, output };
};

/** `cloudtower-exporter` and `npm start`, as if installed. */
const programs = (folder: string): void => {
  const run = `exec '${process.execPath}' '${inProject('src/main.ts')}'`;
  const files: Readonly<Record<string, string>> = {
    'cloudtower-exporter': `${run} "$@"`,
    npm: `[ "$1" = start ] || { echo "npm $1 is not run here" >&2; exit 1; }\nshift\n[ "\${1:-}" != -- ] || shift\n${run} "$@"`,
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, 'bin', name), `#!/usr/bin/env bash\n${text}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  symlinkSync(process.execPath, join(folder, 'bin/node'));
};

/** A certificate as CloudTower brings it: of its own. */
const selfSigned = (folder: string): string => {
  const file = join(folder, 'certificate.pem');
  mkdirSync(join(folder, 'etc/cloudtower-exporter'), { recursive: true });
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${file}.key`];
  execFileSync(
    'openssl',
    ['req', '-x509', ...key, '-days', '2', '-subj', '/CN=localhost', '-addext', names, '-out', file],
    { stdio: 'ignore' },
  );
  return file;
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
      .on('error', reject)
      .listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
  });
