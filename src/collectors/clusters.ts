import type { Cluster, Host } from '../client/resources.ts';
import { SampleBatch } from '../metrics/batch.ts';
import { clusterFamilies as families } from '../metrics/catalogue/clusters.ts';
import type { LabelKind } from '../metrics/label-cache.ts';
import type { LabelBlock } from '../metrics/labels.ts';
import {
  clusterMemory,
  type ClusterModes,
  clusterModes,
  type ConnectState,
  connectState,
  connectStates,
  isAbnormal,
  licenseExpiry,
  storageAvailable,
} from '../estate/clusters.ts';
import { defineCollector, type SampleContext, type SampleWork } from './collector.ts';
import { ClusterIndex } from './identity.ts';
import { enumeration, flag, ratio, ValueSet } from './values.ts';

export interface ClusterData {
  readonly clusters: readonly Cluster[];
  /** For the memory of ELF clusters; null when nobody knows the hosts. */
  readonly hosts: readonly Host[] | null;
}

const checkType = enumeration('cluster.type', ['SMTX_OS', 'SMTX_ZBS', 'SMTX_ELF', 'BLUESHARK']);
const checkHypervisor = enumeration('cluster.hypervisor', ['ELF', 'VMWARE', 'XENSERVER', 'BLUESHARK']);

const checkConnectState = enumeration('cluster.connect_state', [...connectStates.keys()]);
const stateSet = new ValueSet<ConnectState>('state', [...connectStates.values(), 'unknown']);

const modes = new ValueSet<keyof ClusterModes>('mode', ['boost', 'rdma', 'pmem']);
const vmStatuses = new ValueSet('status', ['running', 'stopped', 'suspended']);

/** Clusters: state, capacity, use, data recovery, licence. */
export const clusters = defineCollector<ClusterData>({
  name: 'clusters',
  families: Object.values(families),
  read: async (context) => {
    const [clusters, hosts] = await Promise.all([context.rows('clusters'), context.joined('hosts')]);
    return { clusters, hosts };
  },
  samples: clusterSamples,
  objects: ({ clusters }) => clusters.length,
});

export function* clusterSamples({ clusters, hosts }: ClusterData, context: SampleContext): SampleWork {
  const batch = new SampleBatch();
  const hostsOf = Map.groupBy(hosts ?? [], (host) => host.cluster?.id ?? '');
  for (const { cluster, block } of new ClusterIndex(clusters, context.labels).known) {
    if (cluster === null) continue;
    checkType(cluster.type, context.unknownValue);
    checkHypervisor(cluster.hypervisor, context.unknownValue);
    addState(batch, cluster, block, context);
    addModes(batch, cluster, block);
    addCompute(batch, cluster, block, hostsOf.get(cluster.id) ?? []);
    addStorage(batch, cluster, block);
    yield;
  }
  return batch;
}

const details: LabelKind<Cluster> = {
  names: ['type', 'hypervisor', 'version', 'architecture', 'software_edition', 'license_type'],
  values: (cluster) => [
    cluster.type ?? '',
    cluster.hypervisor ?? '',
    cluster.version ?? '',
    cluster.architecture ?? '',
    cluster.software_edition ?? '',
    cluster.license_type ?? '',
  ],
};

const addState = (batch: SampleBatch, cluster: Cluster, block: LabelBlock, context: SampleContext): void => {
  checkConnectState(cluster.connect_state, context.unknownValue);
  batch.add(families.info, 1, block, context.labels.block(details, cluster));
  stateSet.addStates(batch, families.connectState, block, connectState(cluster));
  batch.add(families.abnormal, Number(isAbnormal(cluster)), block);
  batch.add(families.licenseExpiry, licenseExpiry(cluster.license_type, cluster.license_expire_date), block);
};

const addModes = (batch: SampleBatch, cluster: Cluster, block: LabelBlock): void => {
  const flags = clusterModes(cluster);
  modes.addEach(batch, families.mode, block, (mode) => flag(flags[mode]));
};

const addCompute = (batch: SampleBatch, cluster: Cluster, block: LabelBlock, hosts: readonly Host[]): void => {
  batch.add(families.cpuCores, cluster.total_cpu_cores, block);
  batch.add(families.cpuCapacity, cluster.total_cpu_hz, block);
  batch.add(families.cpuUsed, cluster.used_cpu_hz, block);
  batch.add(families.cpuUsage, ratio(cluster.used_cpu_hz, cluster.total_cpu_hz), block);
  const memory = clusterMemory(cluster, hosts);
  batch.add(families.memoryCapacity, memory.capacity, block);
  batch.add(families.memoryUsed, memory.used, block);
  batch.add(families.memoryUsage, memory.usage, block);
  const vms = {
    running: cluster.running_vm_num,
    stopped: cluster.stopped_vm_num,
    suspended: cluster.suspended_vm_num,
  };
  vmStatuses.addEach(batch, families.vms, block, (status) => vms[status]);
  batch.add(families.provisionedCpuCores, cluster.provisioned_cpu_cores, block);
  batch.add(families.provisionedMemory, cluster.provisioned_memory_bytes, block);
};

const addStorage = (batch: SampleBatch, cluster: Cluster, block: LabelBlock): void => {
  const { total_data_capacity: capacity, used_data_space: used, failure_data_space: invalid } = cluster;
  batch.add(families.storageCapacity, capacity, block);
  batch.add(families.storageUsed, used, block);
  batch.add(families.storageInvalid, invalid, block);
  batch.add(families.storageAvailable, storageAvailable(cluster), block);
  batch.add(families.storageUsage, ratio(used, capacity), block);
  batch.add(families.recoveryRemaining, cluster.recover_data_size, block);
  batch.add(families.recoverySpeed, cluster.recover_speed, block);
  batch.add(families.migrationRemaining, cluster.migration_data_size, block);
  batch.add(families.migrationSpeed, cluster.migration_speed, block);
};
