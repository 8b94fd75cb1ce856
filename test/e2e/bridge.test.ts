import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { get, Program, until } from './program.ts';

let tower: Simulator;
let folder: string;
let hook: Hook;

const alert = z.object({ status: z.string(), labels: z.record(z.string(), z.string()) });

/** A webhook that keeps what it is told. */
interface Hook {
  readonly url: string;
  readonly server: Server;
  /** The last status of every alert, by path of the webhook and alert id. */
  readonly status: Map<string, string>;
}

const startHook = async (): Promise<Hook> => {
  const status = new Map<string, string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      for (const { status: state, labels } of z.object({ alerts: z.array(alert) }).parse(body).alerts) {
        status.set(`${request.url} ${labels['alert_id']}`, state);
      }
      response.end();
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return { url: `http://127.0.0.1:${port}`, server, status };
};

beforeEach(async () => {
  tower = await startSimulator({ clusters: 2, hosts: 2, disks: 3, vms: 20, alerts: 5 });
  folder = mkdtempSync(join(tmpdir(), 'bridge-'));
  hook = await startHook();
});

afterEach(async () => {
  await tower.close();
  hook.server.closeAllConnections();
  hook.server.close();
  rmSync(folder, { recursive: true });
});

const configure = (receivers: readonly string[], rest: object = {}): string => {
  const file = join(folder, 'config.yaml');
  const webhook = (name: string): object => ({
    url: `${hook.url}/MARKED-${name}`,
    group_wait: '0s',
    group_interval: '1s',
    hmac_secret: 'MARKED',
  });
  const config = {
    towers: [
      {
        name: 'sim',
        url: tower.url,
        username: tower.username,
        password: tower.password,
        collectors: { alerts: { interval: '1s' } },
      },
    ],
    ...(receivers.length === 0
      ? {}
      : {
          bridge: {
            state_dir: 'state',
            receivers: receivers.map((name) => ({ name, webhook: webhook(name) })),
            ...rest,
          },
        }),
  };
  writeFileSync(file, stringify(config));
  return file;
};

const start = (file: string, ...args: string[]): Program =>
  new Program([`--config.file=${file}`, '--web.listen-address=127.0.0.1:0', '--log.level=debug', ...args]);

const addressOf = (program: Program): Promise<string> => program.output(/"url":"(http:\/\/127\.0\.0\.1:\d+)","towers"/);

const unresolved = (): string[] => tower.state.alerts.filter(({ ended }) => !ended).map(({ id }) => String(id));

const told = (receiver: string, state: string): boolean =>
  unresolved().length > 0 && unresolved().every((id) => hook.status.get(`/MARKED-${receiver} ${id}`) === state);

describe('the bridge in the exporter', () => {
  it('tells of alerts and of their end, and shows no secret', async () => {
    await using program = start(configure(['chat']));
    const url = await addressOf(program);
    await until(() => told('chat', 'firing'));
    const ended = tower.state.alerts.find((row) => !row.ended);
    if (ended === undefined) throw new Error('the tower has no alert');
    ended.ended = true;
    await until(() => hook.status.get(`/MARKED-chat ${ended.id}`) === 'resolved');
    const { body } = await get(`${url}/metrics`);
    expect(body).toMatch(/^cloudtower_bridge_notifications_total\{receiver="chat"\} [1-9]/m);
    expect(await program.stop()).toBe(0);
    // Nothing is resolved by stopping.
    expect(told('chat', 'firing')).toBe(true);
    expect(program.stdout + program.stderr + body).not.toContain('MARKED');
  });

  it('follows a reload: a receiver more, a receiver less, no bridge, a bridge again', async () => {
    await using program = start(configure(['one']));
    const url = await addressOf(program);
    const reload = async (): Promise<void> => {
      expect(await get(`${url}/-/reload`, { method: 'POST' })).toMatchObject({ status: 200 });
    };
    await until(() => told('one', 'firing'));
    configure(['one', 'two']);
    await reload();
    await until(() => told('two', 'firing'));
    configure(['two']);
    await reload();
    const { body } = await get(`${url}/metrics`);
    await until(async () => !(await get(`${url}/metrics`)).body.includes('receiver="one"'));
    expect(body).toContain('receiver="two"');
    configure([]);
    await reload();
    hook.status.clear();
    configure(['three'], { state_dir: 'other' });
    await reload();
    await until(() => told('three', 'firing'));
    expect(hook.status.size).toBe(unresolved().length);
    expect(await program.stop()).toBe(0);
  });

  it('refuses to start, or to reload, onto a state that another process uses', async () => {
    await using first = start(configure(['one']));
    await addressOf(first);
    await using second = start(configure(['one']));
    expect(await second.exit()).toBe(1);
    expect(second.stderr).toContain(join(folder, 'state'));

    const file = configure(['one'], { state_dir: 'mine' });
    await using third = start(file);
    const url = await addressOf(third);
    configure(['one']);
    const answer = await get(`${url}/-/reload`, { method: 'POST' });
    expect(answer.status).toBe(500);
    expect(answer.body).toContain(join(folder, 'state'));
    hook.status.clear();
    tower.state.alerts.forEach((row) => {
      row.ended = !row.ended;
    });
    // The old bridge is still at work.
    await until(() => told('one', 'firing'));
    expect(await third.stop()).toBe(0);
    expect(await first.stop()).toBe(0);
  });

  it('prints instead of sending in a dry run', async () => {
    await using program = start(configure(['chat']), '--bridge.dry-run');
    await addressOf(program);
    await program.output(/"status": ?"firing"/);
    expect(await program.stop()).toBe(0);
    expect(hook.status.size).toBe(0);
    expect(program.stdout + program.stderr).not.toContain('MARKED');
  });
});
