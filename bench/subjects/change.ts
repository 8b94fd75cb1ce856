import type { BenchRow } from '../report/row.ts';
import { measureCycles } from './cycles.ts';
import { allCollectors, largeEstate } from './estates.ts';

/** What a cycle costs in which little has changed, beside one in which everything has. */
export const benchChange = async (): Promise<readonly BenchRow[]> => {
  const options = { estate: largeEstate, collectors: allCollectors, rounds: 9 };
  const all = await measureCycles({ ...options, share: 1 });
  const few = await measureCycles({ ...options, share: 0.01 });
  return [
    {
      what: 'CPU of a full cycle in which 1 % of the objects changed',
      unit: 'ms CPU',
      value: few.cpuMs,
      reference: { what: 'all of them changed', value: all.cpuMs },
      goal: { of: 'ratio', is: '≤', limit: 0.7 },
    },
  ];
};
