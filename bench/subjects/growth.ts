import { mkdirSync, writeFileSync } from 'node:fs';
import { growthPlot } from '../report/plot.ts';
import type { BenchRow } from '../report/row.ts';
import { exponent, median } from '../report/statistics.ts';
import { figure, markdownTable } from '../report/table.ts';
import { measureCycles } from './cycles.ts';
import { allCollectors } from './estates.ts';

const sizes = [1, 2, 5, 10, 20, 50, 100, 200];
const plot = new URL('../../docs/images/cost.svg', import.meta.url);

/** What is measured at each size. */
interface Cost {
  readonly clusters: number;
  readonly series: number;
  readonly cpuMs: number;
  readonly rssMiB: number;
  /** A compressed page made and kept, and then handed out again. */
  readonly pageMs: number;
  readonly gzipBytes: number;
  readonly towerBytes: number;
}

const measure = async (clusters: number): Promise<Cost> => {
  const estate = { clusters, hosts: 4, disks: 12, vms: clusters * 110, alerts: clusters * 4 };
  const rounds = clusters >= 100 ? 3 : 5;
  const { cycles, cpuMs, peakRssMiB, requests } = await measureCycles({
    estate,
    collectors: allCollectors,
    share: 1,
    rounds,
    warmUp: 2,
  });
  return {
    clusters,
    series: cycles.at(-1)?.series ?? 0,
    cpuMs,
    rssMiB: peakRssMiB,
    pageMs: median(cycles.map(({ pageMs }) => pageMs)),
    gzipBytes: cycles.at(-1)?.gzipBytes ?? 0,
    towerBytes: requests.reduce((sum, { bytes }) => sum + bytes, 0),
  };
};

const curves: readonly { readonly name: string; readonly unit: string; readonly of: (cost: Cost) => number }[] = [
  { name: 'CPU of a cycle', unit: 'ms', of: ({ cpuMs }) => cpuMs },
  { name: 'peak RSS', unit: 'MiB', of: ({ rssMiB }) => rssMiB },
  { name: 'first scrape after a change', unit: 'ms', of: ({ pageMs }) => pageMs },
  { name: 'page, compressed', unit: 'KB', of: ({ gzipBytes }) => gzipBytes / 1000 },
  { name: 'bytes from the tower', unit: 'KB', of: ({ towerBytes }) => towerBytes / 1000 },
];

/** How cost grows from 1 to 200 clusters; draws docs/images/cost.svg. */
export const benchGrowth = async (): Promise<{ readonly rows: readonly BenchRow[]; readonly text: string }> => {
  const costs: Cost[] = [];
  for (const clusters of sizes) costs.push(await measure(clusters));
  const drawn = curves.map(({ name, of }) => ({
    name,
    points: costs.map((cost) => ({ x: cost.series, y: of(cost) })),
  }));
  mkdirSync(new URL('.', plot), { recursive: true });
  writeFileSync(plot, growthPlot(drawn, 'series'));
  const lines = [
    ['clusters', 'series', ...curves.map(({ name, unit }) => `${name} (${unit})`)],
    ...costs.map((cost) =>
      [String(cost.clusters), figure(cost.series)].concat(curves.map(({ of }) => figure(of(cost)))),
    ),
  ];
  return {
    rows: drawn.map(({ name, points }) => ({
      what: `${name}: k of cost ∝ series^k, ${points[0]?.x} to ${points.at(-1)?.x} series`,
      unit: '',
      value: exponent(points),
      goal: { of: 'value', is: '≤', limit: 1.05 },
    })),
    text: `${markdownTable(lines)}\n\n![Cost over series](images/cost.svg)`,
  };
};
