import type { Cluster, ClusterSettings, GlobalSettings, Vm } from '../client/resources.ts';
import { RecycleBinPolicies, releaseWindow, type ReleaseWindow, totalSize } from '../estate/recycle-bin.ts';
import { SampleBatch } from '../metrics/batch.ts';
import { recycleBinFamilies as families } from '../metrics/catalogue/tower.ts';
import { defineCollector, type ReadContext, type SampleContext, type SampleWork } from './collector.ts';
import { ClusterIndex, type ClusterIdentity } from './identity.ts';
import { flag, ValueSet } from './values.ts';

export interface RecycleBinData {
  /** VMs in the recycle bin. */
  readonly vms: readonly Vm[];
  readonly clusters: readonly Cluster[] | null;
  /** Null when they may not be read: no cluster's policy is known then. */
  readonly clusterSettings: readonly ClusterSettings[] | null;
  readonly globalSettings: readonly GlobalSettings[] | null;
}

const windows = new ValueSet<ReleaseWindow>('window', ['today', '7d']);

/** The recycle bin: how much is in it, and when it comes free. */
export const recycleBin = defineCollector<RecycleBinData>({
  name: 'recycle_bin',
  families: Object.values(families),
  read: async (context) => {
    const [vms, clusters, clusterSettings, globalSettings] = await Promise.all([
      readRecycled(context),
      context.joined('clusters'),
      context.optional('clusterSettings'),
      context.optional('globalSettings'),
    ]);
    return { vms, clusters, clusterSettings, globalSettings };
  },
  samples: recycleBinSamples,
  objects: ({ vms }) => vms.length,
});

/** Takes the VMs that the vms collector reads anyway, where it does; its failure is not this collector's. */
const readRecycled = async (context: ReadContext): Promise<readonly Vm[]> => {
  if (context.isAtHand('vms')) {
    try {
      return (await context.rows('vms')).filter((vm) => vm.in_recycle_bin === true);
    } catch {
      // The vms collector says why.
    }
  }
  return (await context.rows('recycledVms')).filter((vm) => vm.in_recycle_bin !== false);
};

export function* recycleBinSamples(data: RecycleBinData, context: SampleContext): SampleWork {
  const batch = new SampleBatch();
  const index = new ClusterIndex(data.clusters, context.labels);
  const policies = new RecycleBinPolicies(data);
  const bins = new Map<ClusterIdentity, Vm[]>(index.known.map((cluster) => [cluster, []]));
  for (const vm of data.vms) {
    const cluster = index.of(vm.cluster);
    const bin = bins.get(cluster);
    if (bin === undefined) bins.set(cluster, [vm]);
    else bin.push(vm);
    yield;
  }
  for (const [{ id, block }, vms] of bins) {
    const { retain, enabled } = policies.of(id);
    batch.add(families.vms, vms.length, block);
    batch.add(families.bytes, totalSize(vms), block);
    const released = Map.groupBy(vms, (vm) => releaseWindow(vm, retain, context));
    const computable = retain !== null || vms.length === 0;
    windows.addEach(batch, families.release, block, (window) =>
      computable ? totalSize(released.get(window) ?? []) : null,
    );
    // A VM without a cluster is released by the global policy, but nothing is labelled with that policy alone.
    if (id === '') continue;
    batch.add(families.retention, retain, block);
    batch.add(families.enabled, flag(enabled), block);
    yield;
  }
  return batch;
}
