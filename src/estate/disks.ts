import type { Disk } from '../client/resources.ts';

/** What the metrics and the dashboard both say of a disk. */

export type DiskType = 'ssd' | 'hdd' | 'pmem' | 'unknown';
export const diskConditions = ['healthy', 'warning', 'error'] as const;
export type DiskCondition = (typeof diskConditions)[number];

/** By the API's spelling. */
export const diskTypes: ReadonlyMap<string, DiskType> = new Map<string, DiskType>([
  ['HDD', 'hdd'],
  ['SSD', 'ssd'],
  ['SATA_OR_SAS_SSD', 'ssd'],
  ['NVMe_SSD', 'ssd'],
  ['PMem', 'pmem'],
]);
export const conditionOfHealth: ReadonlyMap<string, DiskCondition> = new Map<string, DiskCondition>([
  ['UNHEALTHY', 'error'],
  ['SUBHEALTHY', 'error'],
  ['SMART_FAILED', 'error'],
  ['SOFTWARE_RAID_FAILURE', 'error'],
]);
export const conditionOfUsage: ReadonlyMap<string, DiskCondition> = new Map<string, DiskCondition>([
  ['UNMOUNTED', 'warning'],
  ['PARTIAL_MOUNTED', 'warning'],
  ['ISOLATED', 'warning'],
]);

/** The kind of a disk, from any version's spelling. */
export const diskType = (type: string | null): DiskType => diskTypes.get(type ?? '') ?? 'unknown';

/** The worse of health and use decides; what neither complains about is healthy (values this version does not know are reported). */
export const diskCondition = (disk: Pick<Disk, 'health_status' | 'usage_status'>): DiskCondition =>
  conditionOfHealth.get(disk.health_status ?? '') ?? conditionOfUsage.get(disk.usage_status ?? '') ?? 'healthy';
