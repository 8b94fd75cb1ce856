import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { get, Program, runProgram, until } from './program.ts';

const environmentOf = (tower: { readonly url: string; readonly username: string; readonly password: string }) => ({
  CLOUDTOWER_URL: tower.url,
  CLOUDTOWER_NAME: 'shanghai',
  CLOUDTOWER_USERNAME: tower.username,
  CLOUDTOWER_PASSWORD: tower.password,
});

describe('the dashboard command', () => {
  it('prints what the tower holds, as text and as JSON, narrowed or not', async () => {
    await using tower = await startSimulator({ clusters: 3, hosts: 2, disks: 4, vms: 20 });
    const [text, json, narrowed] = await Promise.all([
      runProgram(['dashboard'], environmentOf(tower)),
      runProgram(['dashboard', '--output', 'json'], environmentOf(tower)),
      runProgram(
        ['dashboard', '--output=json', '--tower=shanghai', '--cluster-id', tower.state.clusters[0]?.id ?? ''],
        environmentOf(tower),
      ),
    ]);
    expect([text.code, json.code, narrowed.code]).toEqual([0, 0, 0]);
    for (const cluster of tower.state.clusters) expect(text.stdout).toContain(cluster.name);
    expect(text.stdout).not.toContain('\u001b');
    const open = tower.state.alerts.filter(({ ended }) => !ended).length;
    expect(JSON.parse(json.stdout)).toMatchObject({ hosts: { total: 6 }, alerts: { total: open } });
    expect(JSON.parse(narrowed.stdout)).toMatchObject({ hosts: { total: 2 }, clusters: [{ tower: 'shanghai' }] });
  });

  it('fails with a tower that is not there, saying so, and refuses a tower that is not configured', async () => {
    const environment = { ...environmentOf({ url: 'http://127.0.0.1:9', username: 'a', password: 'MARKED' }) };
    const [gone, unknown] = await Promise.all([
      runProgram(['dashboard'], environment),
      runProgram(['dashboard', '--tower', 'nope'], environment),
    ]);
    expect(gone.code).toBe(1);
    expect(gone.stdout).toContain('tower shanghai was never read');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("no tower 'nope' is configured; known are shanghai");
    expect(gone.stdout + gone.stderr).not.toContain('MARKED');
  });
});

describe('the running exporter', () => {
  it('shows the dashboard at / and as JSON, without a bridge', async () => {
    await using tower = await startSimulator({ clusters: 2, hosts: 2, disks: 2, vms: 5 });
    await using program = new Program(['--web.listen-address=127.0.0.1:0'], environmentOf(tower));
    const url = await program.output(/"url":"(http:\/\/127\.0\.0\.1:\d+)","towers"/);
    await until(async () => (await get(`${url}/-/ready`)).status === 200);
    const { status, body } = await get(`${url}/api/v1/dashboard?tower=shanghai`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ hosts: { total: 4 }, towers: [{ name: 'shanghai', state: 'reached' }] });
    const page = await get(`${url}/`);
    expect(page.body).toContain('No bridge is configured');
    for (const { name } of tower.state.clusters) expect(page.body).toContain(name.replaceAll('"', '&quot;'));
    expect((await get(`${url}/api/v1/dashboard?tower=nope`)).status).toBe(404);
  });
});
