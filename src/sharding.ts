import { createHash } from 'node:crypto';

/** The part of the work that this exporter does: `index` of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** More exporters than this for one tower are a slip of the pen. */
const maxShards = 1000;

/** Reads `2/5`; null when it is nothing of the kind. */
export const parseShard = (text: string): Shard | null => {
  const [, index, count] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  return shard.index <= shard.count && shard.count <= maxShards ? shard : null;
};

/** What a shard must look like, for messages. */
export const shardSyntax = `INDEX/COUNT with 1 ≤ INDEX ≤ COUNT ≤ ${maxShards}, such as 2/5`;

/** As it is written on the command line. */
export const formatShard = ({ index, count }: Shard): string => `${index}/${count}`;

/**
 * Which of `count` shards (from 1) a cluster belongs to: the one whose number, hashed with the cluster's id, comes out highest.
 * So every exporter finds the same without asking, and one more shard takes about 1/count of the clusters from the others and
 * moves none between them (rendezvous hashing).
 */
export const shardOf = (clusterId: string, count: number): number => {
  let owner = 1;
  let highest = -1;
  for (let shard = 1; shard <= count; shard += 1) {
    const weight = createHash('sha256').update(`${shard}/${clusterId}`).digest().readUIntBE(0, 6);
    if (weight > highest) {
      owner = shard;
      highest = weight;
    }
  }
  return owner;
};

/** Whether this exporter reads the cluster. */
export const owns = ({ index, count }: Shard, clusterId: string): boolean => shardOf(clusterId, count) === index;

/** Whether what belongs to no cluster (the tower itself, alerts without a cluster) is this exporter's. */
export const ownsTheRest = (shard: Shard | null): boolean => shard === null || shard.index === 1;
