import type { CollectorName, FamilyDefinition } from '../family.ts';

/** Identity labels of each level, `tower` first. */
export const towerLabels = ['tower'] as const;
export const clusterLabels = [...towerLabels, 'cluster_id', 'cluster_name'] as const;
export const hostLabels = [...clusterLabels, 'host_id', 'host_name'] as const;
export const diskLabels = [...hostLabels, 'disk_id', 'disk_name'] as const;
export const vmLabels = [...clusterLabels, 'vm_id', 'vm_name'] as const;

const units = ['bytes', 'seconds', 'hertz', 'celsius', 'ratio'] as const;

/** Declares gauges of one collector whose values come from one operation (unless `from` names others). */
export const gaugesOf =
  (collector: CollectorName, operation: string) =>
  (
    name: string,
    labels: readonly string[],
    help: string,
    fields: string,
    from: string = operation,
  ): FamilyDefinition => ({
    name,
    help: `${help} (${from}: ${fields}).`,
    type: 'gauge',
    unit: units.find((unit) => name.endsWith(`_${unit}`)) ?? null,
    labels,
    stability: 'stable',
    collector,
    source: `${from}: ${fields}`,
  });
