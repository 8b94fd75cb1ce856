import type { Dashboard } from './model.ts';
import { formatValue, plural } from './format.ts';
import { bridgeReasons, towersReasons } from './verdict-exporter.ts';
import type { Health } from './source.ts';

export type Level = 'critical' | 'warning' | 'unknown' | 'ok';

/** One thing that keeps the estate from being well. */
export interface Reason {
  readonly level: Exclude<Level, 'ok'>;
  readonly text: string;
  /** The part of the dashboard that says more. */
  readonly part: 'alerts' | 'clusters' | 'hosts' | 'disks' | 'capacity' | 'movement' | 'collectors' | 'receivers';
}

/** The answer to "is my estate well?". */
export interface Verdict {
  readonly level: Level;
  readonly title: string;
  /** The worst first. */
  readonly reasons: readonly Reason[];
}

/** Shares of the storage from which on people should look, and act: CloudTower's own rule is set to the same. */
const storageLevels = { warning: 0.8, critical: 0.9 } as const;
const memoryWarning = 0.95;
const licenseWarning = 30 * 86_400;

const order: readonly Level[] = ['critical', 'warning', 'unknown', 'ok'];

/** What the figures and the exporter's own state come to. */
export const verdictOf = (dashboard: Dashboard, health: Health, now: number): Verdict => {
  const reasons = [...towersReasons(health, now), ...estateReasons(dashboard, now), ...bridgeReasons(health)].sort(
    (a, b) => order.indexOf(a.level) - order.indexOf(b.level),
  );
  const level = reasons[0]?.level ?? (isEmpty(dashboard) ? 'unknown' : 'ok');
  return { level, reasons, title: title(level, dashboard, health) };
};

const isEmpty = ({ clusters }: Dashboard): boolean => clusters.length === 0;

const title = (level: Level, dashboard: Dashboard, health: Health): string => {
  if (level === 'critical') return 'Needs attention now';
  if (level === 'warning') return 'Worth a look';
  if (level === 'ok') return 'All is well';
  if (health.towers.some(({ reach }) => reach === 'starting')) return 'Starting: reading for the first time';
  return isEmpty(dashboard) ? 'Nothing to show in this scope' : 'Cannot be told';
};

const estateReasons = (dashboard: Dashboard, now: number): readonly Reason[] => [
  ...alertReasons(dashboard),
  ...clusterReasons(dashboard, now),
  ...partReasons(dashboard),
];

const alertReasons = ({ alerts }: Dashboard): readonly Reason[] => {
  if (alerts === null) return [];
  const reasons: Reason[] = [];
  if (alerts.critical > 0)
    reasons.push({ level: 'critical', part: 'alerts', text: plural(alerts.critical, 'critical alert') });
  if (alerts.notice > 0)
    reasons.push({ level: 'warning', part: 'alerts', text: plural(alerts.notice, 'notice alert') });
  if (alerts.unknown > 0)
    reasons.push({
      level: 'warning',
      part: 'alerts',
      text: plural(alerts.unknown, 'alert of an unknown severity', 'alerts of an unknown severity'),
    });
  return reasons;
};

const clusterReasons = ({ clusters, storage }: Dashboard, now: number): readonly Reason[] => {
  const reasons: Reason[] = [];
  const named = (list: readonly { readonly name: string }[], one: string, many: string): string =>
    list.length === 1 ? `${one}: ${list[0]?.name ?? ''}` : `${list.length} ${many}`;
  const abnormal = clusters.filter((cluster) => cluster.abnormal);
  if (abnormal.length > 0)
    reasons.push({
      level: 'critical',
      part: 'clusters',
      text: named(abnormal, 'cluster not connected', 'clusters not connected'),
    });
  const above = (share: number) => clusters.filter(({ storage: own }) => (own.usage ?? 0) >= share);
  const full = above(storageLevels.critical);
  const filling = above(storageLevels.warning).filter((cluster) => !full.includes(cluster));
  if (full.length > 0)
    reasons.push({
      level: 'critical',
      part: 'clusters',
      text: named(full, 'storage above 90%', 'clusters with storage above 90%'),
    });
  if (filling.length > 0)
    reasons.push({
      level: 'warning',
      part: 'clusters',
      text: named(filling, 'storage above 80%', 'clusters with storage above 80%'),
    });
  if ((storage?.invalid.value ?? 0) > 0)
    reasons.push({
      level: 'warning',
      part: 'capacity',
      text: `${formatValue(storage?.invalid.value ?? null, 'bytes')} of storage on parts that failed`,
    });
  const ending = clusters.filter(({ license: { expiry } }) => isEnding(expiry, now));
  if (ending.length > 0)
    reasons.push({
      level: 'warning',
      part: 'clusters',
      text: named(ending, 'licence ends within 30 days', 'clusters whose licence ends within 30 days'),
    });
  return reasons;
};

/** Whether a licence ends soon or has ended. */
export const isEnding = (expiry: 'perpetual' | number | null, now: number): boolean =>
  typeof expiry === 'number' && expiry - now / 1000 < licenseWarning;

const partReasons = ({ hosts, disks, memory, recovery }: Dashboard): readonly Reason[] => {
  const reasons: Reason[] = [];
  const add = (count: number, level: Reason['level'], part: Reason['part'], one: string, many?: string): void => {
    if (count > 0) reasons.push({ level, part, text: plural(count, one, many) });
  };
  if (hosts !== null) {
    add(hosts.error, 'critical', 'hosts', 'host in error', 'hosts in error');
    add(hosts.unhealthy, 'warning', 'hosts', 'unhealthy host');
  }
  if (disks !== null) {
    const all = Object.values(disks);
    const count = (condition: 'error' | 'warning'): number => all.reduce((sum, of) => sum + of[condition], 0);
    add(count('error'), 'critical', 'disks', 'disk in error', 'disks in error');
    add(count('warning'), 'warning', 'disks', 'disk with a warning', 'disks with a warning');
  }
  if ((memory?.usage ?? 0) >= memoryWarning)
    reasons.push({ level: 'warning', part: 'capacity', text: 'memory above 95%' });
  add(recovery.length, 'warning', 'movement', 'cluster recovers data', 'clusters recover data');
  return reasons;
};
