import type { ClusterRow, DatacenterRow } from '../schema/cluster.ts';
import type { HostRow } from '../schema/host.ts';
import type { VmRow } from '../schema/vm.ts';

const sum = <T>(rows: readonly T[], value: (row: T) => number | null | undefined): number =>
  rows.reduce((total, row) => total + (value(row) ?? 0), 0);

const isActive = (vm: VmRow): boolean => vm.status === 'RUNNING' || vm.status === 'SUSPENDED';

/** How figures get into a row: the generator sets them all, life touches only those that the row has. */
export type Write = (row: object, figures: Readonly<Record<string, unknown>>) => void;

/** Sets what the row already says something about: nulls stay null, columns of other versions stay away. */
export const writeKnown: Write = (row, figures) => {
  const held = new Map<string, unknown>(Object.entries(row));
  const known = Object.entries(figures).filter(([column]) => (held.get(column) ?? null) !== null);
  Object.assign(row, Object.fromEntries(known));
};

/** VM counts and what is given to VMs; the same on hosts and clusters. */
const vmFigures = (vms: readonly VmRow[]) => ({
  vm_num: vms.length,
  running_vm_num: vms.filter((vm) => vm.status === 'RUNNING').length,
  stopped_vm_num: vms.filter((vm) => vm.status === 'STOPPED').length,
  suspended_vm_num: vms.filter((vm) => vm.status === 'SUSPENDED').length,
  provisioned_cpu_cores: sum(vms, (vm) => vm.vcpu),
  provisioned_memory_bytes: sum(vms, (vm) => vm.memory),
  commited_memory_bytes: sum(vms.filter(isActive), (vm) => vm.memory),
});

/** A host's figures that follow from the VMs on it. */
export const rollUpHost = (host: HostRow, vms: readonly VmRow[], write: Write = Object.assign): void => {
  write(host, vmFigures(vms));
  host.running_pause_vm_memory_bytes = sum(vms.filter(isActive), (vm) => vm.memory);
  host.allocatable_memory_bytes = Math.max(
    0,
    host.total_memory_bytes - host.os_memory_bytes - host.running_pause_vm_memory_bytes,
  );
};

/** Cores that the system keeps of a cluster, per host. */
const reservedCores = 12;

/** A cluster's figures as the sums over its hosts and VMs. */
export const rollUpCluster = (
  cluster: ClusterRow,
  hosts: readonly HostRow[],
  vms: readonly VmRow[],
  storage: boolean,
  write: Write = Object.assign,
): void => {
  const figures = vmFigures(vms);
  const cores = sum(hosts, (host) => host.total_cpu_cores);
  const reserved = cores === 0 ? 0 : hosts.length * reservedCores;
  const ratio = (vcpus: number): number | null => (cores - reserved > 0 ? vcpus / (cores - reserved) : null);
  const activeCores = sum(vms.filter(isActive), (vm) => vm.vcpu);
  write(cluster, {
    ...figures,
    host_num: hosts.length,
    total_cpu_cores: cores,
    total_cpu_sockets: sum(hosts, (host) => host.total_cpu_sockets),
    total_cpu_hz: sum(hosts, (host) => host.total_cpu_hz),
    used_cpu_hz: sum(hosts, (host) => host.used_cpu_hz),
    total_memory_bytes: sum(hosts, (host) => host.total_memory_bytes),
    used_memory_bytes: sum(hosts, (host) => host.used_memory_bytes),
    reserved_cpu_cores_for_system_service: reserved,
    provisioned_cpu_cores_for_active_vm: activeCores,
    provisioned_ratio: ratio(figures.provisioned_cpu_cores),
    provisioned_for_active_vm_ratio: ratio(activeCores),
  });
  if (storage) write(cluster, storageFigures(hosts));
};

const storageFigures = (hosts: readonly HostRow[]) => {
  const total = sum(hosts, (host) => host.total_data_capacity);
  const used = sum(hosts, (host) => host.used_data_space);
  const failure = sum(hosts, (host) => host.failure_data_space);
  return {
    total_data_capacity: total,
    used_data_space: used,
    failure_data_space: failure,
    valid_data_space: total - failure,
    logical_used_data_space: Math.floor(used / 2),
    total_cache_capacity: sum(hosts, (host) => host.total_cache_capacity),
    valid_cache_space: sum(hosts, (host) => host.valid_cache_space),
    used_cache_space: sum(hosts, (host) => host.used_cache_space),
    dirty_cache_space: sum(hosts, (host) => host.dirty_cache_space),
    failure_cache_space: sum(hosts, (host) => host.failure_cache_space),
  };
};

/** A datacenter's totals over its clusters; null while it is empty. */
export const rollUpDatacenter = (datacenter: DatacenterRow, clusters: readonly ClusterRow[]): void => {
  const total = (value: (cluster: ClusterRow) => number | null | undefined): number | null =>
    clusters.length === 0 ? null : sum(clusters, value);
  Object.assign(datacenter, {
    cluster_num: clusters.length,
    host_num: total((cluster) => cluster.host_num),
    vm_num: total((cluster) => cluster.vm_num),
    total_cpu_hz: total((cluster) => cluster.total_cpu_hz),
    used_cpu_hz: total((cluster) => cluster.used_cpu_hz),
    total_memory_bytes: total((cluster) => cluster.total_memory_bytes),
    used_memory_bytes: total((cluster) => cluster.used_memory_bytes),
    total_data_capacity: total((cluster) => cluster.total_data_capacity),
    used_data_space: total((cluster) => cluster.used_data_space),
    failure_data_space: total((cluster) => cluster.failure_data_space),
  });
};
