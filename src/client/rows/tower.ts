import { recycleBinOf, refOf, refsOf, textOf } from '../fields.ts';
import type { ClusterSettings, Datacenter, Deploy, GlobalSettings, License } from '../resources.ts';
import { resource } from './resource.ts';

/** A cluster's settings: its own recycle bin policy, if any. */
export const clusterSettings = resource<ClusterSettings>('get-cluster-settingses', (id, row) => ({
  id,
  cluster: refOf(row['cluster']),
  vm_recycle_bin: recycleBinOf(row['vm_recycle_bin']),
}));

/** The tower's settings: the recycle bin policy of clusters without one. */
export const globalSettings = resource<GlobalSettings>('get-global-settingses', (id, row) => ({
  id,
  vm_recycle_bin: recycleBinOf(row['vm_recycle_bin']),
}));

/** The deployed CloudTower: its version. */
export const deploys = resource<Deploy>('get-deploys', (id, row) => ({
  id,
  version: textOf(row['version']),
}));

/** CloudTower's own licence. */
export const licenses = resource<License>('get-licenses', (id, row) => ({
  id,
  type: textOf(row['type']),
  software_edition: textOf(row['software_edition']),
  expire_date: textOf(row['expire_date']),
}));

/** Datacenters with their clusters. */
export const datacenters = resource<Datacenter>('get-datacenters', (id, row) => ({
  id,
  name: textOf(row['name']) ?? id,
  clusters: refsOf(row['clusters']),
}));
