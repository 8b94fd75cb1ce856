import type { Cluster, Host, Ref } from '../client/resources.ts';
import type { LabelCache, LabelKind } from '../metrics/label-cache.ts';
import type { LabelBlock } from '../metrics/labels.ts';

/** What an object is labelled with as (part of) a cluster. */
export interface ClusterIdentity {
  readonly id: string;
  /** `cluster_id`, `cluster_name`. */
  readonly block: LabelBlock;
  /** The cluster as it was read; null when only its id is known, or there is none (`id` is empty then). */
  readonly cluster: Cluster | null;
}

/** What an object is labelled with as (part of) a host. */
export interface HostIdentity {
  /** The cluster's labels, `host_id`, `host_name`. */
  readonly block: LabelBlock;
  readonly cluster: ClusterIdentity;
}

const clusterLabels: LabelKind<Ref> = { names: ['cluster_id', 'cluster_name'], values: ({ id, name }) => [id, name] };
const hostLabels: LabelKind<Ref> = { names: ['host_id', 'host_name'], values: ({ id, name }) => [id, name] };

/** What an object without a cluster or host has in its place. */
const none: Ref = { id: '', name: '' };

/**
 * The clusters of a tower by id. An object of a cluster that was not read (added between two reads, or the read failed) keeps
 * the id and name that it carries itself, so nothing is dropped; one without a cluster gets empty labels.
 */
export class ClusterIndex {
  private readonly identities = new Map<string, ClusterIdentity>();
  /** Clusters that were read, in the order of their ids. */
  readonly known: readonly ClusterIdentity[];

  private readonly labels: LabelCache;

  constructor(clusters: readonly Cluster[] | null, labels: LabelCache) {
    this.labels = labels;
    for (const cluster of clusters ?? []) {
      this.identities.set(cluster.id, { id: cluster.id, block: labels.block(clusterLabels, cluster), cluster });
    }
    this.known = [...this.identities.values()];
  }

  /** The identity of the cluster that a row names; always the same object for the same id. */
  of(ref: Ref | null): ClusterIdentity {
    const named = ref ?? none;
    const { id } = named;
    const existing = this.identities.get(id);
    if (existing !== undefined) return existing;
    const identity = { id, block: this.labels.block(clusterLabels, named), cluster: null };
    this.identities.set(id, identity);
    return identity;
  }
}

/** The hosts of a tower by id, with the same rule: a host that was not read keeps the id and name that the disk carries. */
export class HostIndex {
  private readonly identities = new Map<string, HostIdentity>();
  private readonly clusters: ClusterIndex;
  private readonly labels: LabelCache;

  constructor(hosts: readonly Host[] | null, clusters: ClusterIndex, labels: LabelCache) {
    this.clusters = clusters;
    this.labels = labels;
    for (const host of hosts ?? []) this.identities.set(host.id, hostIdentity(host, clusters.of(host.cluster), labels));
  }

  of(ref: Ref | null): HostIdentity {
    const host = ref ?? none;
    const existing = this.identities.get(host.id);
    if (existing !== undefined) return existing;
    const identity = hostIdentity(host, this.clusters.of(null), this.labels);
    this.identities.set(host.id, identity);
    return identity;
  }
}

/** The identity of a host in a cluster. */
export const hostIdentity = (host: Ref, cluster: ClusterIdentity, labels: LabelCache): HostIdentity => ({
  block: labels.block(hostLabels, host, cluster.block),
  cluster,
});
