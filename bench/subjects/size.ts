import type { BenchRow } from '../report/row.ts';
import { every, runProgram } from './collection.ts';
import { measureCycles } from './cycles.ts';
import { allCollectors, describeEstate, hugeEstate, largeEstate } from './estates.ts';

/** Memory and the event loop at the largest size, and memory with what is on by default. */
export const benchSize = async (): Promise<readonly BenchRow[]> => {
  const byDefault = await runProgram(largeEstate, every('10s', false), 30);
  const huge = await runProgram(hugeEstate, every('90s', true), 100);
  const cycles = await measureCycles({ estate: hugeEstate, collectors: allCollectors, share: 1, rounds: 3, warmUp: 1 });
  const series = cycles.cycles[0]?.series ?? 0;
  const of = `${describeEstate(hugeEstate)}: ${series} series`;
  return [
    {
      what: `peak RSS of the program, collecting and scraped, default collectors (${describeEstate(largeEstate)})`,
      unit: 'MiB',
      value: byDefault.peakRssMiB,
      goal: { of: 'value', is: '≤', limit: 160 },
    },
    {
      what: `peak RSS of the program, collecting and scraped, every collector (${of})`,
      unit: 'MiB',
      value: huge.peakRssMiB,
      goal: { of: 'value', is: '≤', limit: 400 },
    },
    {
      what: 'event-loop delay, p99.9 during a cycle (the same)',
      unit: 'ms',
      value: cycles.delayP999,
      goal: { of: 'value', is: '≤', limit: 50 },
    },
    { what: 'event-loop delay, longest during a cycle (the same)', unit: 'ms', value: cycles.delayMax },
    {
      what: 'CPU of a full cycle (the same)',
      unit: 'ms CPU',
      value: cycles.cpuMs,
      reference: { what: 'download and JSON.parse of the same answers', value: cycles.referenceCpuMs },
    },
  ];
};
