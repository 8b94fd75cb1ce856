import type { Cluster, Host } from '../client/resources.ts';
import {
  allocatedMemory,
  conditionOfStatus,
  type HostCondition,
  hostCondition,
  hostConditions,
} from '../estate/hosts.ts';
import { SampleBatch } from '../metrics/batch.ts';
import { hostFamilies as families } from '../metrics/catalogue/hosts.ts';
import type { LabelKind } from '../metrics/label-cache.ts';
import { type LabelBlock, labelBlock } from '../metrics/labels.ts';
import { defineCollector, type SampleContext, type SampleWork } from './collector.ts';
import { ClusterIndex, hostIdentity } from './identity.ts';
import { neighbours } from './neighbours.ts';
import { enumeration, ratio, ValueSet } from './values.ts';

export interface HostData {
  readonly hosts: readonly Host[];
  /** For names, zeros and the hypervisor; null when nobody knows the clusters. */
  readonly clusters: readonly Cluster[] | null;
}

const conditionSet = new ValueSet<HostCondition>('condition', hostConditions);
const vmStatuses = new ValueSet('status', ['running', 'stopped', 'suspended']);

const checkState = enumeration('host.state', ['IDLE', 'IN_USE', 'REMOVING']);
const checkStatus = enumeration('host.status', [...conditionOfStatus.keys(), 'CONNECTING', 'INITIALIZING']);

/** Hosts: condition, capacity, use, temperature. */
export const hosts = defineCollector<HostData>({
  name: 'hosts',
  families: Object.values(families),
  read: async (context) => {
    const [hosts, clusters] = await Promise.all([context.rows('hosts'), context.joined('clusters')]);
    return { hosts, clusters };
  },
  samples: hostSamples,
  objects: ({ hosts }) => hosts.length,
});

export function* hostSamples({ hosts, clusters }: HostData, context: SampleContext): SampleWork {
  const batch = new SampleBatch();
  const index = new ClusterIndex(clusters, context.labels);
  const counts = new Map(index.known.map((cluster) => [cluster, new Map(hostConditions.map((name) => [name, 0]))]));
  for (const [host, cluster] of neighbours(hosts, (host) => index.of(host.cluster))) {
    const { block } = hostIdentity(host, cluster, context.labels);
    checkState(host.state, context.unknownValue);
    checkStatus(host.status, context.unknownValue);
    const condition = hostCondition(host);
    const count = counts.get(cluster) ?? new Map<HostCondition, number>();
    counts.set(cluster, count.set(condition, (count.get(condition) ?? 0) + 1));
    batch.add(families.info, 1, block, context.labels.block(details, host));
    conditionSet.addStates(batch, families.condition, block, condition);
    addCompute(batch, host, block, cluster.cluster?.hypervisor ?? null);
    addRest(batch, host, block);
    yield;
  }
  for (const [{ block }, count] of counts) {
    conditionSet.addEach(batch, families.perCondition, block, (condition) => count.get(condition) ?? null);
  }
  return batch;
}

const details: LabelKind<Host> = {
  names: ['management_ip', 'model', 'serial', 'cpu_model', 'os_version'],
  values: (host) => [
    host.management_ip ?? '',
    host.model ?? '',
    host.serial ?? '',
    host.cpu_model ?? '',
    host.os_version ?? '',
  ],
};

/**
 * A host whose cluster (and so hypervisor) is not known counts as not ELF: `used_memory_bytes` is a measurement that is true on
 * any hypervisor, where the allocation is the right figure on ELF alone.
 */
const addCompute = (batch: SampleBatch, host: Host, block: LabelBlock, hypervisor: string | null): void => {
  batch.add(families.cpuCores, host.total_cpu_cores, block);
  batch.add(families.cpuCapacity, host.total_cpu_hz, block);
  batch.add(families.cpuUsed, host.used_cpu_hz, block);
  batch.add(families.cpuUsage, ratio(host.used_cpu_hz, host.total_cpu_hz), block);
  const memoryUsed = hypervisor === 'ELF' ? allocatedMemory(host) : host.used_memory_bytes;
  batch.add(families.memoryCapacity, host.total_memory_bytes, block);
  batch.add(families.memoryUsed, memoryUsed, block);
  batch.add(families.memoryUsage, ratio(memoryUsed, host.total_memory_bytes), block);
};

const addRest = (batch: SampleBatch, host: Host, block: LabelBlock): void => {
  batch.add(families.storageCapacity, host.total_data_capacity, block);
  batch.add(families.storageUsed, host.used_data_space, block);
  batch.add(families.storageInvalid, host.failure_data_space, block);
  const vms = { running: host.running_vm_num, stopped: host.stopped_vm_num, suspended: host.suspended_vm_num };
  vmStatuses.addEach(batch, families.vms, block, (status) => vms[status]);
  for (const [sensor, celsius] of host.cpu_temperature_celsius.entries()) {
    batch.add(families.cpuTemperature, celsius, block, sensorBlock(sensor));
  }
};

const sensorBlocks: LabelBlock[] = [];
const sensorBlock = (sensor: number): LabelBlock => (sensorBlocks[sensor] ??= labelBlock({ sensor: String(sensor) }));
