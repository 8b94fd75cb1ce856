import type { Ref } from '../client/resources.ts';
import type { TowerObjects } from './objects.ts';

/** What part of everything is shown; null: not narrowed. Of several that are named, what lies in all of them. */
export interface Scope {
  readonly tower: string | null;
  readonly cluster_id: string | null;
  readonly datacenter_id: string | null;
}

export const everything: Scope = { tower: null, cluster_id: null, datacenter_id: null };

/** The objects of one tower that lie in the scope. */
export interface ScopedObjects extends TowerObjects {
  /** Whether all of the tower is in scope: what belongs to no cluster is shown then. */
  readonly whole: boolean;
}

/** Narrows the objects. A cluster that was not read is still known by what names it, so nothing of it is lost. */
export const inScope = (towers: readonly TowerObjects[], scope: Scope): readonly ScopedObjects[] =>
  towers.filter(({ tower }) => scope.tower === null || tower === scope.tower).map((objects) => narrow(objects, scope));

const narrow = (objects: TowerObjects, scope: Scope): ScopedObjects => {
  if (scope.cluster_id === null && scope.datacenter_id === null) return { ...objects, whole: true };
  const members = scope.datacenter_id === null ? null : clustersOf(objects, scope.datacenter_id);
  const contains = (id: string | undefined): boolean =>
    id !== undefined && (scope.cluster_id === null || id === scope.cluster_id) && members?.has(id) !== false;
  const ofCluster = <T extends { readonly cluster: Ref | null }>(rows: readonly T[] | null): readonly T[] | null =>
    rows?.filter(({ cluster }) => contains(cluster?.id)) ?? null;
  const hosts = ofCluster(objects.hosts);
  const hostIds = new Set(hosts?.map(({ id }) => id));
  return {
    ...objects,
    whole: false,
    clusters: objects.clusters?.filter(({ id }) => contains(id)) ?? null,
    hosts,
    // Only its host says where a disk is.
    disks: hosts === null ? null : (objects.disks?.filter(({ host }) => hostIds.has(host?.id ?? '')) ?? null),
    alerts: ofCluster(objects.alerts),
    recycledVms: ofCluster(objects.recycledVms),
  };
};

const clustersOf = ({ clusters, datacenters }: TowerObjects, datacenterId: string): ReadonlySet<string> =>
  new Set([
    ...(datacenters ?? []).filter(({ id }) => id === datacenterId).flatMap((row) => row.clusters.map(({ id }) => id)),
    ...(clusters ?? []).filter((row) => row.datacenters.some(({ id }) => id === datacenterId)).map(({ id }) => id),
  ]);
