import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Program, get, runProgram, until } from '../e2e/program.ts';

let tower: Simulator;
let environment: Record<string, string>;

beforeAll(async () => {
  tower = await startSimulator({ clusters: 5, hosts: 1, disks: 1, vms: 5 });
  environment = { CLOUDTOWER_URL: tower.url, CLOUDTOWER_USERNAME: tower.username, CLOUDTOWER_PASSWORD: tower.password };
});

afterAll(async () => {
  await tower.close();
});

const ownSeries = /^cloudtower_(?:exporter|collector|api|bridge)_/;
const seriesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line.startsWith('cloudtower_') && !ownSeries.test(line));

describe('--shard', () => {
  it('shares the work between processes: collected together it is what one collects', async () => {
    const whole = await runProgram(['collect'], environment);
    const parts = [
      await runProgram(['collect', '--shard=1/2'], { ...environment, CLOUDTOWER_SHARD: '2/2' }),
      await runProgram(['collect'], { ...environment, CLOUDTOWER_SHARD: '2/2' }),
    ];
    expect([whole, ...parts].map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(seriesOf(whole.stdout)).toContain(
      'cloudtower_up{tower="127.0.0.1:PORT"} 1'.replace('PORT', String(tower.port)),
    );
    for (const { stdout } of parts) expect(seriesOf(stdout).length).toBeGreaterThan(50);
    expect(parts.flatMap(({ stdout }) => seriesOf(stdout)).sort()).toEqual(seriesOf(whole.stdout).sort());
  });

  it('holds for run, which says so', async () => {
    await using program = new Program(
      ['--shard=2/2', '--web.listen-address=127.0.0.1:0', '--log.format=json'],
      environment,
    );
    const url = await program.output(/"url":"(http:\/\/127\.0\.0\.1:\d+)"/);
    expect(await program.output(/"shard":"([^"]*)"/)).toBe('2/2');
    await until(async () => (await get(`${url}/-/ready`)).status === 200);
    const { body } = await get(`${url}/metrics`);
    expect(body).toContain('cloudtower_cluster_info{');
    expect(body).not.toMatch(/^cloudtower_(?:up|info)\{/m);
    expect(await program.stop()).toBe(0);
  });

  it.each(['0/2', '3/2', 'a', '2'])('refuses %j on the command line', async (shard) => {
    const { code, stderr } = await runProgram(['collect', `--shard=${shard}`], environment);
    expect(code).toBe(2);
    expect(stderr).toContain('INDEX/COUNT');
  });

  it('refuses a bad CLOUDTOWER_SHARD by its name', async () => {
    const { code, stderr } = await runProgram([], { ...environment, CLOUDTOWER_SHARD: '9/5' });
    expect(code).toBe(1);
    expect(stderr).toContain('CLOUDTOWER_SHARD: expected INDEX/COUNT');
  });
});
