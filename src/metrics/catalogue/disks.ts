import { clusterLabels, diskLabels, gaugesOf } from './declare.ts';

const gauge = gaugesOf('disks', 'get-disks');

/** Families of the `disks` collector. */
export const diskFamilies = {
  perCondition: gauge(
    'cloudtower_cluster_disks',
    [...clusterLabels, 'type', 'condition'],
    'Disks of the cluster by type and condition, zeros included',
    'type, health_status, usage_status',
  ),
  info: gauge(
    'cloudtower_disk_info',
    [...diskLabels, 'type', 'model', 'serial', 'firmware', 'usage', 'function'],
    'Always 1; what kind of disk it is, as the API spells it',
    'type, model, serial, firmware, usage, function',
  ),
  condition: gauge(
    'cloudtower_disk_condition',
    [...diskLabels, 'condition'],
    'State set: 1 for the condition of the disk, 0 for the others',
    'health_status, usage_status',
  ),
  size: gauge('cloudtower_disk_size_bytes', diskLabels, 'Size of the disk in bytes', 'size'),
  remainingLife: gauge(
    'cloudtower_disk_remaining_life_ratio',
    diskLabels,
    'Life that is left in the disk, 0 to 1',
    'remaining_life_percent / 100',
  ),
} as const;
