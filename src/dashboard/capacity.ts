import type { Cluster, Host } from '../client/resources.ts';
import { storageAvailable } from '../estate/clusters.ts';
import { allocatedMemory } from '../estate/hosts.ts';
import type { ScopedObjects } from './scope.ts';
import { type Sum, sum, usageOf } from './sum.ts';

/** Something that is used up; `usage` is 0–1 and null where it cannot be told. */
export interface Use {
  readonly total: Sum;
  readonly used: Sum;
  readonly usage: number | null;
}

/** Hertz. */
export interface Cpu extends Use {
  readonly cores: Sum;
}

/** Bytes. Sizes of parts that failed are `invalid`. */
export interface Storage extends Use {
  readonly invalid: Sum;
  readonly available: Sum;
}

type Part = Readonly<Record<'total' | 'used', number | null>>;

const use = (parts: readonly Part[]): Use => ({
  total: sum(parts.map(({ total }) => total)),
  used: sum(parts.map(({ used }) => used)),
  usage: usageOf(parts),
});

/** Clusters that compute: a ZBS cluster stores only. */
const computing = (towers: readonly ScopedObjects[]): readonly Cluster[] =>
  towers.flatMap(({ clusters }) => clusters ?? []).filter(({ type }) => type !== 'SMTX_ZBS');

/** Null when no cluster in scope computes. */
export const cpuOf = (towers: readonly ScopedObjects[]): Cpu | null => {
  const clusters = computing(towers);
  if (clusters.length === 0) return null;
  const parts = clusters.map((cluster) => ({ total: cluster.total_cpu_hz, used: cluster.used_cpu_hz }));
  return { ...use(parts), cores: sum(clusters.map((cluster) => cluster.total_cpu_cores)) };
};

/** Null when no cluster in scope computes. Of an ELF cluster the hosts are the parts, else the cluster is one. */
export const memoryOf = (towers: readonly ScopedObjects[]): Use | null => {
  if (computing(towers).length === 0) return null;
  return use(
    towers.flatMap((tower) => {
      const hostsOf = Map.groupBy(tower.hosts ?? [], ({ cluster }) => cluster?.id ?? '');
      return computing([tower]).flatMap((cluster) => memoryParts(cluster, hostsOf.get(cluster.id) ?? []));
    }),
  );
};

const unknown: Part = { total: null, used: null };

const memoryParts = (cluster: Cluster, hosts: readonly Host[]): readonly Part[] => {
  if (cluster.hypervisor !== 'ELF') return [{ total: cluster.total_memory_bytes, used: cluster.used_memory_bytes }];
  if (hosts.length === 0) return [unknown];
  return hosts.map((host) => ({ total: host.total_memory_bytes, used: allocatedMemory(host) }));
};

/** All clusters but those that only compute and say nothing of storage. */
export const storageOf = (towers: readonly ScopedObjects[]): Storage => {
  const storing = towers
    .flatMap(({ clusters }) => clusters ?? [])
    .filter(({ type, total_data_capacity }) => type !== 'SMTX_ELF' || (total_data_capacity ?? 0) > 0);
  const parts = storing.map((cluster) => ({ total: cluster.total_data_capacity, used: cluster.used_data_space }));
  return {
    ...use(parts),
    invalid: sum(storing.map((cluster) => cluster.failure_data_space)),
    available: sum(storing.map(storageAvailable)),
  };
};
