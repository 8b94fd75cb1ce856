import type { Cluster, Disk, Host } from '../client/resources.ts';
import {
  conditionOfHealth,
  conditionOfUsage,
  type DiskCondition,
  diskCondition,
  diskConditions,
  type DiskType,
  diskType,
  diskTypes,
} from '../estate/disks.ts';
import { SampleBatch } from '../metrics/batch.ts';
import { diskFamilies as families } from '../metrics/catalogue/disks.ts';
import type { LabelCache, LabelKind } from '../metrics/label-cache.ts';
import { type LabelBlock, labelBlock } from '../metrics/labels.ts';
import { defineCollector, type SampleContext, type SampleWork } from './collector.ts';
import { ClusterIndex, HostIndex } from './identity.ts';
import { neighbours } from './neighbours.ts';
import { enumeration, fromPercent, ValueSet } from './values.ts';

export interface DiskData {
  readonly disks: readonly Disk[];
  /** For the cluster of a disk, which only its host names; null when nobody knows the hosts. */
  readonly hosts: readonly Host[] | null;
  readonly clusters: readonly Cluster[] | null;
}

const identity: LabelKind<Disk> = { names: ['disk_id', 'disk_name'], values: ({ id, name }) => [id, name] };
const details: LabelKind<Disk> = {
  names: ['type', 'model', 'serial', 'firmware', 'usage', 'function'],
  values: (disk) => [
    disk.type ?? '',
    disk.model ?? '',
    disk.serial ?? '',
    disk.firmware ?? '',
    disk.usage ?? '',
    disk.function ?? '',
  ],
};

const conditionSet = new ValueSet('condition', diskConditions);

const checkType = enumeration('disk.type', [...diskTypes.keys()]);
const checkHealth = enumeration('disk.health_status', ['HEALTHY', ...conditionOfHealth.keys()]);
const checkUsage = enumeration('disk.usage_status', ['MOUNTED', 'MOUNTING', 'UNMOUNTING', ...conditionOfUsage.keys()]);

/** One cell of `cloudtower_cluster_disks`: its labels, made once. */
const cellBlocks = new Map(
  (['ssd', 'hdd', 'pmem', 'unknown'] as const).flatMap((type) =>
    diskConditions.map((condition) => [cellOf(type, condition), labelBlock({ type, condition })] as const),
  ),
);
const zeroCells = (['ssd', 'hdd', 'pmem'] as const).flatMap((type) =>
  diskConditions.map((condition) => cellOf(type, condition)),
);

type Cell = `${DiskType}/${DiskCondition}`;
function cellOf(type: DiskType, condition: DiskCondition): Cell {
  return `${type}/${condition}`;
}

/** Disks: condition, size, remaining life. */
export const disks = defineCollector<DiskData>({
  name: 'disks',
  families: Object.values(families),
  read: async (context) => {
    const [disks, hosts, clusters] = await Promise.all([
      context.rows('disks'),
      context.joined('hosts'),
      context.joined('clusters'),
    ]);
    return { disks, hosts, clusters };
  },
  samples: diskSamples,
  objects: ({ disks }) => disks.length,
});

export function* diskSamples({ disks, hosts, clusters }: DiskData, context: SampleContext): SampleWork {
  const { labels } = context;
  const batch = new SampleBatch();
  const clusterIndex = new ClusterIndex(clusters, labels);
  const hostIndex = new HostIndex(hosts, clusterIndex, labels);
  const counts = new Map(
    clusterIndex.known.map((cluster) => [cluster, new Map<Cell, number>(zeroCells.map((cell) => [cell, 0]))]),
  );
  for (const [disk, host] of neighbours(disks, (disk) => hostIndex.of(disk.host))) {
    checkType(disk.type, context.unknownValue);
    checkHealth(disk.health_status, context.unknownValue);
    checkUsage(disk.usage_status, context.unknownValue);
    const condition = diskCondition(disk);
    const cell = cellOf(diskType(disk.type), condition);
    const count = counts.get(host.cluster) ?? new Map<Cell, number>();
    counts.set(host.cluster, count.set(cell, (count.get(cell) ?? 0) + 1));
    const block = labels.block(identity, disk, host.block);
    addDisk(batch, disk, block, labels, condition);
    yield;
  }
  for (const [{ block }, count] of counts) {
    for (const [cell, blocks] of cellBlocks) batch.add(families.perCondition, count.get(cell) ?? null, block, blocks);
  }
  return batch;
}

const addDisk = (
  batch: SampleBatch,
  disk: Disk,
  block: LabelBlock,
  labels: LabelCache,
  condition: DiskCondition,
): void => {
  batch.add(families.info, 1, block, labels.block(details, disk));
  conditionSet.addStates(batch, families.condition, block, condition);
  batch.add(families.size, disk.size, block);
  batch.add(families.remainingLife, fromPercent(disk.remaining_life_percent), block);
};
