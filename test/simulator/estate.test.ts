import { describe, expect, test } from 'vitest';
import type { EstateOptions } from '../../src/simulator/estate/builder.ts';
import { type Estate, tableOf } from '../../src/simulator/estate/estate.ts';
import { generateEstate } from '../../src/simulator/estate/generate.ts';
import { compareText } from '../../src/simulator/query/compare.ts';
import { enumValues } from '../../src/simulator/schema/enums.ts';
import { columnsIn, type ResourceName, resourceNames } from '../../src/simulator/schema/resources.ts';
import { versions } from '../../src/simulator/versions.ts';

const start = Date.parse('2026-05-05T05:05:05.005Z');
const base: EstateOptions = {
  seed: 1,
  version: '4.8.0',
  clusters: 5,
  hosts: 4,
  disks: 12,
  vms: 200,
  alerts: 20,
  start,
};

const generate = (options: Partial<EstateOptions> = {}): Estate =>
  generateEstate({ ...base, ...options }, { username: 'monitor', source: 'LOCAL' }, { failures: 0, window: 0 }).estate;

const large = (version: EstateOptions['version']): Estate =>
  generate({ version, clusters: 56, hosts: 12, disks: 6, vms: 2200, alerts: 400 });

const sum = <T>(rows: readonly T[], value: (row: T) => number | null | undefined): number =>
  rows.reduce((total, row) => total + (value(row) ?? 0), 0);

test('the same seed gives the same estate, another one another', () => {
  expect(generate()).toEqual(generate());
  expect(generate({ seed: 2 }).vms).not.toEqual(generate().vms);
});

test('one more disk a host leaves the VMs as they are', () => {
  expect(generate({ disks: 13 }).vms).toEqual(generate().vms);
});

test('is as large as asked for', () => {
  const estate = generate({ clusters: 7, hosts: 3, disks: 5, vms: 60, alerts: 11 });
  expect([estate.clusters, estate.hosts, estate.disks, estate.vms].map((rows) => rows.length)).toEqual([
    7, 21, 105, 60,
  ]);
  expect(estate.alerts.filter((alert) => !alert.ended)).toHaveLength(11);
  expect(estate.alerts.filter((alert) => alert.ended)).toHaveLength(5);
});

test.each([
  { clusters: 0, hosts: 0, disks: 0, vms: 10, alerts: 5 },
  { clusters: 1, hosts: 0, disks: 0, vms: 3, alerts: 2 },
  { clusters: 1, hosts: 1, disks: 0, vms: 0, alerts: 0 },
])('nothing breaks when there is nothing: %j', (options) => {
  const estate = generate(options);
  expect(estate.clusters).toHaveLength(options.clusters);
});

test('ids are CUIDs, unique and in order; local ids are UUIDs', () => {
  const estate = generate();
  for (const name of resourceNames.filter((one) => one !== 'deploy')) {
    const ids = tableOf(estate, name).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort(compareText));
    for (const id of ids) expect(id).toMatch(/^c[0-9a-z]{24}$/);
  }
  for (const { local_id: local } of estate.vms) {
    expect(local).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  expect(estate.deploys[0]?.id).toMatch(/-/);
});

describe('a small estate looks like a real one', () => {
  const estate = generate();

  test('clusters are the sums of their hosts and VMs', () => {
    for (const cluster of estate.clusters) {
      const hosts = estate.hosts.filter((host) => host.cluster.id === cluster.id);
      const vms = estate.vms.filter((vm) => vm.cluster?.id === cluster.id);
      expect(cluster.total_cpu_cores).toBe(sum(hosts, (host) => host.total_cpu_cores));
      expect(cluster.total_memory_bytes).toBe(sum(hosts, (host) => host.total_memory_bytes));
      expect(cluster.total_data_capacity).toBe(sum(hosts, (host) => host.total_data_capacity));
      expect(cluster.used_data_space).toBe(sum(hosts, (host) => host.used_data_space));
      expect(cluster.vm_num).toBe(vms.length);
      expect(cluster.vms?.map(({ id }) => id).sort(compareText)).toEqual(vms.map(({ id }) => id));
      expect(cluster.hosts?.map(({ id }) => id).sort(compareText)).toEqual(hosts.map(({ id }) => id));
    }
  });

  test('hosts hold their disks and VMs and have room for what they use', () => {
    for (const host of estate.hosts) {
      const disks = estate.disks.filter((disk) => disk.host.id === host.id);
      expect(host.disks).toHaveLength(disks.length);
      expect(host.hdd_disk_count + host.ssd_disk_count + host.pmem_disk_count).toBe(disks.length);
      expect(host.running_vm_num).toBe(
        estate.vms.filter((vm) => vm.host?.id === host.id && vm.status === 'RUNNING').length,
      );
      expect(host.used_data_space + host.failure_data_space).toBeLessThanOrEqual(host.total_data_capacity);
      expect(host.used_memory_bytes).toBeLessThanOrEqual(host.total_memory_bytes);
    }
  });

  test('most things are well', () => {
    const share = <T>(rows: readonly T[], well: (row: T) => boolean): number => rows.filter(well).length / rows.length;
    expect(share(estate.clusters, (cluster) => cluster.connect_state === 'CONNECTED')).toBe(1);
    expect(share(estate.hosts, (host) => host.status === 'CONNECTED_HEALTHY')).toBeGreaterThan(0.8);
    expect(share(estate.disks, (disk) => disk.health_status === 'HEALTHY')).toBeGreaterThan(0.9);
    expect(share(estate.vms, (vm) => vm.status === 'RUNNING')).toBeGreaterThan(0.6);
  });

  test('rows are as long as real ones', () => {
    const mean = (rows: readonly unknown[]): number => sum(rows, (row) => JSON.stringify(row).length) / rows.length;
    expect(mean(estate.vms)).toBeGreaterThan(3000);
    expect(mean(estate.vms)).toBeLessThan(4500);
  });

  test('what the recycle bin holds says when and under which name it went in', () => {
    const binned = estate.vms.filter((vm) => vm.in_recycle_bin);
    expect(binned.length).toBeGreaterThan(3);
    for (const vm of binned) {
      expect(vm.name).toContain(`in-recycle-bin-${vm.original_name}`);
      const cluster = estate.clusters.find(({ id }) => id === vm.cluster?.id);
      expect(cluster?.hypervisor).toBe('ELF');
    }
    const ages = binned.map((vm) => (start - Date.parse(vm.deleted_at ?? '')) / 86_400_000);
    expect(ages.some((age) => age > 30)).toBe(true);
    expect(ages.some((age) => age < 1)).toBe(true);
  });
});

/** Enum values that a table does not hold although the version has them. */
const missingValues = (estate: Estate, name: ResourceName, version: EstateOptions['version']): readonly string[] =>
  Object.entries(columnsIn(name, version)).flatMap(([column, { values }]) => {
    if (values === null) return [];
    const found = new Set(tableOf(estate, name).map((row) => row[column]));
    return enumValues(values, version).flatMap((value) => (found.has(value) ? [] : [`${column}=${value}`]));
  });

describe.each(versions)('a large estate of %s', (version) => {
  const estate = large(version);

  test('has every value of every enum somewhere', () => {
    const watched = ['cluster', 'host', 'disk', 'vm', 'nic', 'globalAlertRule', 'task', 'snapshotPlanTask'] as const;
    expect(watched.flatMap((name) => missingValues(estate, name, version).map((value) => `${name}.${value}`))).toEqual(
      [],
    );
  });

  test('holds no value and no column that the version does not have', () => {
    const strange = resourceNames.flatMap((name) => {
      const columns = columnsIn(name, version);
      const known = new Map(
        Object.entries(columns).map(([key, { values }]) => [key, values === null ? null : enumValues(values, version)]),
      );
      return tableOf(estate, name).flatMap((row) =>
        Object.entries(row).flatMap(([key, value]) => {
          const values = known.get(key);
          if (key === 'id' || values === null) return [];
          if (values !== undefined && (value === null || values.includes(String(value)))) return [];
          return [`${name}.${key}=${String(value)}`];
        }),
      );
    });
    expect(strange).toEqual([]);
  });

  test('has a null in every column that may be null', () => {
    const missing = (['cluster', 'host', 'disk', 'vm', 'alert'] as const).flatMap((name) =>
      Object.entries(columnsIn(name, version)).flatMap(([column, definition]) => {
        const allowed = definition.nullable && (definition.nullableSince === null || version !== '2.8.0');
        const found = tableOf(estate, name).some((row) => row[column] === null);
        return allowed && !found ? [`${name}.${column}`] : [];
      }),
    );
    expect(missing).toEqual([]);
  });

  test('has clusters of every type, and those that say little', () => {
    const kinds = new Set(estate.clusters.map(({ type, hypervisor }) => `${type} ${hypervisor}`));
    for (const kind of ['SMTX_OS ELF', 'SMTX_OS VMWARE', 'SMTX_OS XENSERVER', 'SMTX_ZBS null', 'BLUESHARK BLUESHARK']) {
      expect(kinds).toContain(kind);
    }
    expect(kinds.has('SMTX_ELF ELF')).toBe(enumValues('ClusterType', version).includes('SMTX_ELF'));
    const fresh = estate.clusters.find(({ connect_state: state }) => state === 'INITIALIZING');
    expect(fresh).toBeDefined();
    expect(Object.hasOwn(fresh ?? {}, 'total_cpu_hz')).toBe(false);
    expect(estate.clusters.some((cluster) => (cluster.total_data_capacity ?? 0) > 2 ** 53)).toBe(true);
    expect(estate.clusters.some((cluster) => cluster.total_cpu_hz === 0)).toBe(true);
    expect(estate.clusters.some((cluster) => cluster.maintenance_start_date === '1970-01-01T00:00:00.000Z')).toBe(true);
    expect(estate.hosts.some((host) => !Number.isInteger(host.used_memory_bytes ?? 0))).toBe(true);
  });

  test('has alerts in every odd form', () => {
    const times = estate.alerts.map((alert) => alert.local_start_time);
    expect(times.filter((time) => /^\d{4}-.*\.\d{3}Z$/.test(time)).length / times.length).toBeGreaterThan(0.8);
    for (const form of [/^\d{10}$/, /^\d{13}$/, /^\d{16}$/, /^\d{19}$/, /\+08:00$/, /^\S+ \S+$/]) {
      expect(
        times.some((time) => form.test(time)),
        String(form),
      ).toBe(true);
    }
    const known = new Set(['CRITICAL', 'NOTICE', 'INFO']);
    expect(estate.alerts.some(({ severity }) => !known.has(severity))).toBe(true);
    expect(estate.alerts.some(({ cluster }) => cluster === null)).toBe(version !== '2.8.0');
    const ends = new Set(estate.alerts.filter(({ ended }) => !ended).map((alert) => alert.local_end_time));
    for (const end of ['', '0', '-1']) expect(ends).toContain(end);
    const rules = new Set(estate.alertRules.map(({ id }) => id));
    for (const { alert_rule: rule } of estate.alerts) if (rule) expect(rules).toContain(rule.id);
  });
});
