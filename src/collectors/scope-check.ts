import type { Cluster } from '../client/resources.ts';
import type { Logger } from '../log.ts';
import { owns, ownsTheRest, type Shard } from '../sharding.ts';
import type { TowerSettings } from './settings.ts';

/** Looks through the clusters that the tower listed for what the scope names. */
export type ScopeCheck = (clusters: readonly Pick<Cluster, 'id' | 'datacenters'>[]) => void;

/**
 * Warns of ids in the scope that the tower does not have: a mistyped one reads nothing, and that looks like a tower that is empty.
 * Each is warned of once, and again only after it was there in between. Of shards, the one that would read a cluster speaks of it.
 */
export const createScopeCheck = (
  { name, scope }: Pick<TowerSettings, 'name' | 'scope'>,
  shard: Shard | null,
  logger: Logger,
): ScopeCheck => {
  const absent = new Set<string>();

  const check = (
    key: keyof typeof scope,
    ids: readonly string[],
    isThere: (id: string) => boolean,
    none: string,
  ): void => {
    for (const id of ids) {
      const known = `${key} ${id}`;
      if (isThere(id)) absent.delete(known);
      else if (!absent.has(known)) {
        absent.add(known);
        logger.warn(
          { key: `scope.${key}`, id },
          `tower ${name}: scope.${key} names ${id}, but ${none}: nothing is read for it`,
        );
      }
    }
  };

  const clusterIds = [...new Set(scope.cluster_ids)].filter((id) => shard === null || owns(shard, id));
  const datacenterIds = ownsTheRest(shard) ? [...new Set(scope.datacenter_ids)] : [];
  if (clusterIds.length + datacenterIds.length === 0) return () => {};
  return (clusters) => {
    const clustersThere = new Set(clusters.map(({ id }) => id));
    const datacentersThere = new Set(clusters.flatMap(({ datacenters }) => datacenters.map(({ id }) => id)));
    check('cluster_ids', clusterIds, (id) => clustersThere.has(id), 'the tower shows no cluster of this id');
    check(
      'datacenter_ids',
      datacenterIds,
      (id) => datacentersThere.has(id),
      'the tower shows no cluster in a datacenter of this id',
    );
  };
};
