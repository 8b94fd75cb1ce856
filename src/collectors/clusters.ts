import type { Cluster, Host } from '../client/resources.ts';
import { SampleBatch } from '../metrics/batch.ts';
import { clusterFamilies as families } from '../metrics/catalogue/clusters.ts';
import { type LabelBlock, labelBlock } from '../metrics/labels.ts';
import { parseInstant } from '../time.ts';
import { defineCollector, type SampleContext, type SampleWork } from './collector.ts';
import { ClusterIndex } from './identity.ts';
import { allocatedMemory } from './hosts.ts';
import { enumeration, flag, ratio, sumKnown, ValueSet } from './values.ts';

export interface ClusterData {
  readonly clusters: readonly Cluster[];
  /** For the memory of ELF clusters; null when nobody knows the hosts. */
  readonly hosts: readonly Host[] | null;
}

const checkType = enumeration('cluster.type', ['SMTX_OS', 'SMTX_ZBS', 'SMTX_ELF', 'BLUESHARK']);
const checkHypervisor = enumeration('cluster.hypervisor', ['ELF', 'VMWARE', 'XENSERVER', 'BLUESHARK']);

type ConnectState = 'connected' | 'connected_error' | 'disconnected' | 'initializing' | 'removing' | 'unknown';
const stateOf: ReadonlyMap<string, ConnectState> = new Map<string, ConnectState>([
  ['CONNECTED', 'connected'],
  ['CONNECTED_ERROR', 'connected_error'],
  ['DISCONNECTED', 'disconnected'],
  ['INITIALIZING', 'initializing'],
  ['REMOVING', 'removing'],
]);
const checkConnectState = enumeration('cluster.connect_state', [...stateOf.keys()]);
const stateSet = new ValueSet<ConnectState>('state', [...stateOf.values(), 'unknown']);

const modes = new ValueSet('mode', ['boost', 'rdma', 'pmem']);
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
  for (const { cluster, block } of new ClusterIndex(clusters).known) {
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

const addState = (batch: SampleBatch, cluster: Cluster, block: LabelBlock, context: SampleContext): void => {
  checkConnectState(cluster.connect_state, context.unknownValue);
  const state = stateOf.get(cluster.connect_state ?? '') ?? 'unknown';
  const info = labelBlock({
    type: cluster.type ?? '',
    hypervisor: cluster.hypervisor ?? '',
    version: cluster.version ?? '',
    architecture: cluster.architecture ?? '',
    software_edition: cluster.software_edition ?? '',
    license_type: cluster.license_type ?? '',
  });
  batch.add(families.info, 1, block, info);
  stateSet.addStates(batch, families.connectState, block, state);
  const abnormal = state === 'disconnected' || state === 'removing' || state === 'connected_error';
  batch.add(families.abnormal, Number(abnormal), block);
  batch.add(families.licenseExpiry, licenseExpiry(cluster.license_type, cluster.license_expire_date), block);
};

/** When a licence ends, seconds since the epoch; null when it never does or nobody knows. Also for the tower's own. */
export const licenseExpiry = (type: string | null, expireDate: string | null): number | null => {
  const ms = type === 'PERPETUAL' ? null : parseInstant(expireDate);
  return ms === null ? null : ms / 1000;
};

const addModes = (batch: SampleBatch, cluster: Cluster, block: LabelBlock): void => {
  const flags = {
    boost: cluster.vhost_enabled ?? cluster.hypervisor === 'ELF',
    rdma: cluster.rdma_enabled,
    pmem: cluster.pmem_enabled,
  };
  const possible = majorVersion(cluster.version) >= 5;
  modes.addEach(batch, families.mode, block, (mode) => flag(flags[mode] === null ? null : flags[mode] && possible));
};

/** The first number of a version such as "6.2.0" or "10.0"; 0 when there is none. */
const majorVersion = (version: string | null): number => Number(/^\D{0,8}(\d{1,6})/.exec(version ?? '')?.[1] ?? 0);

const addCompute = (batch: SampleBatch, cluster: Cluster, block: LabelBlock, hosts: readonly Host[]): void => {
  batch.add(families.cpuCores, cluster.total_cpu_cores, block);
  batch.add(families.cpuCapacity, cluster.total_cpu_hz, block);
  batch.add(families.cpuUsed, cluster.used_cpu_hz, block);
  batch.add(families.cpuUsage, ratio(cluster.used_cpu_hz, cluster.total_cpu_hz), block);
  const memory = memoryOf(cluster, hosts);
  batch.add(families.memoryCapacity, memory.capacity, block);
  batch.add(families.memoryUsed, memory.used, block);
  batch.add(families.memoryUsage, ratio(memory.used, memory.capacity), block);
  const vms = {
    running: cluster.running_vm_num,
    stopped: cluster.stopped_vm_num,
    suspended: cluster.suspended_vm_num,
  };
  vmStatuses.addEach(batch, families.vms, block, (status) => vms[status]);
  batch.add(families.provisionedCpuCores, cluster.provisioned_cpu_cores, block);
  batch.add(families.provisionedMemory, cluster.provisioned_memory_bytes, block);
};

/** An ELF cluster's memory is what its hosts have and give away (as on the dashboard), any other's what it reports itself. */
const memoryOf = (cluster: Cluster, hosts: readonly Host[]) =>
  cluster.hypervisor === 'ELF'
    ? { capacity: sumKnown(hosts.map((host) => host.total_memory_bytes)), used: sumKnown(hosts.map(allocatedMemory)) }
    : { capacity: cluster.total_memory_bytes, used: cluster.used_memory_bytes };

const addStorage = (batch: SampleBatch, cluster: Cluster, block: LabelBlock): void => {
  const { total_data_capacity: capacity, used_data_space: used, failure_data_space: invalid } = cluster;
  batch.add(families.storageCapacity, capacity, block);
  batch.add(families.storageUsed, used, block);
  batch.add(families.storageInvalid, invalid, block);
  const complete = capacity !== null && used !== null && invalid !== null;
  batch.add(families.storageAvailable, complete ? capacity - used - invalid : null, block);
  batch.add(families.storageUsage, ratio(used, capacity), block);
  batch.add(families.recoveryRemaining, cluster.recover_data_size, block);
  batch.add(families.recoverySpeed, cluster.recover_speed, block);
  batch.add(families.migrationRemaining, cluster.migration_data_size, block);
  batch.add(families.migrationSpeed, cluster.migration_speed, block);
};
