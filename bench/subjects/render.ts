import { Gauge, Registry } from 'prom-client';
import { SampleBatch } from '../../src/metrics/batch.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { vmFamilies } from '../../src/metrics/catalogue.ts';
import { LabelCache, type LabelKind } from '../../src/metrics/label-cache.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import type { BenchRow } from '../report/row.ts';
import { median } from '../report/statistics.ts';

const families: readonly FamilyDefinition[] = Object.values(vmFamilies)
  .filter(({ labels }) => labels.length === 5)
  .slice(0, 8);

interface Vm {
  readonly id: string;
  readonly labels: Record<string, string>;
  readonly values: readonly number[];
}

const identity: LabelKind<Vm> = {
  names: ['cluster_id', 'cluster_name', 'vm_id', 'vm_name'],
  values: ({ labels }) => Object.values(labels),
};

/** So many VMs as a tower would have them: sizes, counts and ratios, all of them new with every `round`. */
const makeVms = (count: number, round: number): Vm[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    labels: {
      cluster_id: `cl${String(i % 50).padStart(23, '0')}`,
      cluster_name: `cluster-${i % 50}`,
      vm_id: `cm${String(i).padStart(23, '0')}`,
      vm_name: `virtual machine ${i}`,
    },
    values: families.map((_family, at) => {
      if (at % 4 === 0) return ((i * 7919 + round * 104_729) % 100_000) / 99_991;
      return at % 4 === 1 ? (i + round) % 64 : (i + 1) * 1_048_576 + round * 4096 + at;
    }),
  }));

/** CPU of the whole process for the work, in milliseconds: waiting for a neighbour on the machine does not count. */
const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/**
 * Renders so many series, every one of them changed and read anew, against prom-client's `set` and `metrics()`. One after the other, not in
 * turns: the garbage of the one would be collected on the other's time.
 */
export const benchRender = async (series = 100_000, rounds = 15): Promise<readonly BenchRow[]> => {
  const vms = Math.ceil(series / families.length);
  const value = await medianOf(rounds, vms, ownRender());
  const reference = await medianOf(rounds, vms, promClientRender());
  return [
    {
      what: `render ${series} changed series, from objects to bytes`,
      unit: 'ms CPU',
      value,
      reference: { what: 'prom-client set + metrics()', value: reference },
      goal: { of: 'ratio', is: '≤', limit: 0.1 },
    },
  ];
};

type Render = (rows: readonly Vm[]) => Promise<unknown>;

const medianOf = async (rounds: number, vms: number, render: Render): Promise<number> => {
  // Made beforehand: the objects' own garbage is not the renderer's.
  const editions = [0, 1, 2].map((round) => makeVms(vms, round));
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const rows = editions[round % editions.length] ?? [];
    costs.push(await cpuOf(() => render(rows)));
  }
  return median(costs);
};

const ownRender = (): Render => {
  // As text, which is what prom-client makes.
  const snapshot = new Snapshot({ packAbove: Number.POSITIVE_INFINITY });
  const cache = new LabelCache();
  return (rows) => {
    const batch = new SampleBatch();
    cache.begin();
    for (const vm of rows) {
      const { values } = vm;
      const block = cache.block(identity, vm);
      let at = 0;
      for (const family of families) batch.add(family, values[at++] ?? 0, block);
    }
    return snapshot.publish('tower', 'vms', batch);
  };
};

const promClientRender = (): Render => {
  const registry = new Registry();
  const gauges = families.map(
    ({ name, help, labels }) => new Gauge({ name, help, labelNames: [...labels], registers: [registry] }),
  );
  return async (rows) => {
    for (const { labels, values } of rows) {
      const all = { tower: 'tower', ...labels };
      let at = 0;
      for (const gauge of gauges) gauge.set(all, values[at++] ?? 0);
    }
    return Buffer.from(await registry.metrics());
  };
};
