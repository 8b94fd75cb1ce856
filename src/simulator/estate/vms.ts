import type { NestedRow } from '../schema/column.ts';
import type { VmRow } from '../schema/vm.ts';
import { type Builder, day, GiB, hour, iso, MiB } from './builder.ts';
import type { BuiltCluster } from './clusters.ts';
import { type BuiltHost, nestedHost } from './hosts.ts';

const roles = [
  'web',
  'api',
  'db',
  'cache',
  'build',
  'mail',
  'vdi',
  'k8s-worker',
  'k8s-master',
  'backup',
  'log',
] as const;
const oddNames = [
  '数据库-主',
  'say "hi"',
  'C:\\temp',
  'two\nlines',
  'rocket 🚀 vm',
  'خادم-١',
  "o'brien",
  '{{ .name }}',
  '<b>bold</b>',
  ' trailing space ',
] as const;

/** The VMs, dealt out over the clusters that run some. */
export const buildVms = (builder: Builder, clusters: readonly BuiltCluster[], hosts: readonly BuiltHost[]): VmRow[] => {
  const homes = clusters.filter((cluster) => cluster.profile.compute);
  const hostsOf = Map.groupBy(hosts, (host) => host.cluster);
  const vms = Array.from({ length: homes.length === 0 ? 0 : builder.options.vms }, (_, ordinal) => {
    const random = builder.random.fork(`vm ${ordinal}`);
    // The first clusters are the largest.
    const home = homes[Math.min(random.int(0, homes.length - 1), random.int(0, homes.length - 1))] ?? homes[0];
    if (home === undefined) throw new RangeError('no cluster for a VM');
    return vmRow(builder, random, home, hostsOf.get(home) ?? [], ordinal);
  });
  return vms;
};

interface Life {
  readonly status: string;
  readonly recycled: boolean;
}

const lifeOf = (builder: Builder, home: BuiltCluster, ordinal: number): Life => {
  const recycled = home.profile.hypervisor === 'ELF' && ordinal % 17 === 11;
  if (recycled) return { status: 'STOPPED', recycled };
  const status = ordinal % 6 === 4 ? 'STOPPED' : builder.mostly('VmStatus', ordinal, 19);
  return { status, recycled };
};

/** When a recycled VM was moved, over the whole range: overdue, today, this week, later, unknown, with an offset. */
export const deletedAt = (builder: Builder, nth: number): string | null => {
  const { start } = builder.options;
  const ages = [2 * hour, 29.5 * day, 26 * day, 31 * day, 6.2 * day, 12 * day, 40 * day, 0.5 * day];
  if (nth % 9 === 8) return null;
  const time = start - (ages[nth % 9] ?? day);
  if (nth % 18 === 4) return new Date(time + 8 * hour).toISOString().replace('Z', '+08:00');
  if (nth % 18 === 13) return iso(time).replace(/\.\d+Z$/, 'Z');
  return iso(time);
};

const nameOf = (random: Builder['random'], ordinal: number): string =>
  ordinal % 20 === 13
    ? (oddNames[Math.floor(ordinal / 20) % oddNames.length] ?? 'vm')
    : `${random.pick(roles)}-${String(ordinal).padStart(4, '0')}`;

const vmRow = (
  builder: Builder,
  random: Builder['random'],
  home: BuiltCluster,
  hosts: readonly BuiltHost[],
  ordinal: number,
): VmRow => {
  const { status, recycled } = lifeOf(builder, home, ordinal);
  const running = status === 'RUNNING';
  // A VM whose cluster is not known, as after a removal.
  const lost = ordinal % 211 === 210;
  const placed = running || status === 'SUSPENDED' || ordinal % 4 === 0;
  const host = placed && !recycled && !lost && hosts.length > 0 ? random.pick(hosts) : undefined;
  const age = random.int(5, 59) * day;
  const id = builder.id(random, age);
  const name = nameOf(random, ordinal);
  const vcpu = random.pick([1, 2, 4, 4, 8, 16]);
  const memory = random.pick([2, 4, 8, 8, 16, 32, 64]) * GiB;
  const provisioned = random.pick([40, 60, 100, 200, 500]) * GiB;
  const size = Math.floor(provisioned * random.float(0.1, 0.9));
  const tools = running ? builder.mostly('VmToolsStatus', ordinal, 5) : 'NOT_RUNNING';
  const guest = builder.mostly('VmGuestsOperationSystem', ordinal, 3);
  const system = ordinal % 15 === 7;
  const uuid = builder.uuid(random);
  const nested = (prefix: string, count: number): NestedRow[] =>
    Array.from({ length: count }, (_, index) => ({ id: builder.id(random, age), name: `${prefix}-${index}` }));
  const bare = (count: number): NestedRow[] => nested('', count).map((row) => ({ id: row.id }));
  const ips = running ? [`192.168.${ordinal % 250}.${random.int(2, 250)}`, `fd00::${random.digits(4, 16)}`] : [];
  return {
    id,
    local_id: uuid,
    bios_uuid: uuid,
    name: recycled ? `in-recycle-bin-${name}-${random.digits(8, 36)}` : name,
    original_name: recycled ? name : null,
    description: ordinal % 5 === 0 ? `${name}: owner "team ${ordinal % 12}", cost centre ${1000 + (ordinal % 40)}` : '',
    cluster: lost ? null : { id: home.row.id, name: home.row.name },
    host: host === undefined ? null : nestedHost(host.row),
    node_ip: host?.row.management_ip ?? '',
    status,
    in_recycle_bin: recycled,
    deleted_at: recycled ? deletedAt(builder, Math.floor(ordinal / 17)) : null,
    internal: system,
    vm_usage: system ? builder.mostly('VmUsage', Math.floor(ordinal / 15), 1) : null,
    internal_product: system ? 'cloudtower' : null,
    internal_product_name: system ? 'CloudTower' : null,
    ha: ordinal % 8 !== 7,
    ha_priority: null,
    protected: ordinal % 30 === 29,
    vcpu,
    cpu: { cores: vcpu, sockets: 1 },
    cpu_model: 'cluster_default',
    guest_cpu_model: null,
    cpu_usage: running ? random.float(0.2, 85) : null,
    memory,
    memory_usage: tools === 'RUNNING' ? random.float(3, 95) : null,
    size,
    unique_size: Math.floor(size * 0.97),
    unique_logical_size: size * 0.485,
    logical_size_bytes: Math.floor(size / 2),
    provisioned_size: provisioned,
    used_size: size,
    used_size_usage: (100 * size) / provisioned,
    guest_used_size: tools === 'RUNNING' ? Math.floor(size * 0.8) : null,
    guest_size_usage: tools === 'RUNNING' ? (80 * size) / provisioned : null,
    guest_os_type: guest,
    os: guest === 'LINUX' ? 'Rocky Linux release 9.4 (Blue Onyx)' : guest === 'WINDOWS' ? 'Windows Server 2022' : null,
    kernel_info: guest === 'LINUX' && running ? '5.14.0-427.13.1.el9_4.x86_64' : null,
    hostname: tools === 'RUNNING' ? `${random.pick(roles)}-${ordinal}.example.com` : null,
    dns_servers: tools === 'RUNNING' ? '10.0.0.53,10.0.1.53' : null,
    ips: ips.join(','),
    vm_tools_status: tools,
    vm_tools_version: tools === 'NOT_INSTALLED' ? null : '4.0.0',
    firmware: builder.mostly('VmFirmware', ordinal, 3),
    clock_offset: builder.mostly('VmClockOffset', ordinal, 7),
    video_type: builder.mostly('VmVideoType', ordinal, 9),
    io_policy: ordinal % 6 === 0 ? builder.mostly('VmDiskIoPolicy', Math.floor(ordinal / 6), 4) : null,
    max_bandwidth: ordinal % 6 === 0 ? 200 * MiB : null,
    max_bandwidth_policy: ordinal % 6 === 0 ? builder.mostly('VmDiskIoRestrictType', Math.floor(ordinal / 6), 4) : null,
    max_iops: ordinal % 6 === 0 ? 5000 : null,
    max_iops_policy: ordinal % 6 === 0 ? builder.mostly('VmDiskIoRestrictType', Math.floor(ordinal / 6), 4) : null,
    nested_virtualization: false,
    win_opt: guest === 'WINDOWS',
    cloud_init_supported: true,
    out_uninstall_usb: [],
    local_created_at: iso(builder.options.start - age),
    last_shutdown_time: running ? null : iso(builder.options.start - random.int(1, 100) * hour),
    folder: ordinal % 3 === 0 ? { id: builder.id(random, age), name: `folder-${ordinal % 9}` } : null,
    labels: [
      builder.label(random, 'environment', ordinal % 2 === 0 ? 'production' : 'staging'),
      builder.label(random, 'owner', `team ${ordinal % 12}`),
      builder.label(random, 'untitled', null),
      builder.label(random, 'cost-centre', String(1000 + (ordinal % 40))),
      builder.label(random, 'backup', 'daily'),
    ],
    vm_disks: bare(random.int(2, 5)),
    vm_nics: bare(random.int(1, 3)),
    snapshots: nested('snapshot', random.int(4, 16)),
    snapshot_plan: ordinal % 4 === 0 ? { id: builder.id(random, age), name: 'nightly' } : null,
    backup_plans: ordinal % 10 === 0 ? nested('backup', 1) : [],
    entity_filter_results: bare(4),
    gpu_devices: [],
    isolation_policy: null,
    pci_nics: [],
    usb_devices: [],
    vm_placement_group: nested('keep-apart', ordinal % 3),
    anti_malware_enabled: false,
    dpi_enabled: false,
    entityAsyncStatus: builder.rarely('EntityAsyncStatus', ordinal, 61),
  };
};
