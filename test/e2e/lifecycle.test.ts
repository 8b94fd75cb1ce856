import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Program, until } from './program.ts';

let tower: Simulator;
let folder: string;
let hung: Server;
let asked: number;

beforeEach(async () => {
  tower = await startSimulator({ clusters: 1, hosts: 2, disks: 3, vms: 5 });
  folder = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  asked = 0;
  // A receiver that takes requests and never answers.
  hung = createServer(() => {
    asked += 1;
  });
  await new Promise<void>((resolve) => {
    hung.listen(0, '127.0.0.1', () => resolve());
  });
});

afterEach(async () => {
  await tower.close();
  hung.closeAllConnections();
  hung.close();
  rmSync(folder, { recursive: true });
});

const configure = (drain: string): string => {
  const address = hung.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const webhook = { url: `http://127.0.0.1:${port}`, group_wait: '0s', timeout: '10m' };
  const login = { username: tower.username, password: tower.password };
  const file = join(folder, 'config.yaml');
  const towers = [{ name: 'sim', url: tower.url, ...login }];
  writeFileSync(file, stringify({ towers, bridge: { drain_timeout: drain, receivers: [{ name: 'hung', webhook }] } }));
  return file;
};

describe('ending', () => {
  it('does not wait for a receiver that hangs beyond drain_timeout', async () => {
    await using program = new Program([`--config.file=${configure('100ms')}`, '--web.listen-address=127.0.0.1:0']);
    await until(() => asked > 0);
    expect(await program.stop()).toBe(0);
    expect(program.stderr).toContain('"msg":"stopped"');
  });

  it('is at once on a second signal', async () => {
    await using program = new Program([`--config.file=${configure('10m')}`, '--web.listen-address=127.0.0.1:0']);
    await until(() => asked > 0);
    program.child.kill('SIGTERM');
    await program.output(/"msg":"stopping"/);
    expect(await program.stop('SIGINT')).toBe(1);
    expect(program.stderr).toContain('a second signal');
  });

  it.each(['rejection', 'exception'])('follows a %s that nobody handled, logged, without its insides', async (kind) => {
    const script = fileURLToPath(new URL('unhandled.ts', import.meta.url));
    await using program = new Program([kind], {}, script);
    expect(await program.exit()).toBe(1);
    expect(program.stderr).toContain('"level":"fatal"');
    expect(program.stderr).toContain('a fault of the program');
    expect(program.stderr).toContain('unhandled.ts');
    expect(program.stderr).not.toContain('MARKED');
  });
});
