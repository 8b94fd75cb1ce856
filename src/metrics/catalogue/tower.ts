import { clusterLabels, gaugesOf, towerLabels } from './declare.ts';

const tower = gaugesOf('tower', 'get-deploys');
const alert = gaugesOf('alerts', 'get-alerts');
const bin = gaugesOf('recycle_bin', 'get-vms');
const settings = 'get-cluster-settingses, get-global-settingses';

/** Families of the `tower` collector. */
export const towerFamilies = {
  info: tower(
    'cloudtower_info',
    [...towerLabels, 'version'],
    'Always 1; the CloudTower release, an empty label when it is not known',
    'version',
  ),
  licenseExpiry: tower(
    'cloudtower_license_expiry_timestamp_seconds',
    [...towerLabels, 'license_type', 'software_edition'],
    "When CloudTower's own licence ends, in seconds since the epoch; absent when it is perpetual",
    'expire_date, type, software_edition',
    'get-licenses',
  ),
  datacenterCluster: tower(
    'cloudtower_datacenter_cluster',
    [...towerLabels, 'datacenter_id', 'datacenter_name', 'cluster_id', 'cluster_name'],
    'Always 1; the cluster belongs to the datacenter',
    'clusters',
    'get-datacenters',
  ),
} as const;

/** Families of the `alerts` collector. */
export const alertFamilies = {
  count: alert(
    'cloudtower_alerts',
    [...clusterLabels, 'severity'],
    'Unresolved alerts by severity; those without a cluster under an empty cluster_id',
    'severity, ended, cluster',
  ),
  start: alert(
    'cloudtower_alert_start_timestamp_seconds',
    [...clusterLabels, 'alert_id', 'severity', 'rule', 'host_name', 'disk_name'],
    'When the unresolved alert began, in seconds since the epoch; the newest alerts up to the limit max_series',
    'local_start_time, else local_create_time, create_time',
  ),
  notShown: alert(
    'cloudtower_alerts_not_shown',
    towerLabels,
    'Unresolved alerts beyond the limit max_series, which have no cloudtower_alert_start_timestamp_seconds',
    'number of rows',
  ),
} as const;

/** Families of the `recycle_bin` collector. */
export const recycleBinFamilies = {
  vms: bin('cloudtower_recycle_bin_vms', clusterLabels, 'VMs in the recycle bin', 'in_recycle_bin'),
  bytes: bin(
    'cloudtower_recycle_bin_bytes',
    clusterLabels,
    'Space in bytes that comes free when the recycle bin is emptied',
    'size',
  ),
  release: bin(
    'cloudtower_recycle_bin_release_bytes',
    [...clusterLabels, 'window'],
    'Space in bytes that the recycle bin sets free within a day (today) or after that within 7 days (7d)',
    'size, deleted_at and the retention',
  ),
  retention: bin(
    'cloudtower_recycle_bin_retention_days',
    clusterLabels,
    'Days that a VM stays in the recycle bin',
    'vm_recycle_bin.retain',
    settings,
  ),
  enabled: bin(
    'cloudtower_recycle_bin_enabled',
    clusterLabels,
    '1 when deleted VMs go to the recycle bin, 0 when they do not',
    'vm_recycle_bin.enabled',
    settings,
  ),
} as const;
