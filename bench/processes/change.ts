import type { Estate } from '../../src/simulator/estate/estate.ts';
import type { AnyRow } from '../../src/simulator/schema/column.ts';

/** Columns that move all the time in a real tower. */
const moving = {
  clusters: ['used_cpu_hz', 'used_memory_bytes', 'used_data_space', 'recover_data_size', 'provisioned_memory_bytes'],
  hosts: ['used_cpu_hz', 'used_memory_bytes', 'used_data_space', 'running_pause_vm_memory_bytes'],
  disks: ['remaining_life_percent', 'size'],
  vms: [
    'cpu_usage',
    'memory_usage',
    'used_size',
    'unique_size',
    'guest_used_size',
    'provisioned_size',
    'memory',
    'vcpu',
  ],
} as const;

/** Changes every moving column of so large a share of the rows of each table, other values each round. */
export const changeRows = (estate: Estate, share: number, round: number): void => {
  const step = Math.max(1, Math.round(1 / share));
  change(estate.clusters, moving.clusters, step, round);
  change(estate.hosts, moving.hosts, step, round);
  change(estate.disks, moving.disks, step, round);
  change(estate.vms, moving.vms, step, round);
};

const change = (rows: readonly AnyRow[], columns: readonly string[], step: number, round: number): void => {
  for (let at = 0; at < rows.length; at += step) {
    const row = rows[at];
    if (row === undefined) continue;
    for (const column of columns) {
      const value = row[column];
      // Percentages stay percentages: fractions move, integers count up and down.
      if (typeof value !== 'number') continue;
      if (Number.isInteger(value)) row[column] = value + (round % 2 === 0 ? -1 : 1);
      else row[column] = Math.abs((value + 0.01 * (1 + (round % 7))) % 100);
    }
  }
};
