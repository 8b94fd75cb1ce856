import { columnsIn, presentIn, resourceNames } from '../schema/resources.ts';
import { userColumns, type UserRow } from '../schema/tower.ts';
import { buildAlerts, buildRules, type BuiltRule } from './alerts.ts';
import { Builder, byId, day, type EstateOptions, GiB, MiB } from './builder.ts';
import { type BuiltCluster, buildClusters } from './clusters.ts';
import { attachDisks, buildDisks } from './disks.ts';
import { type Estate, tableOf } from './estate.ts';
import { buildHosts, type BuiltHost, nestedHost } from './hosts.ts';
import { buildNics } from './nics.ts';
import { makeFresh, prune, settle, sprinkleNulls } from './oddities.ts';
import { rollUpCluster, rollUpHost } from './rollup.ts';
import { buildTasks } from './tasks.ts';
import { buildDatacenters, buildTower } from './tower.ts';
import { buildVms } from './vms.ts';
import { buildZones } from './zones.ts';

export interface GeneratedEstate {
  readonly builder: Builder;
  readonly estate: Estate;
  readonly rules: readonly BuiltRule[];
}

/**
 * Makes an estate from its options. The first clusters, hosts, disks and VMs look as a well-kept site does, and sums are
 * right; odd clusters (see profiles.ts), nulls and rare enum values come in with size.
 */
export const generateEstate = (
  options: EstateOptions,
  user: { readonly username: string; readonly source: string },
  lockout: { readonly failures: number; readonly window: number },
): GeneratedEstate => {
  const builder = new Builder(options);
  const clusters = buildClusters(builder);
  const hosts = buildHosts(builder, clusters);
  const disks = buildDisks(builder, hosts);
  attachDisks(hosts, disks, builder);
  const vms = buildVms(builder, clusters, hosts);
  const nics = buildNics(builder, hosts);
  addUp(builder, clusters, hosts, vms);
  const estate: Estate = {
    clusters: clusters.map(({ row }) => row),
    hosts: hosts.map(({ row }) => row),
    disks,
    vms,
    nics,
    alerts: [],
    alertRules: [],
    globalAlertRules: [],
    clusterSettings: [],
    globalSettings: [],
    deploys: [],
    licenses: [],
    datacenters: [],
    zones: [],
    witnesses: [],
    tasks: [],
    snapshotPlanTasks: [],
    me: userRow(builder, user),
    chinese: new Map(),
  };
  buildDatacenters(builder, clusters, estate);
  buildZones(builder, clusters, hosts, estate);
  buildTower(builder, clusters, estate, lockout);
  const rules = buildRules(builder, estate);
  estate.globalAlertRules.push(...rules.map(({ row }) => row));
  for (const rule of rules) estate.alertRules.push(...rule.local.values());
  buildAlerts(builder, estate, rules);
  buildTasks(builder, estate);
  disturb(builder, clusters);
  for (const name of resourceNames) {
    const table = tableOf(estate, name);
    settle(table, name, options.version);
    sprinkleNulls(table, name, options.version);
    prune(table, columnsIn(name, options.version));
  }
  for (const { row, profile } of clusters) {
    if (profile.connectState === 'INITIALIZING') makeFresh(row, 'cluster', options.version);
  }
  for (const vm of vms) if (vm.entityAsyncStatus === 'CREATING') makeFresh(vm, 'vm', options.version);
  for (const name of resourceNames) byId(tableOf(estate, name));
  prune([estate.me], presentIn(userColumns, options.version));
  return { builder, estate, rules };
};

/** Nested lists and sums, from the VMs up. */
const addUp = (
  builder: Builder,
  clusters: readonly BuiltCluster[],
  hosts: readonly BuiltHost[],
  vms: ReturnType<typeof buildVms>,
): void => {
  const byHost = Map.groupBy(vms, (vm) => vm.host?.id ?? '');
  const byCluster = Map.groupBy(vms, (vm) => vm.cluster?.id ?? '');
  const hostsOf = Map.groupBy(hosts, (host) => host.cluster);
  for (const { row } of hosts) {
    const own = byHost.get(row.id) ?? [];
    row.vms = own.map((vm) => ({ id: vm.id, name: vm.name }));
    rollUpHost(row, own);
  }
  for (const cluster of clusters) {
    const { row, profile } = cluster;
    const own = (hostsOf.get(cluster) ?? []).map((host) => host.row);
    const ownVms = byCluster.get(row.id) ?? [];
    row.hosts = own.map(nestedHost);
    row.vms = ownVms.map((vm) => ({ id: vm.id, name: vm.name }));
    rollUpCluster(row, own, ownVms, profile.storage !== 'none');
    restFigures(builder, cluster);
  }
};

/** Recovery and migration at rest, and what only some clusters do. */
const restFigures = (builder: Builder, { row, profile, ordinal }: BuiltCluster): void => {
  const storage = profile.storage !== 'none';
  row.recover_data_size = storage ? 0 : null;
  row.recover_speed = storage ? 0 : null;
  row.migration_data_size = null;
  row.migration_speed = null;
  if (!storage) return;
  if (ordinal % 7 === 4) {
    const random = builder.random.fork(`recovery ${ordinal}`);
    row.recover_data_size = random.int(50, 900) * GiB;
    row.recover_speed = random.int(40, 400) * MiB;
  }
  if (ordinal % 7 === 1) {
    row.migration_data_size = 120 * GiB;
    row.migration_speed = 80 * MiB;
  }
  row.data_reduction_ratio = 1.4;
  row.overall_efficiency = 1.9;
  row.data_reduction_saving = Math.floor((row.used_data_space ?? 0) * 0.4);
};

/** A cluster that cannot be reached lags behind; one that is being taken in says little. */
const disturb = (builder: Builder, clusters: readonly BuiltCluster[]): void => {
  for (const { row, profile, ordinal } of clusters) {
    if (profile.connectState !== 'DISCONNECTED') continue;
    const random = builder.random.fork(`stale ${ordinal}`);
    row.used_cpu_hz = (row.used_cpu_hz ?? 0) * random.float(0.5, 0.9);
    row.used_memory_bytes = (row.used_memory_bytes ?? 0) * random.float(0.5, 0.9);
  }
};

const userRow = (builder: Builder, user: { readonly username: string; readonly source: string }): UserRow => ({
  id: builder.id(builder.random.fork('user'), 500 * day),
  name: user.username,
  username: user.username,
  display_username: user.username,
  source: user.source,
  role: 'READ_ONLY',
  roles: [],
  internal: false,
  auth_config_id: null,
  email_address: null,
  ldap_dn: null,
  mobile_phone: null,
  password_expired: false,
  password_recover_qa: null,
  password_updated_at: null,
});
