import type { BenchRow } from '../report/row.ts';
import { measureCycles } from './cycles.ts';
import { allCollectors, describeEstate, largeEstate } from './estates.ts';

/** What one full cycle costs the tower, and whether anything was asked for twice. */
export const benchTowerCost = async (): Promise<readonly BenchRow[]> => {
  const { requests } = await measureCycles({
    estate: largeEstate,
    collectors: allCollectors,
    share: 1,
    rounds: 1,
    warmUp: 1,
  });
  const asked = requests.map(({ operation, body }) => JSON.stringify([operation, body]));
  const proofs = requests.filter(({ operation }) => operation === 'get-alerts-connection');
  const bytes = (list: typeof requests): number => list.reduce((sum, request) => sum + request.bytes, 0);
  const of = `a full cycle with every collector, ${describeEstate(largeEstate)}`;
  return [
    { what: `requests to the tower (${of})`, unit: 'requests', value: requests.length },
    { what: 'bytes from the tower (the same)', unit: 'MB', value: bytes(requests) / 1e6 },
    {
      what: 'requests that were made before in the same cycle (the same)',
      unit: 'requests',
      value: asked.length - new Set(asked).size,
      goal: { of: 'value', is: '≤', limit: 0 },
    },
    {
      what: "requests that prove the alerts' completeness (the same)",
      unit: 'requests',
      value: proofs.length,
      goal: { of: 'value', is: '≤', limit: 1 },
    },
    { what: 'bytes of that proof (the same)', unit: 'bytes', value: bytes(proofs) },
  ];
};
