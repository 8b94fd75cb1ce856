import { type AlertItem, alertItems } from './alert-list.ts';
import { type Cpu, cpuOf, memoryOf, type Storage, storageOf, type Use } from './capacity.ts';
import {
  type ClusterInfo,
  clusterInfos,
  migrations,
  type Movement,
  recoveries,
  type TowerInfo,
  towerInfos,
} from './cluster-info.ts';
import { alertCounts, diskCounts, hostCounts, productCounts } from './counts.ts';
import type { TowerObjects } from './objects.ts';
import { type RecycleBin, recycleBinOf } from './recycle-bin.ts';
import { inScope, type Scope } from './scope.ts';

/**
 * The CloudTower dashboard of a scope, in base units: bytes, hertz, bytes per second, ratios 0–1. A part is null when the
 * objects it is made of were never read; CPU and memory also when nothing in scope computes.
 */
export interface Dashboard {
  readonly scope: Scope;
  readonly towers: readonly TowerInfo[];
  readonly clusters: readonly ClusterInfo[];
  readonly alerts: ReturnType<typeof alertCounts>;
  readonly disks: ReturnType<typeof diskCounts>;
  readonly cpu: Cpu | null;
  readonly memory: Use | null;
  readonly storage: Storage | null;
  readonly hosts: ReturnType<typeof hostCounts>;
  readonly products: ReturnType<typeof productCounts>;
  readonly recovery: readonly Movement[];
  readonly migration: readonly Movement[];
  readonly recycleBin: RecycleBin | null;
  /** The worst first. */
  readonly alertList: readonly AlertItem[];
}

/** Works the dashboard out. `now`: milliseconds since the epoch. A scope that holds nothing is an empty dashboard. */
export const createDashboard = (objects: readonly TowerObjects[], scope: Scope, now: number): Dashboard => {
  const towers = inScope(objects, scope);
  const products = productCounts(towers);
  return {
    scope,
    towers: towerInfos(towers),
    clusters: clusterInfos(towers),
    alerts: alertCounts(towers),
    disks: diskCounts(towers),
    cpu: cpuOf(towers),
    memory: memoryOf(towers),
    storage: products === null ? null : storageOf(towers),
    hosts: hostCounts(towers),
    products,
    recovery: recoveries(towers),
    migration: migrations(towers),
    recycleBin: recycleBinOf(towers, now),
    alertList: alertItems(towers, now),
  };
};
