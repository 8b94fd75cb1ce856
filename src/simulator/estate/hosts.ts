import type { NestedRow } from '../schema/column.ts';
import type { HostRow } from '../schema/host.ts';
import { type Builder, day, GiB, iso } from './builder.ts';
import type { BuiltCluster } from './clusters.ts';

export interface BuiltHost {
  readonly row: HostRow;
  readonly cluster: BuiltCluster;
  /** Within the whole estate. */
  readonly ordinal: number;
}

const models = ['SMTX-5200', 'PowerEdge R750', 'ThinkSystem SR650', 'NF5280M6'] as const;
const oddNames = ['node "quoted"', 'back\\slash', '节点-八', 'ра́ck', 'emoji-🧊', 'line\nbreak'] as const;

/** How other rows name a host. */
export const nestedHost = (row: HostRow): NestedRow => ({
  id: row.id,
  name: row.name,
  management_ip: row.management_ip,
});

/** The hosts of all clusters; their disks, NICs, VMs and sums are filled in later. */
export const buildHosts = (builder: Builder, clusters: readonly BuiltCluster[]): BuiltHost[] =>
  clusters.flatMap((cluster) =>
    Array.from({ length: builder.options.hosts }, (_, index) => {
      const ordinal = cluster.ordinal * builder.options.hosts + index;
      return { row: hostRow(builder, cluster, index, ordinal), cluster, ordinal };
    }),
  );

/** Membership and health: every value turns up, most are what they should be. */
const condition = (builder: Builder, cluster: BuiltCluster, ordinal: number) => {
  const { connectState } = cluster.profile;
  if (connectState === 'INITIALIZING') return { state: 'IDLE', status: 'INITIALIZING' };
  if (connectState === 'DISCONNECTED') return { state: 'IN_USE', status: 'SESSION_EXPIRED' };
  const state = builder.mostly('HostState', ordinal + 5, 13);
  return { state, status: builder.mostly('HostStatus', ordinal, 9) };
};

const maintenance = (builder: Builder, random: Builder['random'], ordinal: number) => {
  if (ordinal % 4 === 1) return null;
  const state = builder.mostly('MaintenanceMode', ordinal, 11);
  const entered = state === 'IN_USE' ? '' : iso(builder.options.start - random.int(1, 600) * 60_000);
  return {
    state,
    enter_maintenance_time: entered,
    maintenance_job_id: state === 'IN_USE' ? '' : builder.uuid(random),
  };
};

const merged: Readonly<Record<string, string>> = {
  CONNECTED_HEALTHY: 'HEALTHY',
  CONNECTED_WARNING: 'UNUSUAL',
  CONNECTED_ERROR: 'UNUSUAL',
  SESSION_EXPIRED: 'DISCONNECTED',
  CONNECTING: 'INITIALIZING',
  INITIALIZING: 'INITIALIZING',
};

/** What 4.7.0 and later say of a status. */
export const newerStatus = (status: string): { readonly merged: string; readonly connect: string } => ({
  merged: merged[status] ?? 'UNUSUAL',
  connect: status === 'SESSION_EXPIRED' ? 'DISCONNECTED' : 'CONNECTED',
});

const hostRow = (builder: Builder, cluster: BuiltCluster, index: number, ordinal: number): HostRow => {
  const random = builder.random.fork(`host ${cluster.ordinal} ${index}`);
  const { profile, row: clusterRow } = cluster;
  const age = random.int(60, 90) * day;
  const sockets = 2;
  const coresPerSocket = random.pick([24, 32, 48] as const);
  const cores = sockets * coresPerSocket;
  const hertz = random.pick([2_100_000_000, 2_600_000_000, 2_995_200_000] as const);
  const zero = profile.storage === 'zero';
  const memory = zero ? 0 : random.pick([256, 384, 512, 768] as const) * GiB;
  const os = zero ? 0 : 24 * GiB + random.int(0, 4 * GiB);
  const ip = clusterRow.ip.replace(/250$/, String(10 + (index % 200)));
  const { state, status } = condition(builder, cluster, ordinal);
  const newer = newerStatus(status);
  const elf = profile.hypervisor === 'ELF';
  const arm = profile.architecture === 'AARCH64';
  const name =
    ordinal % 9 === 7
      ? `${oddNames[Math.floor(ordinal / 9) % oddNames.length] ?? 'node'} ${ordinal}`
      : `node-${String(cluster.ordinal).padStart(2, '0')}-${String(index + 1).padStart(2, '0')}`;
  return {
    id: builder.id(random, age),
    local_id: builder.uuid(random),
    name,
    cluster: { id: clusterRow.id, name: clusterRow.name },
    state,
    status,
    host_state: maintenance(builder, random, ordinal),
    merged_status: newer.merged,
    connect_status: newer.connect,
    entityAsyncStatus: state === 'REMOVING' ? 'DELETING' : builder.rarely('EntityAsyncStatus', ordinal, 71),
    management_ip: ip,
    data_ip: ip.replace(/^10\./, '172.'),
    access_ip: ordinal % 5 === 4 ? ip.replace(/^10\./, '192.') : null,
    hypervisor_ip: profile.hypervisor === 'VMWARE' ? ip : null,
    vmotion_ip: null,
    model: random.pick(models),
    serial: `SN${random.digits(10, 36).toUpperCase()}`,
    chunk_id: String(index + 1),
    node_topo_local_id: builder.uuid(random),
    os_version: elf ? 'el7' : null,
    cpu_brand: arm ? 'Kunpeng-920' : 'Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz',
    cpu_model: arm ? 'ARMv8' : 'Icelake-Server',
    cpu_vendor: arm ? 'HiSilicon' : 'GenuineIntel',
    compatible_cpu_models: elf ? ['Icelake-Server', 'Skylake-Server-IBRS', 'Broadwell'] : [],
    cpu_hz_per_core: hertz,
    total_cpu_cores: zero ? 0 : cores,
    total_cpu_sockets: sockets,
    total_cpu_hz: zero ? 0 : cores * hertz,
    used_cpu_hz: zero ? 0 : random.float(0.05, 0.6) * cores * hertz,
    allocable_cpu_cores_for_vm_exclusive: elf ? cores - 12 : null,
    cpu_temperature_celsius: ordinal % 10 === 9 ? [] : Array.from({ length: sockets }, () => random.int(38, 66)),
    cpu_fan_speed: Array.from({ length: 4 }, () => random.int(4000, 9000) / (ordinal % 6 === 5 ? 100 : 1)),
    cpu_fan_speed_unit: ordinal % 6 === 5 ? 'PERCENT' : 'RPM',
    total_memory_bytes: memory,
    os_memory_bytes: os,
    running_pause_vm_memory_bytes: 0,
    allocatable_memory_bytes: Math.max(0, memory - os),
    used_memory_bytes: zero ? 0 : os + random.float(0.05, 0.5) * memory,
    provisioned_memory_bytes: 0,
    commited_memory_bytes: 0,
    provisioned_cpu_cores: 0,
    vm_num: 0,
    running_vm_num: 0,
    stopped_vm_num: 0,
    suspended_vm_num: 0,
    vms: [],
    disks: [],
    nics: [],
    nic_count: 0,
    hdd_disk_count: 0,
    ssd_disk_count: 0,
    pmem_disk_count: 0,
    hdd_data_capacity: 0,
    ssd_data_capacity: 0,
    total_data_capacity: 0,
    used_data_space: 0,
    failure_data_space: 0,
    total_cache_capacity: 0,
    pmem_dimm_count: 0,
    pmem_dimm_capacity: 0,
    pmem_dimms: [],
    disk_pools: [],
    gpu_devices: [],
    usb_devices: [],
    labels: ordinal % 4 === 0 ? [builder.label(random, 'rack', `R${1 + (index % 8)}`)] : [],
    ipmi: { id: builder.id(random, age) },
    iommu: builder.mostly('IommuStatus', ordinal, 3),
    is_os_in_raid1: true,
    lsm_cap_disk_safe_umount: true,
    nested_virtualization: false,
    with_faster_ssd_as_cache: ordinal % 2 === 0,
    vsphereEsxiAccount: profile.hypervisor === 'VMWARE' ? { id: builder.id(random, age) } : null,
    scvm_cpu: profile.hypervisor === 'VMWARE' ? 8 : null,
    scvm_memory: profile.hypervisor === 'VMWARE' ? 32 * GiB : null,
    scvm_name: profile.hypervisor === 'VMWARE' ? `SCVM-${name}` : null,
    zone: null,
  };
};
