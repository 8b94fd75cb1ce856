import type { RecycleBinPolicy } from '../schema/column.ts';
import { type Builder, byId, day, epochDate, iso } from './builder.ts';
import type { BuiltCluster } from './clusters.ts';
import type { Estate } from './estate.ts';
import { rollUpDatacenter } from './rollup.ts';

const city = ['Shanghai', '北京 A 区', 'Edge', 'empty "site"'] as const;

/** Datacenters: clusters are dealt out to the first three, a few stay outside, the last one is empty. */
export const buildDatacenters = (builder: Builder, clusters: readonly BuiltCluster[], estate: Estate): void => {
  const organization = { id: builder.id(builder.random.fork('organization'), 900 * day), name: 'Example Org' };
  for (const [index, name] of city.entries()) {
    const random = builder.random.fork(`datacenter ${index}`);
    const members = clusters.filter(({ ordinal }) => ordinal % 4 === index && index < 3 && ordinal % 8 !== 7);
    const row = {
      id: builder.id(random, 900 * day),
      name,
      organization,
      labels: [],
      clusters: members.map((member) => ({ id: member.row.id, name: member.row.name })),
    };
    for (const member of members) member.row.datacenters = [{ id: row.id, name }];
    rollUpDatacenter(
      row,
      members.map((member) => member.row),
    );
    estate.datacenters.push(row);
  }
  for (const { row } of clusters) row.datacenters ??= [];
  byId(estate.datacenters);
};

/** What clusters say of their recycle bin, in turn; null: the global policy holds. */
const overrides: readonly (RecycleBinPolicy | null)[] = [
  null,
  { enabled: true, retain: 7 },
  { enabled: false, retain: 30 },
  null,
  { enabled: true, retain: 0 },
  { enabled: true, retain: 90 },
];

const buildClusterSettings = (builder: Builder, clusters: readonly BuiltCluster[], estate: Estate): void => {
  for (const { row, ordinal } of clusters) {
    const random = builder.random.fork(`settings ${ordinal}`);
    const override = overrides[ordinal % overrides.length] ?? null;
    const settings = {
      id: builder.id(random, 300 * day),
      cluster: { id: row.id, name: row.name },
      default_ha: ordinal % 4 !== 3,
      enabled_iscsi: ordinal % 3 === 0,
      default_storage_policy: builder.mostly('StoragePolicy', ordinal, 2),
      default_storage_policy_replica_num: 2,
      default_storage_policy_thin_provision: true,
      default_storage_policy_ec_k: null,
      default_storage_policy_ec_m: null,
      default_storage_policy_stripe_num: 4,
      vm_recycle_bin: override === null ? null : { ...override },
    };
    row.settings = { id: settings.id };
    estate.clusterSettings.push(settings);
  }
  byId(estate.clusterSettings);
};

/** Settings, release, licence: one row each, apart from the clusters' settings. */
export const buildTower = (
  builder: Builder,
  clusters: readonly BuiltCluster[],
  estate: Estate,
  lockout: { readonly failures: number; readonly window: number },
): void => {
  const random = builder.random.fork('tower');
  const { start, version } = builder.options;
  buildClusterSettings(builder, clusters, estate);
  estate.globalSettings.push({
    id: builder.id(random, 900 * day),
    vm_recycle_bin: { enabled: true, retain: 30 },
    auth: {
      access_mode: 'NONE',
      access_list: null,
      enable_single_session_login: false,
      login_miss_num_threshold: lockout.failures,
      login_miss_time_threshold: lockout.window,
      password_complexity: 'LOW',
      password_expire_days: 0,
      session_max_age: 0,
    },
  });
  const license = {
    id: builder.id(random, 900 * day),
    license_serial: builder.uuid(random),
    sign_date: iso(start - 200 * day),
    expire_date: iso(start + 165 * day),
    maintenance_start_date: epochDate,
    maintenance_end_date: null,
    max_chunk_num: 0,
    max_cluster_num: 0,
    software_edition: builder.value('SoftwareEdition', 'ENTERPRISE'),
    type: builder.value('LicenseType', 'SUBSCRIPTION'),
  };
  estate.licenses.push(license);
  estate.deploys.push({ id: builder.uuid(random), version, license: { id: license.id } });
};
