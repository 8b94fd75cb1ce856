import { MiB, minute } from '../estate/builder.ts';
import type { Scene } from './life.ts';

/** So much data has to be rebuilt: the cluster starts at it, at a speed that takes some minutes. */
export const startRecovery = ({ estate, random }: Scene, clusterId: string, bytes: number): void => {
  const cluster = estate.clusters.find(({ id }) => id === clusterId);
  const left = cluster?.recover_data_size;
  if (cluster === undefined || typeof left !== 'number' || bytes <= 0) return;
  cluster.recover_data_size = left + bytes;
  if (typeof cluster.recover_speed !== 'number') return;
  const minutes = random.int(3, 12);
  cluster.recover_speed = Math.max(MiB, Math.floor((left + bytes) / ((minutes * minute) / 1000)));
};

/** What runs goes on for `ms`: recovery and migration until nothing is left. */
export const recover = ({ estate }: Scene, ms: number): void => {
  for (const cluster of estate.clusters) {
    if (cluster.connect_state !== 'CONNECTED') continue;
    const { recover_data_size: recovering, recover_speed: speed } = cluster;
    if (typeof recovering === 'number' && recovering > 0 && typeof speed === 'number') {
      cluster.recover_data_size = Math.max(0, recovering - Math.floor((speed * ms) / 1000));
      if (cluster.recover_data_size === 0) cluster.recover_speed = 0;
    }
    const { migration_data_size: migrating, migration_speed: pace } = cluster;
    if (typeof migrating === 'number' && typeof pace === 'number') {
      const left = Math.max(0, migrating - Math.floor((pace * ms) / 1000));
      cluster.migration_data_size = left === 0 ? null : left;
      if (left === 0) cluster.migration_speed = null;
    }
  }
};
