import { recycleBinOf, refOf, refsOf, textOf } from '../fields.ts';
import type { ClusterSettings, Datacenter, Deploy, GlobalSettings, License } from '../resources.ts';
import type { Resource } from '../reader.ts';
import { resource } from './resource.ts';

/** A cluster's settings: its own recycle bin policy, if any. */
export const clusterSettings: Resource<ClusterSettings> = resource(
  'get-cluster-settingses',
  ['cluster', 'vm_recycle_bin'],
  (id, row) => ({
    id,
    cluster: refOf(row['cluster']),
    vm_recycle_bin: recycleBinOf(row['vm_recycle_bin']),
  }),
);

/** The tower's settings: the recycle bin policy of clusters without one. */
export const globalSettings: Resource<GlobalSettings> = resource(
  'get-global-settingses',
  ['vm_recycle_bin'],
  (id, row) => ({
    id,
    vm_recycle_bin: recycleBinOf(row['vm_recycle_bin']),
  }),
);

/** The deployed CloudTower: its version. */
export const deploys: Resource<Deploy> = resource('get-deploys', ['version'], (id, row) => ({
  id,
  version: textOf(row['version']),
}));

/** CloudTower's own licence. */
export const licenses: Resource<License> = resource(
  'get-licenses',
  ['type', 'software_edition', 'expire_date'],
  (id, row) => ({
    id,
    type: textOf(row['type']),
    software_edition: textOf(row['software_edition']),
    expire_date: textOf(row['expire_date']),
  }),
);

/** Datacenters with their clusters. */
export const datacenters: Resource<Datacenter> = resource('get-datacenters', ['name', 'clusters'], (id, row) => ({
  id,
  name: textOf(row['name']) ?? id,
  clusters: refsOf(row['clusters']),
}));
