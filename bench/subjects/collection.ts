import { setTimeout as delay } from 'node:timers/promises';
import { writeConfig } from '../processes/config-file.ts';
import { ProgramWorker } from '../processes/program.ts';
import { type SimulatedEstate, TowerWorker } from '../processes/tower-worker.ts';
import type { BenchRow } from '../report/row.ts';
import { median } from '../report/statistics.ts';
import { measureCycles } from './cycles.ts';
import { allCollectors, describeEstate, largeEstate } from './estates.ts';

/** The real program from its start to its first full collection, then under scrapes while it collects again and again. */
export const runProgram = async (
  estate: SimulatedEstate,
  collectors: object,
  secondsAfter: number,
): Promise<{ readonly firstMs: number; readonly peakRssMiB: number }> => {
  await using tower = await TowerWorker.start(estate);
  using config = writeConfig(tower.access, collectors);
  await using program = new ProgramWorker(config.path);
  const firstMs = await program.ready();
  const page = await program.scrape();
  if (/^cloudtower_collector_success\{.*\} 0$/m.test(page)) throw new Error('a collector has failed');
  for (let second = 0; second < secondsAfter; second += 5) {
    await tower.change(1);
    // As Prometheus does it. Who asks for a large page as plain text, such as curl, lets it be unpacked: some 20 MiB more.
    await program.scrape('gzip');
    await delay(5000);
  }
  return { firstMs, peakRssMiB: program.usage().peakRssMiB };
};

/** Every collector that is on, this often. */
export const every = (interval: string, withVms: boolean): object => ({
  ...Object.fromEntries(
    ['tower', 'clusters', 'hosts', 'disks', 'alerts', 'recycle_bin'].map((name) => [name, { interval }]),
  ),
  vms: { enabled: withVms, interval },
});

/** The first full collection, a cycle's CPU, memory and the event loop at 50 clusters with every collector on. */
export const benchCollection = async (): Promise<readonly BenchRow[]> => {
  const of = describeEstate(largeEstate);
  const starts: number[] = [];
  const peaks: number[] = [];
  for (let run = 0; run < 3; run++) {
    const { firstMs, peakRssMiB } = await runProgram(largeEstate, every('10s', true), 30);
    starts.push(firstMs / 1000);
    peaks.push(peakRssMiB);
  }
  const cycles = await measureCycles({ estate: largeEstate, collectors: allCollectors, share: 1, rounds: 9 });
  const reference = { what: 'download and JSON.parse of the same answers, median', value: cycles.referenceCpuMs };
  return [
    {
      what: `from the start of the process to the first full collection (${of})`,
      unit: 's',
      value: median(starts),
      goal: { of: 'value', is: '≤', limit: 10 },
    },
    {
      what: `CPU of a full cycle: pull, map, render, gzip (${of}; every object changed)`,
      unit: 'ms CPU',
      value: cycles.cpuMs,
      reference,
      goal: { of: 'ratio', is: '≤', limit: 1.5 },
    },
    {
      what: 'peak RSS of the program: the first collection and three more, scraped (the same)',
      unit: 'MiB',
      value: Math.max(...peaks),
      goal: { of: 'value', is: '≤', limit: 320 },
    },
    {
      what: 'event-loop delay, p99 during a cycle (the same)',
      unit: 'ms',
      value: cycles.delayP99,
      goal: { of: 'value', is: '≤', limit: 50 },
    },
  ];
};
