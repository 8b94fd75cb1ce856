import type { Cluster, Host } from '../client/resources.ts';
import { ratio, sumKnown } from '../collectors/values.ts';
import { parseInstant } from '../time.ts';
import { allocatedMemory } from './hosts.ts';

/** What the metrics and the dashboard both say of a cluster. */

export type ConnectState = 'connected' | 'connected_error' | 'disconnected' | 'initializing' | 'removing' | 'unknown';

/** By the API's spelling. */
export const connectStates: ReadonlyMap<string, ConnectState> = new Map<string, ConnectState>([
  ['CONNECTED', 'connected'],
  ['CONNECTED_ERROR', 'connected_error'],
  ['DISCONNECTED', 'disconnected'],
  ['INITIALIZING', 'initializing'],
  ['REMOVING', 'removing'],
]);

/** How the tower reaches the cluster; `unknown` for any other text. */
export const connectState = ({ connect_state }: Pick<Cluster, 'connect_state'>): ConnectState =>
  connectStates.get(connect_state ?? '') ?? 'unknown';

/** CloudTower's "abnormal", and CONNECTED_ERROR of 4.8.0. */
export const isAbnormal = (cluster: Pick<Cluster, 'connect_state'>): boolean => {
  const state = connectState(cluster);
  return state === 'disconnected' || state === 'removing' || state === 'connected_error';
};

/** When a licence ends, seconds since the epoch; null when it never does or nobody knows. Also for the tower's own. */
export const licenseExpiry = (type: string | null, expireDate: string | null): number | null => {
  const ms = type === 'PERPETUAL' ? null : parseInstant(expireDate);
  return ms === null ? null : ms / 1000;
};

/** Modes exist from major version 5 on; null where nobody says. */
export interface ClusterModes {
  readonly boost: boolean;
  readonly rdma: boolean | null;
  readonly pmem: boolean | null;
}

export const clusterModes = (cluster: Cluster): ClusterModes => {
  const possible = majorVersion(cluster.version) >= 5;
  const where = (flag: boolean | null): boolean | null => (flag === null ? null : flag && possible);
  return {
    boost: possible && (cluster.vhost_enabled ?? cluster.hypervisor === 'ELF'),
    rdma: where(cluster.rdma_enabled),
    pmem: where(cluster.pmem_enabled),
  };
};

/** The first number of a version such as "6.2.0" or "10.0"; 0 when there is none. */
export const majorVersion = (version: string | null): number =>
  Number(/^\D{0,8}(\d{1,6})/.exec(version ?? '')?.[1] ?? 0);

/** Bytes of something that can be used up. */
export interface Capacity {
  readonly capacity: number | null;
  readonly used: number | null;
  /** 0–1. */
  readonly usage: number | null;
}

/** An ELF cluster's memory is what its hosts have and give away (as in CloudTower), any other's what it reports itself. */
export const clusterMemory = (cluster: Cluster, hosts: readonly Host[]): Capacity => {
  const { capacity, used } =
    cluster.hypervisor === 'ELF'
      ? { capacity: sumKnown(hosts.map((host) => host.total_memory_bytes)), used: sumKnown(hosts.map(allocatedMemory)) }
      : { capacity: cluster.total_memory_bytes, used: cluster.used_memory_bytes };
  return { capacity, used, usage: ratio(used, capacity) };
};

/** Bytes neither used nor on parts that failed; null when one of the three is not known. */
export const storageAvailable = (cluster: Cluster): number | null => {
  const { total_data_capacity: capacity, used_data_space: used, failure_data_space: invalid } = cluster;
  return capacity !== null && used !== null && invalid !== null ? capacity - used - invalid : null;
};
