import { RecycleBinPolicies, releaseWindow } from '../estate/recycle-bin.ts';
import type { ScopedObjects } from './scope.ts';
import { type Sum, sum } from './sum.ts';

export interface RecycleBin {
  /** VMs in it. */
  readonly vms: number;
  /** Bytes. */
  readonly size: Sum;
  /** Bytes that are released within a day, the overdue ones included. */
  readonly today: Sum;
  /** Bytes that are released within seven days, without those of today. */
  readonly week: Sum;
  /** VMs of which nobody knows when they are released: no time of deletion, or no policy that may be read. */
  readonly unknown: number;
}

/** Null when no tower's recycle bin was read. */
export const recycleBinOf = (towers: readonly ScopedObjects[], now: number): RecycleBin | null => {
  const read = towers.filter(({ recycledVms }) => recycledVms !== null);
  if (read.length === 0 && towers.length > 0) return null;
  const vms = read.flatMap((objects) => {
    const policies = new RecycleBinPolicies(objects);
    const { assumeOffsetMinutes } = objects;
    return (objects.recycledVms ?? []).map((vm) => {
      const { retain } = policies.of(vm.cluster?.id ?? '');
      const window = releaseWindow(vm, retain, { now, assumeOffsetMinutes });
      // A time that cannot be read is in no window whatever the policy.
      const known = retain !== null && releaseWindow(vm, 0, { now, assumeOffsetMinutes }) !== null;
      return { size: vm.size, window, known };
    });
  });
  const sizes = (window: 'today' | '7d'): Sum => sum(vms.filter((vm) => vm.window === window).map(({ size }) => size));
  return {
    vms: vms.length,
    size: sum(vms.map(({ size }) => size)),
    today: sizes('today'),
    week: sizes('7d'),
    unknown: vms.filter(({ known }) => !known).length,
  };
};
