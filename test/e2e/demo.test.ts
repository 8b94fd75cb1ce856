import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { get, Program, until } from './program.ts';

const stateFolders = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('cloudtower-exporter-demo-'));

const addressOf = (program: Program, what: string): Promise<string> =>
  program.output(new RegExp(`^ +${what} +(http://127\\.0\\.0\\.1:\\d+)`, 'm'));

describe('demo', () => {
  it('shows a living tower, delivers alerts, and ends cleanly on Ctrl-C', async () => {
    const before = stateFolders();
    await using program = new Program(['demo']);
    const url = await addressOf(program, 'metrics');
    await program.output(/first full collection done [\d.]+ s after the start/);
    const { body } = await get(`${url}/metrics`);
    for (const family of ['cloudtower_cluster_cpu_usage_ratio', 'cloudtower_vm_status', 'cloudtower_recycle_bin_vms']) {
      expect(body).toContain(`${family}{tower="demo"`);
    }
    expect(body).not.toMatch(/^cloudtower_collector_success\{.*\} 0$/m);
    expect((await get(`${url}/`)).status).toBe(200);
    expect((await get(`${url}/-/ready`)).status).toBe(200);

    await program.output(/^alert {2}FIRING +\w+ +CloudTower_\w+/m);
    await until(async () =>
      /^cloudtower_bridge_last_success_timestamp_seconds\{receiver="demo"\}/m.test((await get(`${url}/metrics`)).body),
    );

    expect(await program.stop('SIGINT')).toBe(0);
    expect(program.stdout).toContain('the demo has ended');
    expect(program.stderr).toBe('');
    expect(stateFolders().filter((name) => !before.includes(name))).toEqual([]);
  });

  it('finds other ports when the usual ones are taken', async () => {
    await using first = new Program(['demo']);
    const one = await addressOf(first, 'metrics');
    await using second = new Program(['demo']);
    const other = await addressOf(second, 'metrics');
    expect(other).not.toBe(one);
    await second.output(/first full collection done/);
    expect(await second.stop('SIGTERM')).toBe(0);
    expect(await first.stop('SIGTERM')).toBe(0);
  });
});
