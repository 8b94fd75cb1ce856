import type { PolledAlert } from '../bridge/poll.ts';
import type {
  Cluster,
  ClusterSettings,
  Datacenter,
  Deploy,
  Disk,
  GlobalSettings,
  Host,
  License,
  Vm,
} from '../client/resources.ts';
import type { CollectorName } from '../metrics/family.ts';

/** What the inventory holds, by name. */
export interface InventoryRows {
  readonly clusters: Cluster;
  readonly hosts: Host;
  readonly disks: Disk;
  /** Unresolved alerts with their rules' names. */
  readonly alerts: PolledAlert;
  /** All VMs, those in the recycle bin included. */
  readonly vms: Vm;
  /** VMs in the recycle bin. */
  readonly recycledVms: Vm;
  readonly clusterSettings: ClusterSettings;
  readonly globalSettings: GlobalSettings;
  readonly deploys: Deploy;
  readonly licenses: License;
  readonly datacenters: Datacenter;
}

export type ResourceName = keyof InventoryRows;

/** Whose interval says how fresh a resource has to be, and whose `stale_after` when it is too old. */
export const owners: Readonly<Record<ResourceName, CollectorName>> = {
  clusters: 'clusters',
  hosts: 'hosts',
  disks: 'disks',
  alerts: 'alerts',
  vms: 'vms',
  recycledVms: 'recycle_bin',
  clusterSettings: 'recycle_bin',
  globalSettings: 'recycle_bin',
  deploys: 'tower',
  licenses: 'tower',
  datacenters: 'tower',
};

const isResourceName = (name: string): name is ResourceName => Object.hasOwn(owners, name);

/** Every resource of the inventory. */
export const resourceNames: readonly ResourceName[] = Object.keys(owners).filter(isResourceName);
