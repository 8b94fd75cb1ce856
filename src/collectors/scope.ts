import type { ClusterScope } from '../bridge/poll.ts';
import type { Where } from '../client/reader.ts';
import { owns, ownsTheRest, type Shard } from '../sharding.ts';
import type { ScopeSettings } from './settings.ts';

/** Which clusters are read, once they are known. */
export interface Part {
  /** What the bridge is told. */
  readonly scope: ClusterScope;
  /** Whether there is nothing to read. */
  readonly isEmpty: boolean;
  /** The filter for what belongs to one cluster; `of` says how a filter for clusters becomes one for the resource. */
  limit(of: (clusters: Where) => Where): Where;
  /** The filter for what has several clusters, one of which must be in the part. */
  limitSome(of: (clusters: Where) => Where): Where;
}

/** The part of a tower that is read. */
export interface Scope {
  /** The filter for the clusters themselves, before shards are told apart; null when all are listed. */
  readonly clusters: Where | null;
  /** Whether the list of the clusters is to be read at all. */
  readonly hasClusters: boolean;
  /** Whether a listed cluster is read. */
  includes(clusterId: string): boolean;
  /**
   * What limits every other read; null when the tower is read whole.
   * @throws (rejects) what reading the clusters rejects with, where their ids are not in the configuration.
   */
  part(signal: AbortSignal): Promise<Part | null>;
}

/**
 * Clusters that are named need no question. Those of datacenters are what `get-clusters` answers to the filter, and those of a
 * shard are told apart in its answer, so that the scope costs no request of its own.
 */
export const createScope = (
  { datacenter_ids, cluster_ids }: ScopeSettings,
  shard: Shard | null,
  listClusterIds: (signal: AbortSignal) => Promise<readonly string[]>,
): Scope => {
  const includes = (id: string): boolean => shard === null || owns(shard, id);
  const isNamed = cluster_ids.length > 0;
  if (datacenter_ids.length === 0) {
    if (isNamed) {
      const ids = cluster_ids.filter(includes);
      const part = partOf(ids, cluster_ids.length);
      return { clusters: { id_in: ids }, hasClusters: ids.length > 0, includes, part: () => Promise.resolve(part) };
    }
    const part = async (signal: AbortSignal): Promise<Part | null> => {
      if (shard === null) return null;
      const ids = await listClusterIds(signal);
      return ownsTheRest(shard) ? allBut(ids.filter((id) => !includes(id))) : partOf(ids.filter(includes), ids.length);
    };
    return { clusters: null, hasClusters: true, includes, part };
  }
  const ofDatacenters: Where = { datacenters_some: { id_in: [...datacenter_ids] } };
  return {
    clusters: isNamed ? { OR: [{ id_in: [...cluster_ids] }, ofDatacenters] } : ofDatacenters,
    hasClusters: true,
    includes,
    part: async (signal) => {
      const ids = await listClusterIds(signal);
      return partOf(ids.filter(includes), ids.length);
    },
  };
};

/** These clusters. `shown`: how many the tower shows in all; with none, an absence proves nothing. */
const partOf = (ids: readonly string[], shown: number): Part => {
  const set = new Set(ids);
  const limit: Part['limit'] = (of) => of({ id_in: ids });
  return {
    scope: ids.length === shown ? set : { size: shown, has: (id) => set.has(id) },
    isEmpty: ids.length === 0,
    limit,
    limitSome: limit,
  };
};

/** All but these clusters: what belongs to none, or to one that the tower does not list, is read too. */
const allBut = (others: readonly string[]): Part => {
  const set = new Set(others);
  return {
    scope: { size: Number.POSITIVE_INFINITY, has: (id) => !set.has(id) },
    isEmpty: false,
    limit: (of) => (others.length === 0 ? {} : { NOT: [of({ id_in: others })] }),
    limitSome: (of) => (others.length === 0 ? {} : of({ id_not_in: others })),
  };
};
