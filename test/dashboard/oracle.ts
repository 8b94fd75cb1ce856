import type { TowerObjects } from '../../src/dashboard/objects.ts';

/**
 * The official sample's arithmetic where it is right, and what is right where it errs, in plain loops: nothing of the product is
 * used but the types of the rows.
 */
export const expected = (towers: readonly TowerObjects[], now: number) => {
  const result = {
    alerts: { critical: 0, notice: 0, info: 0, unknown: 0, total: 0 },
    disks: {
      ssd: { healthy: 0, warning: 0, error: 0, total: 0 },
      hdd: { healthy: 0, warning: 0, error: 0, total: 0 },
      pmem: { healthy: 0, warning: 0, error: 0, total: 0 },
      unknown: { healthy: 0, warning: 0, error: 0, total: 0 },
    },
    hosts: { healthy: 0, unhealthy: 0, error: 0, idle: 0, removing: 0, unknown: 0, total: 0 },
    products: {
      smtx_os_elf: { total: 0, abnormal: 0 },
      smtx_os_vmware: { total: 0, abnormal: 0 },
      smtx_zbs: { total: 0, abnormal: 0 },
      smtx_elf: { total: 0, abnormal: 0 },
      others: { total: 0, abnormal: 0 },
    },
    cores: none(),
    cpuTotal: none(),
    cpuUsed: none(),
    memoryTotal: none(),
    memoryUsed: none(),
    storageTotal: none(),
    storageUsed: none(),
    storageInvalid: none(),
    available: none(),
    recovery: 0,
    bin: { vms: 0, size: 0, today: 0, week: 0 },
  };
  for (const own of towers) {
    for (const cluster of own.clusters ?? []) {
      const where =
        cluster.type === 'SMTX_ZBS'
          ? result.products.smtx_zbs
          : cluster.type === 'SMTX_ELF'
            ? result.products.smtx_elf
            : cluster.type === 'SMTX_OS' && cluster.hypervisor === 'ELF'
              ? result.products.smtx_os_elf
              : cluster.type === 'SMTX_OS' && cluster.hypervisor === 'VMWARE'
                ? result.products.smtx_os_vmware
                : result.products.others;
      where.total++;
      if (['DISCONNECTED', 'REMOVING', 'CONNECTED_ERROR'].includes(cluster.connect_state ?? '')) where.abnormal++;
      if (cluster.type !== 'SMTX_ZBS') {
        put(result.cores, cluster.total_cpu_cores);
        put(result.cpuTotal, cluster.total_cpu_hz);
        put(result.cpuUsed, cluster.used_cpu_hz);
        if (cluster.hypervisor === 'ELF') {
          for (const host of own.hosts ?? []) {
            if (host.cluster?.id !== cluster.id) continue;
            put(result.memoryTotal, host.total_memory_bytes);
            const [vms, system] = [host.running_pause_vm_memory_bytes, host.os_memory_bytes];
            put(result.memoryUsed, vms === null && system === null ? null : (vms ?? 0) + (system ?? 0));
          }
        } else {
          put(result.memoryTotal, cluster.total_memory_bytes);
          put(result.memoryUsed, cluster.used_memory_bytes);
        }
      }
      if (cluster.type !== 'SMTX_ELF') {
        const [all, used, invalid] = [cluster.total_data_capacity, cluster.used_data_space, cluster.failure_data_space];
        put(result.storageTotal, all);
        put(result.storageUsed, used);
        put(result.storageInvalid, invalid);
        put(result.available, all === null || used === null || invalid === null ? null : all - used - invalid);
      }
      if (cluster.recover_data_size !== null && cluster.recover_data_size > 0) result.recovery++;
    }
    for (const host of own.hosts ?? []) {
      result.hosts.total++;
      if (host.state === 'IDLE') result.hosts.idle++;
      else if (host.state === 'REMOVING') result.hosts.removing++;
      else if (host.status === 'CONNECTED_HEALTHY') result.hosts.healthy++;
      else if (host.status === 'CONNECTED_WARNING') result.hosts.unhealthy++;
      else if (host.status === 'CONNECTED_ERROR' || host.status === 'SESSION_EXPIRED') result.hosts.error++;
      else result.hosts.unknown++;
    }
    for (const disk of own.disks ?? []) {
      const ssd = ['SSD', 'NVMe_SSD', 'SATA_OR_SAS_SSD'].includes(disk.type ?? '');
      const kind = ssd ? 'ssd' : disk.type === 'HDD' ? 'hdd' : disk.type === 'PMem' ? 'pmem' : 'unknown';
      const bad = ['UNHEALTHY', 'SUBHEALTHY', 'SMART_FAILED', 'SOFTWARE_RAID_FAILURE'];
      const odd = ['UNMOUNTED', 'PARTIAL_MOUNTED', 'ISOLATED'];
      const isBad = bad.includes(disk.health_status ?? '');
      result.disks[kind].total++;
      if (isBad) result.disks[kind].error++;
      else if (odd.includes(disk.usage_status ?? '')) result.disks[kind].warning++;
      else result.disks[kind].healthy++;
    }
    for (const alert of own.alerts ?? []) {
      result.alerts.total++;
      if (alert.severity === 'CRITICAL') result.alerts.critical++;
      else if (alert.severity === 'NOTICE') result.alerts.notice++;
      else if (alert.severity === 'INFO') result.alerts.info++;
      else result.alerts.unknown++;
    }
    for (const vm of own.recycledVms ?? []) {
      result.bin.vms++;
      result.bin.size += vm.size ?? 0;
      const settings = (own.clusterSettings ?? []).find((row) => row.cluster?.id === vm.cluster?.id);
      const policy = settings?.vm_recycle_bin ?? own.globalSettings?.[0]?.vm_recycle_bin;
      const retain = policy?.retain ?? null;
      if (vm.deleted_at === null || retain === null) continue;
      const left = retain - Math.floor((now - Date.parse(vm.deleted_at)) / 86_400_000);
      if (left <= 1) result.bin.today += vm.size ?? 0;
      else if (left <= 7) result.bin.week += vm.size ?? 0;
    }
  }
  return result;
};

interface Tally {
  value: number | null;
  missing: number;
  parts: number;
}
const none = (): Tally => ({ value: null, missing: 0, parts: 0 });
const put = (into: Tally, part: number | null): void => {
  into.parts++;
  if (part === null) into.missing++;
  else into.value = (into.value ?? 0) + part;
};

/** As the product says it: nothing to add is 0, nothing known is null. */
export const asSum = ({ value, missing, parts }: Tally) => ({ value: parts === 0 ? 0 : value, missing });
