import type { DiskRow } from '../schema/host.ts';
import { type Builder, day, GiB } from './builder.ts';
import { type BuiltHost, nestedHost } from './hosts.ts';

/** What stands in a slot: the first two are boot, the next two cache, the rest data. */
const slots = (builder: Builder, index: number, ordinal: number, flash: boolean) => {
  const nvme = builder.has('4.4.0') && ordinal % 2 === 0 ? 'NVMe_SSD' : 'SSD';
  const sata = builder.has('4.4.0') && ordinal % 3 !== 0 ? 'SATA_OR_SAS_SSD' : 'SSD';
  if (index === 0) return { type: sata, usage: 'BOOT', function: 'BOOT', size: 480 * 1_000_000_000 };
  if (index === 1) return { type: sata, usage: 'BOOT', function: 'SMTX_SYSTEM', size: 480 * 1_000_000_000 };
  if (index === 2) return { type: nvme, usage: 'CACHE_AND_META', function: 'CACHE', size: 1_920_383_410_176 };
  if (index === 3) return { type: nvme, usage: 'CACHE', function: 'CACHE', size: 1_920_383_410_176 };
  if (index === 4 && ordinal % 40 === 4) {
    return { type: 'PMem', usage: 'DATA_AND_META', function: 'DATA', size: 512 * GiB };
  }
  if (flash) return { type: nvme, usage: 'DATA', function: 'DATA', size: 3_840_755_982_336 };
  return { type: 'HDD', usage: 'DATA', function: 'DATA', size: 8_001_563_222_016 };
};

const diskModels: Readonly<Record<string, string>> = {
  HDD: 'ST8000NM000A-2KE101',
  SSD: 'INTEL SSDSC2KB019T8',
  NVMe_SSD: 'SAMSUNG MZQL21T9HCJR-00A07',
  SATA_OR_SAS_SSD: 'MTFDDAK480TDS',
  PMem: 'Intel Optane DCPMM',
};

/** The states in which a disk can be found, in turn: health, use, mounted, offline. */
const troubles = [
  { health: 'SUBHEALTHY', use: 'MOUNTED', healthy: true, mounted: true, offline: false },
  { health: 'UNHEALTHY', use: 'ISOLATED', healthy: false, mounted: true, offline: false },
  { health: 'SMART_FAILED', use: 'MOUNTED', healthy: false, mounted: true, offline: false },
  { health: 'HEALTHY', use: 'UNMOUNTED', healthy: true, mounted: false, offline: false },
  { health: null, use: 'MOUNTED', healthy: true, mounted: true, offline: false },
  { health: 'SOFTWARE_RAID_FAILURE', use: 'PARTIAL_MOUNTED', healthy: false, mounted: true, offline: false },
  { health: 'HEALTHY', use: 'MOUNTING', healthy: true, mounted: false, offline: false },
  { health: 'HEALTHY', use: 'UNMOUNTING', healthy: true, mounted: true, offline: false },
  { health: 'UNHEALTHY', use: 'UNMOUNTED', healthy: false, mounted: false, offline: true },
  { health: null, use: null, healthy: true, mounted: true, offline: false },
  { health: null, use: null, healthy: false, mounted: false, offline: true },
] as const;

const sound = { health: 'HEALTHY', use: 'MOUNTED', healthy: true, mounted: true, offline: false } as const;

/** Every 23rd disk of the estate has something. */
const stride = 23;

/** The disks of all hosts; the hosts' nested lists and capacities follow from them. */
export const buildDisks = (builder: Builder, hosts: readonly BuiltHost[]): DiskRow[] =>
  hosts.flatMap((host) =>
    Array.from({ length: builder.options.disks }, (_, index) => {
      const ordinal = host.ordinal * builder.options.disks + index;
      return diskRow(builder, host, index, ordinal);
    }),
  );

const diskRow = (builder: Builder, host: BuiltHost, index: number, ordinal: number): DiskRow => {
  const random = builder.random.fork(`disk ${host.cluster.ordinal} ${host.row.chunk_id} ${index}`);
  const slot = slots(builder, index, host.ordinal * 5 + index, host.cluster.row.is_all_flash === true);
  const trouble =
    ordinal % stride === stride - 1 ? troubles[Math.floor(ordinal / stride) % troubles.length] : undefined;
  const found = trouble ?? sound;
  const type = builder.value('DiskType', slot.type);
  const size = host.cluster.profile.storage === 'huge' ? slot.size * 512 : slot.size;
  const spare = found.use === 'UNMOUNTED' && found.health === 'HEALTHY';
  return {
    id: builder.id(random, random.int(30, 60) * day),
    local_id: builder.uuid(random),
    name: type === 'NVMe_SSD' ? `nvme${index}n1` : diskName(index),
    path: type === 'NVMe_SSD' ? `/dev/nvme${index}n1` : `/dev/${diskName(index)}`,
    host: nestedHost(host.row),
    type,
    size,
    usage: builder.value('DiskUsage', slot.usage),
    function: spare ? builder.value('DiskFunction', 'UNMOUNT') : builder.value('DiskFunction', slot.function),
    recommended_usage: spare ? builder.mostly('DiskUsage', ordinal, 2) : null,
    health_status: found.health === null ? null : builder.value('DiskHealthStatus', found.health),
    usage_status: found.use,
    healthy: found.healthy,
    mounted: found.mounted,
    offline: found.offline,
    failure_information: {
      chunk_errflag: found.health === 'UNHEALTHY',
      chunk_io_error: found.health === 'UNHEALTHY',
      chunk_checksum_error: found.health === 'SUBHEALTHY' ? true : null,
      chunk_warnflag: found.health === 'SUBHEALTHY',
      smart_check: found.health === 'SMART_FAILED',
      iostat_latency: found.health === 'SUBHEALTHY',
      iostat_latency_ms: found.health === 'SUBHEALTHY' ? random.int(200, 2000) : null,
    },
    remaining_life_percent: type === 'HDD' ? null : random.int(2, 100),
    model: diskModels[type] ?? 'unknown',
    serial: ordinal % 41 === 40 ? `S/N "${ordinal}"\\` : random.digits(14, 36).toUpperCase(),
    firmware: random.pick(['SN05', 'XCV10110', 'GDC5602Q', '']),
    numa_node: index % 2,
    physical_slot_on_brick: index,
    persistent_memory_type: type === 'PMem' ? 'app_direct' : null,
    pmem_dimms: [],
    partitions: partitionsOf(builder, slot.usage, size, random.float(0.1, 0.8)),
    labels: [],
    entityAsyncStatus: builder.rarely('EntityAsyncStatus', ordinal, 97),
  };
};

/** sda … sdz, sdaa … as the kernel counts. */
export const diskName = (index: number): string => {
  const letter = String.fromCharCode(97 + (index % 26));
  return `sd${index < 26 ? '' : String.fromCharCode(96 + Math.floor(index / 26))}${letter}`;
};

const partitionsOf = (builder: Builder, usage: string, size: number, used: number): DiskRow['partitions'] => {
  const part = (use: string, bytes: number, share: number) => ({
    usage: builder.value('PartitionUsage', use),
    size: Math.floor(bytes),
    used_size: Math.floor(bytes * share),
    name: null,
    path: use === 'BOOT' ? '/boot' : null,
  });
  if (usage === 'BOOT') {
    return [
      part('EFI_SYSTEM', 512 * 1024 * 1024, 0.02),
      part('BOOT', GiB, 0.3),
      part('SYSTEM', 100 * GiB, used),
      part('METAD', 100 * GiB, used),
      part('ZOOKEEPER', 20 * GiB, 0.1),
      part('SWAP', 16 * GiB, 0),
      part('UNPARTED', size - 240 * GiB, 0),
    ];
  }
  if (usage === 'CACHE_AND_META') {
    return [part('JOURNAL', 20 * GiB, 1), part('CACHE', size - 20 * GiB, used), part('UNMOUNTED', 0, 0)];
  }
  return [part(usage === 'CACHE' ? 'CACHE' : 'PARTITION', size, used)];
};

/** Bytes of data a disk gives its host; nothing when it is out of use. */
export const dataCapacity = (disk: DiskRow): number =>
  disk.function === 'DATA' && disk.mounted && !disk.offline ? Math.floor(disk.size * 0.9) : 0;

/** Puts the disks into their hosts' nested lists and adds up what follows from them. */
export const attachDisks = (hosts: readonly BuiltHost[], disks: readonly DiskRow[], builder: Builder): void => {
  const rows = new Map(hosts.map((host) => [host.row.id, host]));
  const none = new Set(['zero', 'none']);
  for (const disk of disks) {
    const host = rows.get(disk.host.id);
    if (host === undefined) continue;
    const { row } = host;
    row.disks?.push({ id: disk.id, name: disk.name });
    if (disk.type === 'HDD') row.hdd_disk_count += 1;
    else if (disk.type === 'PMem') row.pmem_disk_count += 1;
    else row.ssd_disk_count += 1;
    if (none.has(host.cluster.profile.storage)) continue;
    const capacity = dataCapacity(disk);
    row.total_data_capacity += capacity;
    if (disk.type === 'HDD') row.hdd_data_capacity += capacity;
    else row.ssd_data_capacity += capacity;
    if (disk.function === 'CACHE') row.total_cache_capacity = (row.total_cache_capacity ?? 0) + disk.size;
  }
  for (const { row, ordinal } of hosts) {
    const random = builder.random.fork(`used ${ordinal}`);
    row.used_data_space = Math.floor(row.total_data_capacity * random.float(0.1, 0.7));
    row.failure_data_space = ordinal % 13 === 12 ? Math.floor(row.total_data_capacity * 0.05) : 0;
    const cache = row.total_cache_capacity ?? 0;
    row.valid_cache_space = cache;
    row.used_cache_space = Math.floor(cache * 0.4);
    row.valid_free_cache_space = cache - row.used_cache_space;
    row.dirty_cache_space = Math.floor(cache * 0.02);
    row.dirty_cache_usage = cache === 0 ? null : 0.02;
    row.failure_cache_space = 0;
    row.perf_total_data_capacity = 0;
    row.perf_used_data_space = 0;
    row.perf_valid_data_space = 0;
    row.perf_allocated_data_space = 0;
    row.perf_failure_data_space = 0;
  }
};
