import type { Where } from '../client/reader.ts';
import type { ScopeSettings } from './settings.ts';

/** The part of a tower that is read. */
export interface Scope {
  /** The filter for the clusters themselves; null when the tower is read whole. */
  readonly clusters: Where | null;
  /**
   * The ids that go into every other filter; null when the tower is read whole. Empty means that there is nothing to read.
   * @throws (rejects) what reading the clusters rejects with, where datacenters are named.
   */
  ids(signal: AbortSignal): Promise<ReadonlySet<string> | null>;
}

/**
 * Clusters that are named need no question; those of datacenters are what `get-clusters` answers to the filter, so the scope
 * costs no request of its own.
 */
export const createScope = (
  { datacenter_ids, cluster_ids }: ScopeSettings,
  readClusterIds: (signal: AbortSignal) => Promise<readonly string[]>,
): Scope => {
  const named: Where = { id_in: [...cluster_ids] };
  if (datacenter_ids.length === 0) {
    const ids = cluster_ids.length === 0 ? null : new Set(cluster_ids);
    return { clusters: ids === null ? null : named, ids: () => Promise.resolve(ids) };
  }
  const ofDatacenters: Where = { datacenters_some: { id_in: [...datacenter_ids] } };
  return {
    clusters: cluster_ids.length === 0 ? ofDatacenters : { OR: [named, ofDatacenters] },
    ids: async (signal) => new Set(await readClusterIds(signal)),
  };
};
