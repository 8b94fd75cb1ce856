/**
 * What /metrics has to say of an estate, worked out from the raw rows and the metrics contract alone. Written apart from the
 * product: nothing of src/collectors, src/time.ts or the catalogue is used here, and it is slow and plain on purpose.
 */

type Raw = Record<string, unknown>;

export interface Truth {
  readonly clusters: readonly Raw[];
  readonly hosts: readonly Raw[];
  readonly disks: readonly Raw[];
  readonly vms: readonly Raw[];
  readonly alerts: readonly Raw[];
  readonly alertRules: readonly Raw[];
  readonly clusterSettings: readonly Raw[];
  readonly globalSettings: readonly Raw[];
  readonly deploys: readonly Raw[];
  readonly licenses: readonly Raw[];
  readonly datacenters: readonly Raw[];
}

const DAY = 86_400_000;

const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const num = (row: Raw | null | undefined, key: string): number | null => {
  const value = row?.[key];
  return typeof value === 'number' ? value : null;
};
const str = (row: Raw | null | undefined, key: string): string => {
  const value = row?.[key];
  return typeof value === 'string' ? value : '';
};
const obj = (row: Raw, key: string): Raw | null => {
  const value = row[key];
  return isRaw(value) ? value : null;
};
const list = (row: Raw, key: string): unknown[] => {
  const value = row[key];
  return Array.isArray(value) ? value : [];
};
const add = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
};

/** Milliseconds of a time as text, or null for "none". */
const time = (text: string): number | null => {
  let ms: number;
  if (!/^\d{4}/.test(text)) return null;
  if (/^[0-9]+$/.test(text)) {
    ms = Number(BigInt(text.padEnd(19, '0').slice(0, 19)) / 1_000_000n);
    if (text.length < 9) return null;
  } else {
    const spaced = text.trim().replace(' ', 'T');
    ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(spaced) ? spaced : `${spaced}Z`);
  }
  return Number.isNaN(ms) || new Date(ms).getUTCFullYear() <= 1970 ? null : ms;
};

/** Series → value; the key is the name and the labels sorted by name, those that are empty left out. */
export const keyOf = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name} ${JSON.stringify(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )}`;

export const expectedSeries = (truth: Truth, tower: string, now: number, maxAlerts = 1000): Map<string, number> => {
  const series = new Map<string, number>();
  const put = (name: string, labels: Record<string, string>, value: number | null): void => {
    if (value !== null) series.set(keyOf(`cloudtower_${name}`, { tower, ...labels }), value);
  };
  const set = (
    name: string,
    labels: Record<string, string>,
    label: string,
    all: readonly string[],
    is: string,
  ): void => {
    for (const value of all) put(name, { ...labels, [label]: value }, value === is ? 1 : 0);
  };
  const share = (part: number | null, whole: number | null): number | null =>
    part === null || whole === null || whole === 0 ? null : part / whole;
  const clusterById = new Map(truth.clusters.map((cluster) => [str(cluster, 'id'), cluster]));
  const labelsOf = (cluster: Raw | null): Record<string, string> => {
    const id = cluster === null ? '' : str(cluster, 'id');
    return { cluster_id: id, cluster_name: str(clusterById.get(id) ?? cluster, 'name') };
  };
  const hostById = new Map(truth.hosts.map((host) => [str(host, 'id'), host]));

  for (const cluster of truth.clusters) {
    const l = labelsOf(cluster);
    const id = str(cluster, 'id');
    const own = truth.hosts.filter((host) => str(obj(host, 'cluster'), 'id') === id);
    const info = ['type', 'hypervisor', 'version', 'architecture', 'software_edition', 'license_type'];
    put('cluster_info', { ...l, ...Object.fromEntries(info.map((key) => [key, str(cluster, key)])) }, 1);
    const state = str(cluster, 'connect_state');
    const states = ['connected', 'connected_error', 'disconnected', 'initializing', 'removing', 'unknown'];
    const known = state === state.toUpperCase() && states.includes(state.toLowerCase()) && state !== 'UNKNOWN';
    set('cluster_connect_state', l, 'state', states, known ? state.toLowerCase() : 'unknown');
    put('cluster_abnormal', l, ['DISCONNECTED', 'REMOVING', 'CONNECTED_ERROR'].includes(state) ? 1 : 0);
    const five = Number.parseInt(str(cluster, 'version'), 10) >= 5;
    const boost = cluster['vhost_enabled'] ?? cluster['hypervisor'] === 'ELF';
    put('cluster_mode', { ...l, mode: 'boost' }, five && boost === true ? 1 : 0);
    for (const mode of ['rdma', 'pmem']) {
      const flag = cluster[`${mode}_enabled`];
      if (typeof flag === 'boolean') put('cluster_mode', { ...l, mode }, five && flag ? 1 : 0);
    }
    put('cluster_cpu_cores', l, num(cluster, 'total_cpu_cores'));
    put('cluster_cpu_capacity_hertz', l, num(cluster, 'total_cpu_hz'));
    put('cluster_cpu_used_hertz', l, num(cluster, 'used_cpu_hz'));
    put('cluster_cpu_usage_ratio', l, share(num(cluster, 'used_cpu_hz'), num(cluster, 'total_cpu_hz')));
    const elf = cluster['hypervisor'] === 'ELF';
    const total = elf ? add(own.map((host) => num(host, 'total_memory_bytes'))) : num(cluster, 'total_memory_bytes');
    const used = elf
      ? add(own.flatMap((host) => [num(host, 'running_pause_vm_memory_bytes'), num(host, 'os_memory_bytes')]))
      : num(cluster, 'used_memory_bytes');
    put('cluster_memory_capacity_bytes', l, total);
    put('cluster_memory_used_bytes', l, used);
    put('cluster_memory_usage_ratio', l, share(used, total));
    const [capacity, taken, failed] = ['total_data_capacity', 'used_data_space', 'failure_data_space'].map((key) =>
      num(cluster, key),
    );
    put('cluster_storage_capacity_bytes', l, capacity ?? null);
    put('cluster_storage_used_bytes', l, taken ?? null);
    put('cluster_storage_invalid_bytes', l, failed ?? null);
    if (typeof capacity === 'number' && typeof taken === 'number' && typeof failed === 'number') {
      put('cluster_storage_available_bytes', l, capacity - taken - failed);
    }
    put('cluster_storage_usage_ratio', l, share(taken ?? null, capacity ?? null));
    put('cluster_data_recovery_remaining_bytes', l, num(cluster, 'recover_data_size'));
    put('cluster_data_recovery_bytes_per_second', l, num(cluster, 'recover_speed'));
    put('cluster_data_migration_remaining_bytes', l, num(cluster, 'migration_data_size'));
    put('cluster_data_migration_bytes_per_second', l, num(cluster, 'migration_speed'));
    for (const status of ['running', 'stopped', 'suspended']) {
      put('cluster_vms', { ...l, status }, num(cluster, `${status}_vm_num`));
    }
    put('cluster_provisioned_cpu_cores', l, num(cluster, 'provisioned_cpu_cores'));
    put('cluster_provisioned_memory_bytes', l, num(cluster, 'provisioned_memory_bytes'));
    const expiry = cluster['license_type'] === 'PERPETUAL' ? null : time(str(cluster, 'license_expire_date'));
    put('cluster_license_expiry_timestamp_seconds', l, expiry === null ? null : expiry / 1000);
  }

  const conditions = ['healthy', 'unhealthy', 'error', 'idle', 'removing', 'unknown'];
  const hostCondition = (host: Raw): string => {
    if (host['state'] === 'IDLE') return 'idle';
    if (host['state'] === 'REMOVING') return 'removing';
    if (host['status'] === 'CONNECTED_HEALTHY') return 'healthy';
    if (host['status'] === 'CONNECTED_WARNING') return 'unhealthy';
    if (host['status'] === 'SESSION_EXPIRED' || host['status'] === 'CONNECTED_ERROR') return 'error';
    return 'unknown';
  };
  for (const cluster of truth.clusters) {
    for (const condition of conditions) {
      const count = truth.hosts.filter(
        (host) => str(obj(host, 'cluster'), 'id') === cluster['id'] && hostCondition(host) === condition,
      ).length;
      put('cluster_hosts', { ...labelsOf(cluster), condition }, count);
    }
  }
  for (const host of truth.hosts) {
    const ref = obj(host, 'cluster');
    const alike = truth.hosts.filter(
      (other) => str(obj(other, 'cluster'), 'id') === str(ref, 'id') && hostCondition(other) === hostCondition(host),
    );
    put('cluster_hosts', { ...labelsOf(ref), condition: hostCondition(host) }, alike.length);
    const l = { ...labelsOf(obj(host, 'cluster')), host_id: str(host, 'id'), host_name: str(host, 'name') };
    const info = ['management_ip', 'model', 'serial', 'cpu_model', 'os_version'];
    put('host_info', { ...l, ...Object.fromEntries(info.map((key) => [key, str(host, key)])) }, 1);
    set('host_condition', l, 'condition', conditions, hostCondition(host));
    put('host_cpu_cores', l, num(host, 'total_cpu_cores'));
    put('host_cpu_capacity_hertz', l, num(host, 'total_cpu_hz'));
    put('host_cpu_used_hertz', l, num(host, 'used_cpu_hz'));
    put('host_cpu_usage_ratio', l, share(num(host, 'used_cpu_hz'), num(host, 'total_cpu_hz')));
    const hypervisor = clusterById.get(str(obj(host, 'cluster'), 'id'))?.['hypervisor'];
    const used =
      hypervisor === 'ELF'
        ? add([num(host, 'running_pause_vm_memory_bytes'), num(host, 'os_memory_bytes')])
        : num(host, 'used_memory_bytes');
    put('host_memory_capacity_bytes', l, num(host, 'total_memory_bytes'));
    put('host_memory_used_bytes', l, used);
    put('host_memory_usage_ratio', l, share(used, num(host, 'total_memory_bytes')));
    put('host_storage_capacity_bytes', l, num(host, 'total_data_capacity'));
    put('host_storage_used_bytes', l, num(host, 'used_data_space'));
    put('host_storage_invalid_bytes', l, num(host, 'failure_data_space'));
    for (const status of ['running', 'stopped', 'suspended']) {
      put('host_vms', { ...l, status }, num(host, `${status}_vm_num`));
    }
    for (const [sensor, value] of list(host, 'cpu_temperature_celsius').entries()) {
      if (typeof value === 'number') put('host_cpu_temperature_celsius', { ...l, sensor: String(sensor) }, value);
    }
  }

  const diskCondition = (disk: Raw): string => {
    const bad = ['UNHEALTHY', 'SUBHEALTHY', 'SMART_FAILED', 'SOFTWARE_RAID_FAILURE'];
    if (bad.includes(str(disk, 'health_status'))) return 'error';
    return ['UNMOUNTED', 'PARTIAL_MOUNTED', 'ISOLATED'].includes(str(disk, 'usage_status')) ? 'warning' : 'healthy';
  };
  const diskType = (disk: Raw): string => {
    if (disk['type'] === 'HDD') return 'hdd';
    if (disk['type'] === 'PMem') return 'pmem';
    return ['SSD', 'SATA_OR_SAS_SSD', 'NVMe_SSD'].includes(str(disk, 'type')) ? 'ssd' : 'unknown';
  };
  const diskCounts = new Map<string, { labels: Record<string, string>; count: number }>();
  const countDisk = (labels: Record<string, string>, by: number): void => {
    const entry = diskCounts.get(JSON.stringify(labels)) ?? { labels, count: 0 };
    entry.count += by;
    diskCounts.set(JSON.stringify(labels), entry);
  };
  for (const cluster of truth.clusters) {
    for (const type of ['ssd', 'hdd', 'pmem']) {
      for (const condition of ['healthy', 'warning', 'error']) {
        countDisk({ ...labelsOf(cluster), type, condition }, 0);
      }
    }
  }
  for (const disk of truth.disks) {
    const ref = obj(disk, 'host');
    const host = hostById.get(str(ref, 'id'));
    const c = labelsOf(host === undefined ? null : obj(host, 'cluster'));
    const l = {
      ...c,
      host_id: str(ref, 'id'),
      host_name: str(host ?? ref, 'name'),
      disk_id: str(disk, 'id'),
      disk_name: str(disk, 'name'),
    };
    const info = ['type', 'model', 'serial', 'firmware', 'usage', 'function'];
    put('disk_info', { ...l, ...Object.fromEntries(info.map((key) => [key, str(disk, key)])) }, 1);
    set('disk_condition', l, 'condition', ['healthy', 'warning', 'error'], diskCondition(disk));
    put('disk_size_bytes', l, num(disk, 'size'));
    const life = num(disk, 'remaining_life_percent');
    put('disk_remaining_life_ratio', l, life === null ? null : life / 100);
    countDisk({ ...c, type: diskType(disk), condition: diskCondition(disk) }, 1);
  }
  for (const { labels, count } of diskCounts.values()) put('cluster_disks', labels, count);

  const severityOf = (alert: Raw): string => {
    const severity = str(alert, 'severity');
    return ['CRITICAL', 'NOTICE', 'INFO'].includes(severity) ? severity.toLowerCase() : 'unknown';
  };
  const open = truth.alerts.filter((alert) => alert['ended'] === false);
  for (const cluster of truth.clusters) {
    for (const severity of ['critical', 'notice', 'info']) put('alerts', { ...labelsOf(cluster), severity }, 0);
  }
  for (const alert of open) {
    const c = labelsOf(obj(alert, 'cluster'));
    const severity = severityOf(alert);
    const alike = open.filter(
      (other) =>
        str(obj(other, 'cluster'), 'id') === str(obj(alert, 'cluster'), 'id') && severityOf(other) === severity,
    );
    put('alerts', { ...c, severity }, alike.length);
  }
  const startOf = (alert: Raw): number | null => {
    for (const key of ['local_start_time', 'local_create_time', 'create_time']) {
      const ms = time(str(alert, key));
      if (ms !== null && ms <= now) return ms;
    }
    return null;
  };
  const shown = open
    .filter((alert) => startOf(alert) !== null)
    .sort((a, b) => (startOf(b) ?? 0) - (startOf(a) ?? 0) || (str(a, 'id') < str(b, 'id') ? -1 : 1))
    .slice(0, maxAlerts);
  for (const alert of shown) {
    const rule = truth.alertRules.find((row) => row['id'] === str(obj(alert, 'alert_rule'), 'id'));
    const labels = {
      ...labelsOf(obj(alert, 'cluster')),
      alert_id: str(alert, 'id'),
      severity: severityOf(alert),
      rule: rule === undefined ? '' : str(obj(rule, 'global_alert_rule'), 'name'),
      host_name: str(obj(alert, 'host'), 'name'),
      disk_name: str(obj(alert, 'disk'), 'name'),
    };
    put('alert_start_timestamp_seconds', labels, (startOf(alert) ?? 0) / 1000);
  }
  put('alerts_not_shown', {}, Math.max(0, open.length - maxAlerts));

  const global = obj(truth.globalSettings[0] ?? {}, 'vm_recycle_bin');
  const bins = new Map<string, Raw | null>(truth.clusters.map((cluster) => [str(cluster, 'id'), cluster]));
  const recycled = truth.vms.filter((vm) => vm['in_recycle_bin'] === true);
  for (const vm of recycled) {
    const ref = obj(vm, 'cluster');
    if (!bins.has(str(ref, 'id'))) bins.set(str(ref, 'id'), ref);
  }
  for (const [id, cluster] of bins) {
    const l = labelsOf(cluster);
    const settings = truth.clusterSettings.find((row) => str(obj(row, 'cluster'), 'id') === id);
    const policy = (settings === undefined ? null : obj(settings, 'vm_recycle_bin')) ?? global;
    const retain = num(policy, 'retain');
    const inside = recycled.filter((vm) => str(obj(vm, 'cluster'), 'id') === id);
    const size = (vms: readonly Raw[]): number | null => (vms.length === 0 ? 0 : add(vms.map((vm) => num(vm, 'size'))));
    put('recycle_bin_vms', l, inside.length);
    put('recycle_bin_bytes', l, size(inside));
    const left = (vm: Raw): number => {
      const deleted = time(str(vm, 'deleted_at'));
      return deleted === null || retain === null ? Infinity : retain - Math.floor((now - deleted) / DAY);
    };
    put('recycle_bin_release_bytes', { ...l, window: 'today' }, size(inside.filter((vm) => left(vm) <= 1)));
    const week = inside.filter((vm) => left(vm) > 1 && left(vm) <= 7);
    put('recycle_bin_release_bytes', { ...l, window: '7d' }, size(week));
    if (id === '') continue;
    put('recycle_bin_retention_days', l, retain);
    const enabled = policy?.['enabled'];
    put('recycle_bin_enabled', l, typeof enabled === 'boolean' ? Number(enabled) : null);
  }

  for (const vm of truth.vms) {
    const l = { ...labelsOf(obj(vm, 'cluster')), vm_id: str(vm, 'id'), vm_name: str(vm, 'name') };
    const host = obj(vm, 'host');
    const info = {
      host_id: str(host, 'id'),
      host_name: str(host, 'name'),
      guest_os_type: str(vm, 'guest_os_type'),
      ha: typeof vm['ha'] === 'boolean' ? String(vm['ha']) : '',
      vm_tools_status: str(vm, 'vm_tools_status'),
    };
    put('vm_info', { ...l, ...info }, 1);
    const statuses = ['running', 'stopped', 'suspended', 'deleted', 'unknown'];
    const status = str(vm, 'status').toLowerCase();
    set('vm_status', l, 'status', statuses, statuses.includes(status) ? status : 'unknown');
    put('vm_cpu_cores', l, num(vm, 'vcpu'));
    put('vm_memory_bytes', l, num(vm, 'memory'));
    for (const usage of ['cpu_usage', 'memory_usage']) {
      const percent = num(vm, usage);
      put(`vm_${usage}_ratio`, l, percent === null ? null : percent / 100);
    }
    put('vm_storage_provisioned_bytes', l, num(vm, 'provisioned_size'));
    put('vm_storage_used_bytes', l, num(vm, 'used_size'));
    put('vm_storage_unique_bytes', l, num(vm, 'unique_size'));
    put('vm_storage_guest_used_bytes', l, num(vm, 'guest_used_size'));
  }

  put('info', { version: str(truth.deploys[0], 'version') }, 1);
  for (const license of truth.licenses) {
    const expiry = license['type'] === 'PERPETUAL' ? null : time(str(license, 'expire_date'));
    const labels = { license_type: str(license, 'type'), software_edition: str(license, 'software_edition') };
    put('license_expiry_timestamp_seconds', labels, expiry === null ? null : expiry / 1000);
  }
  for (const datacenter of truth.datacenters) {
    for (const cluster of list(datacenter, 'clusters').filter(isRaw)) {
      const labels = {
        datacenter_id: str(datacenter, 'id'),
        datacenter_name: str(datacenter, 'name'),
        cluster_id: str(cluster, 'id'),
        cluster_name: str(cluster, 'name'),
      };
      put('datacenter_cluster', labels, 1);
    }
  }
  return series;
};
