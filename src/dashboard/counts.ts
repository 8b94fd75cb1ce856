import type { Cluster } from '../client/resources.ts';
import { type AlertSeverity, alertSeverity } from '../collectors/alerts.ts';
import { isAbnormal } from '../estate/clusters.ts';
import { type DiskCondition, diskCondition, type DiskType, diskType } from '../estate/disks.ts';
import { type HostCondition, hostCondition, hostConditions } from '../estate/hosts.ts';
import type { ScopedObjects } from './scope.ts';

export type Counts<Key extends string> = Readonly<Record<Key | 'total', number>>;

/** How many values there are of each key, zeros included. */
const count = <Key extends string>(keys: readonly Key[], values: readonly Key[]): ReadonlyMap<Key, number> => {
  const counts = new Map(keys.map((key) => [key, 0]));
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

/** All rows of those towers where they were read; null when none was. */
export const gather = <Row>(
  towers: readonly ScopedObjects[],
  rows: (objects: ScopedObjects) => readonly Row[] | null,
): readonly Row[] | null => {
  const read = towers.map(rows).filter((list) => list !== null);
  return read.length === 0 && towers.length > 0 ? null : read.flat();
};

/** Unresolved alerts by severity. */
export const alertCounts = (towers: readonly ScopedObjects[]): Counts<AlertSeverity> | null => {
  const alerts = gather(towers, ({ alerts }) => alerts);
  if (alerts === null) return null;
  const of = count<AlertSeverity>(
    ['critical', 'notice', 'info', 'unknown'],
    alerts.map(({ severity }) => alertSeverity(severity)),
  );
  const at = (severity: AlertSeverity): number => of.get(severity) ?? 0;
  return {
    critical: at('critical'),
    notice: at('notice'),
    info: at('info'),
    unknown: at('unknown'),
    total: alerts.length,
  };
};

export type DiskCounts = Readonly<Record<DiskType, Counts<DiskCondition>>>;

/** Disks by kind and condition. */
export const diskCounts = (towers: readonly ScopedObjects[]): DiskCounts | null => {
  const disks = gather(towers, ({ disks }) => disks);
  if (disks === null) return null;
  const none = { healthy: 0, warning: 0, error: 0, total: 0 };
  const counts = { ssd: { ...none }, hdd: { ...none }, pmem: { ...none }, unknown: { ...none } };
  for (const disk of disks) {
    const of = counts[diskType(disk.type)];
    of[diskCondition(disk)] += 1;
    of.total += 1;
  }
  return counts;
};

/** Hosts by condition. */
export const hostCounts = (towers: readonly ScopedObjects[]): Counts<HostCondition> | null => {
  const hosts = gather(towers, ({ hosts }) => hosts);
  if (hosts === null) return null;
  const of = count<HostCondition>(hostConditions, hosts.map(hostCondition));
  const at = (condition: HostCondition): number => of.get(condition) ?? 0;
  return {
    healthy: at('healthy'),
    unhealthy: at('unhealthy'),
    error: at('error'),
    idle: at('idle'),
    removing: at('removing'),
    unknown: at('unknown'),
    total: hosts.length,
  };
};

export const products = ['smtx_os_elf', 'smtx_os_vmware', 'smtx_zbs', 'smtx_elf', 'others'] as const;
export type Product = (typeof products)[number];
export interface ProductCount {
  readonly total: number;
  readonly abnormal: number;
}

/** Which product a cluster runs; what this version does not know is among the others. */
export const productOf = ({ type, hypervisor }: Pick<Cluster, 'type' | 'hypervisor'>): Product => {
  if (type === 'SMTX_OS' && hypervisor === 'ELF') return 'smtx_os_elf';
  if (type === 'SMTX_OS' && hypervisor === 'VMWARE') return 'smtx_os_vmware';
  if (type === 'SMTX_ZBS') return 'smtx_zbs';
  return type === 'SMTX_ELF' ? 'smtx_elf' : 'others';
};

/** Clusters by product. */
export const productCounts = (towers: readonly ScopedObjects[]): Readonly<Record<Product, ProductCount>> | null => {
  const clusters = gather(towers, ({ clusters }) => clusters);
  if (clusters === null) return null;
  const of = (product: Product): ProductCount => {
    const own = clusters.filter((cluster) => productOf(cluster) === product);
    return { total: own.length, abnormal: own.filter(isAbnormal).length };
  };
  return {
    smtx_os_elf: of('smtx_os_elf'),
    smtx_os_vmware: of('smtx_os_vmware'),
    smtx_zbs: of('smtx_zbs'),
    smtx_elf: of('smtx_elf'),
    others: of('others'),
  };
};
