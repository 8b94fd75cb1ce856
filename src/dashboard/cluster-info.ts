import type { Cluster } from '../client/resources.ts';
import {
  type ClusterModes,
  clusterModes,
  type ConnectState,
  connectState,
  isAbnormal,
  licenseExpiry,
} from '../estate/clusters.ts';
import { type Product, productOf } from './counts.ts';
import type { ScopedObjects } from './scope.ts';
import { type Storage, storageOf } from './capacity.ts';

/** What a licence says of its end: never, at a time (seconds since the epoch), or nothing. */
export type Expiry = 'perpetual' | number | null;

export interface LicenseInfo {
  readonly type: string | null;
  readonly edition: string | null;
  readonly expiry: Expiry;
}

export interface ClusterInfo {
  readonly tower: string;
  readonly id: string;
  readonly name: string;
  /** The cluster's own id of itself, as it is shown in its settings. */
  readonly uuid: string | null;
  readonly version: string | null;
  readonly architecture: string | null;
  readonly product: Product;
  readonly state: ConnectState;
  readonly abnormal: boolean;
  readonly license: LicenseInfo;
  readonly modes: ClusterModes;
  readonly storage: Storage;
}

/** A tower itself. */
export interface TowerInfo {
  readonly name: string;
  readonly version: string | null;
  readonly licenses: readonly LicenseInfo[];
}

/** Moving data of a cluster: what is left in bytes, and how fast it goes in bytes per second. */
export interface Movement {
  readonly tower: string;
  readonly cluster_id: string;
  readonly cluster_name: string;
  readonly remaining: number;
  readonly speed: number | null;
}

export const clusterInfos = (towers: readonly ScopedObjects[]): readonly ClusterInfo[] =>
  towers.flatMap((objects) => (objects.clusters ?? []).map((cluster) => clusterInfo(objects, cluster)));

const clusterInfo = (objects: ScopedObjects, cluster: Cluster): ClusterInfo => ({
  tower: objects.tower,
  id: cluster.id,
  name: cluster.name,
  uuid: cluster.local_id,
  version: cluster.version,
  architecture: cluster.architecture,
  product: productOf(cluster),
  state: connectState(cluster),
  abnormal: isAbnormal(cluster),
  license: license(cluster.license_type, cluster.software_edition, cluster.license_expire_date),
  modes: clusterModes(cluster),
  storage: storageOf([{ ...objects, clusters: [cluster] }]),
});

export const towerInfos = (towers: readonly ScopedObjects[]): readonly TowerInfo[] =>
  towers.map(({ tower, deploys, licenses }) => ({
    name: tower,
    version: deploys?.find(({ version }) => version !== null)?.version ?? null,
    licenses: (licenses ?? []).map((row) => license(row.type, row.software_edition, row.expire_date)),
  }));

const license = (type: string | null, edition: string | null, date: string | null): LicenseInfo => ({
  type,
  edition,
  expiry: type === 'PERPETUAL' ? 'perpetual' : licenseExpiry(type, date),
});

/** Clusters that have data to recover. */
export const recoveries = (towers: readonly ScopedObjects[]): readonly Movement[] =>
  movements(towers, ({ recover_data_size: remaining, recover_speed: speed }) => ({ remaining, speed }));

/** Clusters that have data to move between hosts. */
export const migrations = (towers: readonly ScopedObjects[]): readonly Movement[] =>
  movements(towers, ({ migration_data_size: remaining, migration_speed: speed }) => ({ remaining, speed }));

const movements = (
  towers: readonly ScopedObjects[],
  read: (cluster: Cluster) => { readonly remaining: number | null; readonly speed: number | null },
): readonly Movement[] =>
  towers.flatMap(({ tower, clusters }) =>
    (clusters ?? []).flatMap((cluster) => {
      const { remaining, speed } = read(cluster);
      if (remaining === null || remaining <= 0) return [];
      return [{ tower, cluster_id: cluster.id, cluster_name: cluster.name, remaining, speed }];
    }),
  );
