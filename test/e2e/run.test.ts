import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { get, Program, until } from './program.ts';

let tower: Simulator;
let folder: string;

beforeEach(async () => {
  tower = await startSimulator({ clusters: 2, hosts: 2, disks: 3, vms: 20, password: 'MARKED-SECRET' });
  folder = mkdtempSync(join(tmpdir(), 'run-'));
});

afterEach(async () => {
  await tower.close();
  rmSync(folder, { recursive: true });
});

const towerConfig = (name: string, rest: object = {}): object => ({
  name,
  url: tower.url,
  username: tower.username,
  password: tower.password,
  ...rest,
});

const configure = (config: object): string => {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(config));
  return file;
};

const start = (file: string, ...args: string[]): Program =>
  new Program([`--config.file=${file}`, '--web.listen-address=127.0.0.1:0', '--log.level=debug', ...args]);

const addressOf = (program: Program): Promise<string> => program.output(/"url":"(http:\/\/127\.0\.0\.1:\d+)","towers"/);

const ready = (url: string): Promise<void> => until(async () => (await get(`${url}/-/ready`)).status === 200);

/** The towers that a page has series of. */
const towersOn = (page: string): string[] =>
  [...new Set([...page.matchAll(/[{,]tower="([^"]*)"/g)].map(([, name]) => name ?? ''))].sort();

describe('run', () => {
  it('serves what the tower says, and ends cleanly on SIGTERM', async () => {
    await using program = start(configure({ towers: [towerConfig('上海'), towerConfig('b')] }));
    const url = await addressOf(program);
    expect((await get(`${url}/-/healthy`)).status).toBe(200);
    await ready(url);
    const { status, body } = await get(`${url}/metrics`);
    expect(status).toBe(200);
    expect(towersOn(body)).toEqual(['b', '上海']);
    expect(body.match(/^cloudtower_collector_success\{.*\} 1$/gm)).toHaveLength(12);
    expect(body).toContain('cloudtower_up{tower="b"} 1\n');
    const probe = await get(`${url}/probe?tower=${encodeURIComponent('上海')}`);
    expect(towersOn(probe.body)).toEqual(['上海']);
    expect((await get(`${url}/probe?tower=c`)).status).toBe(404);
    expect(await program.stop()).toBe(0);
    expect(program.stderr).toContain('"msg":"stopped"');
    expect(program.stdout + program.stderr + body).not.toContain('MARKED-SECRET');
  });

  it('takes one tower from the environment', async () => {
    await using program = new Program(['--web.listen-address=127.0.0.1:0', '--web.telemetry-path=/m'], {
      CLOUDTOWER_URL: tower.url,
      CLOUDTOWER_USERNAME: tower.username,
      CLOUDTOWER_PASSWORD: tower.password,
    });
    const url = await addressOf(program);
    await ready(url);
    expect(towersOn((await get(`${url}/m`)).body)).toEqual([new URL(tower.url).host]);
    expect((await get(`${url}/metrics`)).status).toBe(404);
    expect(await program.stop('SIGINT')).toBe(0);
  });

  it('starts and stays up without its tower, and picks it up when it comes', async () => {
    tower.faults.status('*', 500);
    const collectors = { tower: { interval: '1s' }, clusters: { interval: '1s' } };
    await using program = start(configure({ towers: [towerConfig('a', { collectors })] }));
    const url = await addressOf(program);
    await until(async () =>
      (await get(`${url}/metrics`)).body.includes('cloudtower_collector_success{tower="a",collector="clusters"} 0'),
    );
    tower.faults.clear();
    await until(async () =>
      (await get(`${url}/metrics`)).body.includes('cloudtower_collector_success{tower="a",collector="clusters"} 1'),
    );
    await program.output(/collector clusters works again/);
    expect(await program.stop()).toBe(0);
  });

  it('ends within bounds while a tower hangs', async () => {
    tower.faults.hang('*');
    await using program = start(configure({ towers: [towerConfig('a')] }));
    await addressOf(program);
    await until(() => tower.requests.operations().length > 0);
    expect(await program.stop()).toBe(0);
  });

  it('says that its port is taken', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      await using program = start(configure({ towers: [towerConfig('a')] }), `--web.listen-address=127.0.0.1:${port}`);
      expect(await program.exit()).toBe(1);
      expect(program.stderr).toContain(`cannot listen on 127.0.0.1:${port}: another program uses this port already`);
    } finally {
      server.close();
    }
  });
});

describe('reload', () => {
  it('puts a new configuration into effect: added, removed and unchanged towers', async () => {
    const file = configure({ towers: [towerConfig('kept'), towerConfig('removed')] });
    await using program = start(file);
    const url = await addressOf(program);
    await ready(url);
    const logins = tower.requests.count('login');

    configure({ towers: [towerConfig('added'), towerConfig('kept')] });
    expect(await get(`${url}/-/reload`, { method: 'POST' })).toMatchObject({ status: 200 });
    const after = (await get(`${url}/metrics`)).body;
    expect(towersOn(after)).not.toContain('removed');
    // The data of a tower that did not change are there at once, and it did not sign in again.
    expect(after).toContain('cloudtower_cluster_info{tower="kept"');
    await ready(url);
    expect(towersOn((await get(`${url}/metrics`)).body)).toEqual(['added', 'kept']);
    expect(tower.requests.count('login')).toBe(logins + 1);
    expect((await get(`${url}/probe?tower=removed`)).status).toBe(404);
  });

  it('changes nothing when the new configuration is wrong, and says so', async () => {
    const file = configure({ towers: [towerConfig('a')] });
    await using program = start(file);
    const url = await addressOf(program);
    await ready(url);
    configure({ towers: [towerConfig('b'), towerConfig('c', { url: 'nonsense', password: 'MARKED-SECRET' })] });

    const answer = await get(`${url}/-/reload`, { method: 'POST' });
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('towers[1].url: expected an http:// or https:// URL');
    program.child.kill('SIGHUP');
    await until(() => program.stderr.split('the configuration was not reloaded').length === 3);
    const page = (await get(`${url}/metrics`)).body;
    expect(page).toContain('cloudtower_exporter_config_last_reload_successful 0\n');
    expect(towersOn(page)).toEqual(['a']);

    configure({ towers: [towerConfig('b')] });
    program.child.kill('SIGHUP');
    await program.output(/"msg":"the configuration was reloaded"/);
    await ready(url);
    const mended = (await get(`${url}/metrics`)).body;
    expect(mended).toContain('cloudtower_exporter_config_last_reload_successful 1\n');
    expect(towersOn(mended)).toEqual(['b']);
    expect(program.stdout + program.stderr + answer.body).not.toContain('MARKED-SECRET');
  });

  it('takes away the series of a collector that is switched off', async () => {
    const file = configure({ towers: [towerConfig('a')] });
    await using program = start(file);
    const url = await addressOf(program);
    await ready(url);
    expect((await get(`${url}/metrics`)).body).toContain('cloudtower_disk_info{');
    configure({ towers: [towerConfig('a', { collectors: { disks: { enabled: false } } })] });
    expect((await get(`${url}/-/reload`, { method: 'POST' })).status).toBe(200);
    await ready(url);
    const { body } = await get(`${url}/metrics`);
    expect(body).not.toContain('cloudtower_disk_info{');
    expect(body).not.toContain('collector="disks"');
    expect(body).toContain('cloudtower_host_info{');
  });
});
