import type { ClusterSettings, GlobalSettings, RecycleBinPolicy, Vm } from '../client/resources.ts';
import { sumKnown } from '../collectors/values.ts';
import { parseInstant } from '../time.ts';

/** What the metrics and the dashboard both say of the recycle bin. */

const dayMs = 86_400_000;

export type ReleaseWindow = 'today' | '7d';

/** Bytes; an empty list holds 0, one whose sizes nobody reported is absent. */
export const totalSize = (vms: readonly Vm[]): number | null =>
  vms.length === 0 ? 0 : sumKnown(vms.map((vm) => vm.size));

/** When a VM is released: whole days left, the overdue ones and the last day being today; null when later or unknown. */
export const releaseWindow = (
  vm: Pick<Vm, 'deleted_at'>,
  retain: number | null,
  context: { readonly now: number; readonly assumeOffsetMinutes: number },
): ReleaseWindow | null => {
  const deletedAt = parseInstant(vm.deleted_at, context);
  if (deletedAt === null || retain === null) return null;
  const daysLeft = retain - Math.floor((context.now - deletedAt) / dayMs);
  if (daysLeft <= 1) return 'today';
  return daysLeft <= 7 ? '7d' : null;
};

/** Settings as they were read; null when they may not be. */
export interface RecycleBinSettings {
  readonly clusterSettings: readonly ClusterSettings[] | null;
  readonly globalSettings: readonly GlobalSettings[] | null;
}

/** Which policy holds for a cluster: its own, else the global one, field by field. */
export class RecycleBinPolicies {
  private readonly own: ReadonlyMap<string, RecycleBinPolicy | null>;
  private readonly global: RecycleBinPolicy | null;
  private readonly ownKnown: boolean;

  constructor({ clusterSettings, globalSettings }: RecycleBinSettings) {
    this.own = new Map((clusterSettings ?? []).map((row) => [row.cluster?.id ?? '', row.vm_recycle_bin]));
    this.global = globalSettings?.[0]?.vm_recycle_bin ?? null;
    this.ownKnown = clusterSettings !== null;
  }

  of(clusterId: string): RecycleBinPolicy {
    // Without the clusters' settings a cluster may have a policy of its own: the global one would be a guess.
    if (!this.ownKnown && clusterId !== '') return { retain: null, enabled: null };
    const own = clusterId === '' ? null : (this.own.get(clusterId) ?? null);
    return {
      retain: own?.retain ?? this.global?.retain ?? null,
      enabled: own?.enabled ?? this.global?.enabled ?? null,
    };
  }
}
