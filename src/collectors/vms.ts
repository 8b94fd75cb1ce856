import type { Cluster, Vm } from '../client/resources.ts';
import { SampleBatch } from '../metrics/batch.ts';
import { vmFamilies as families } from '../metrics/catalogue/vms.ts';
import type { LabelKind } from '../metrics/label-cache.ts';
import { defineCollector, type SampleContext, type SampleWork } from './collector.ts';
import { ClusterIndex } from './identity.ts';
import { neighbours } from './neighbours.ts';
import { enumeration, fromPercent, ValueSet } from './values.ts';

export interface VmData {
  readonly vms: readonly Vm[];
  /** For names; null when nobody knows the clusters. */
  readonly clusters: readonly Cluster[] | null;
}

type VmStatus = 'running' | 'stopped' | 'suspended' | 'deleted' | 'unknown';

const statuses: ReadonlyMap<string, VmStatus> = new Map<string, VmStatus>([
  ['RUNNING', 'running'],
  ['STOPPED', 'stopped'],
  ['SUSPENDED', 'suspended'],
  ['DELETED', 'deleted'],
  ['UNKNOWN', 'unknown'],
]);
const identity: LabelKind<Vm> = { names: ['vm_id', 'vm_name'], values: ({ id, name }) => [id, name] };
const details: LabelKind<Vm> = {
  names: ['host_id', 'host_name', 'guest_os_type', 'ha', 'vm_tools_status'],
  values: (vm) => [
    vm.host?.id ?? '',
    vm.host?.name ?? '',
    vm.guest_os_type ?? '',
    vm.ha === null ? '' : String(vm.ha),
    vm.vm_tools_status ?? '',
  ],
};
const statusSet = new ValueSet<VmStatus>('status', [...statuses.values()]);
const checkStatus = enumeration('vm.status', [...statuses.keys()]);

/** Single VMs, those in the recycle bin included. */
export const vms = defineCollector<VmData>({
  name: 'vms',
  families: Object.values(families),
  read: async (context) => {
    const [vms, clusters] = await Promise.all([context.rows('vms'), context.joined('clusters')]);
    return { vms, clusters };
  },
  samples: vmSamples,
  objects: ({ vms }) => vms.length,
});

export function* vmSamples({ vms, clusters }: VmData, context: SampleContext): SampleWork {
  const { labels } = context;
  const batch = new SampleBatch();
  const index = new ClusterIndex(clusters, labels);
  for (const [vm, cluster] of neighbours(vms, (vm) => index.of(vm.cluster))) {
    const block = labels.block(identity, vm, cluster.block);
    checkStatus(vm.status, context.unknownValue);
    batch.add(families.info, 1, block, labels.block(details, vm));
    statusSet.addStates(batch, families.status, block, statuses.get(vm.status ?? '') ?? 'unknown');
    batch.add(families.cpuCores, vm.vcpu, block);
    batch.add(families.memory, vm.memory, block);
    batch.add(families.cpuUsage, fromPercent(vm.cpu_usage), block);
    batch.add(families.memoryUsage, fromPercent(vm.memory_usage), block);
    batch.add(families.storageProvisioned, vm.provisioned_size, block);
    batch.add(families.storageUsed, vm.used_size, block);
    batch.add(families.storageUnique, vm.unique_size, block);
    batch.add(families.storageGuestUsed, vm.guest_used_size, block);
    yield;
  }
  return batch;
}
