import type { InventoryView } from '../collectors/inventory.ts';
import type { InventoryRows, ResourceName } from '../collectors/resources.ts';
import type { Vm } from '../client/resources.ts';

type Rows<K extends ResourceName> = readonly InventoryRows[K][] | null;

/** The objects of one tower as they were read last; null: never read (not yet, or it failed every time). */
export interface TowerObjects {
  readonly tower: string;
  readonly clusters: Rows<'clusters'>;
  readonly hosts: Rows<'hosts'>;
  readonly disks: Rows<'disks'>;
  /** Unresolved ones. */
  readonly alerts: Rows<'alerts'>;
  readonly clusterSettings: Rows<'clusterSettings'>;
  readonly globalSettings: Rows<'globalSettings'>;
  readonly deploys: Rows<'deploys'>;
  readonly licenses: Rows<'licenses'>;
  readonly datacenters: Rows<'datacenters'>;
  /** VMs in the recycle bin. */
  readonly recycledVms: readonly Vm[] | null;
  /** Minutes east of UTC for times without an offset. */
  readonly assumeOffsetMinutes: number;
}

/** Takes the latest rows of a tower. */
export const objectsOf = (tower: string, inventory: InventoryView, assumeOffsetMinutes = 0): TowerObjects => {
  const rows = <K extends ResourceName>(name: K): Rows<K> => inventory.latest(name)?.rows ?? null;
  return {
    tower,
    assumeOffsetMinutes,
    clusters: rows('clusters'),
    hosts: rows('hosts'),
    disks: rows('disks'),
    alerts: rows('alerts'),
    clusterSettings: rows('clusterSettings'),
    globalSettings: rows('globalSettings'),
    deploys: rows('deploys'),
    licenses: rows('licenses'),
    datacenters: rows('datacenters'),
    recycledVms: recycledVms(inventory),
  };
};

/** Of all VMs where those are read too, and newer. */
const recycledVms = (inventory: InventoryView): readonly Vm[] | null => {
  const [all, bin] = [inventory.latest('vms'), inventory.latest('recycledVms')];
  if (all !== null && (bin === null || all.startedAt >= bin.startedAt))
    return all.rows.filter((vm) => vm.in_recycle_bin === true);
  return bin === null ? null : bin.rows.filter((vm) => vm.in_recycle_bin !== false);
};
