import type { Host } from '../client/resources.ts';
import { sumKnown } from '../collectors/values.ts';

/** What the metrics and the dashboard both say of a host. */

export const hostConditions = ['healthy', 'unhealthy', 'error', 'idle', 'removing', 'unknown'] as const;
export type HostCondition = (typeof hostConditions)[number];

/** By the API's spelling of `status`. */
export const conditionOfStatus: ReadonlyMap<string, HostCondition> = new Map<string, HostCondition>([
  ['CONNECTED_HEALTHY', 'healthy'],
  ['CONNECTED_WARNING', 'unhealthy'],
  ['CONNECTED_ERROR', 'error'],
  ['SESSION_EXPIRED', 'error'],
]);

/** CloudTower's order: membership first, then health. */
export const hostCondition = ({ state, status }: Pick<Host, 'state' | 'status'>): HostCondition => {
  if (state === 'IDLE') return 'idle';
  if (state === 'REMOVING') return 'removing';
  return conditionOfStatus.get(status ?? '') ?? 'unknown';
};

/** What the system and the VMs of a host are given, bytes: CloudTower's "used" on ELF. */
export const allocatedMemory = (host: Host): number | null =>
  sumKnown([host.running_pause_vm_memory_bytes, host.os_memory_bytes]);
