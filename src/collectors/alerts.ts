import type { PolledAlert } from '../bridge/poll.ts';
import type { Alert, Cluster } from '../client/resources.ts';
import { SampleBatch } from '../metrics/batch.ts';
import { alertFamilies as families } from '../metrics/catalogue/tower.ts';
import type { LabelKind } from '../metrics/label-cache.ts';
import { parseTowerTime } from '../time.ts';
import { defineCollector, type SampleContext, type SampleWork } from './collector.ts';
import { ClusterIndex } from './identity.ts';
import { enumeration, ValueSet } from './values.ts';

export interface AlertData {
  /** Unresolved alerts. */
  readonly alerts: readonly PolledAlert[];
  /** For names and zeros; null when nobody knows the clusters. */
  readonly clusters: readonly Cluster[] | null;
}

export type AlertSeverity = 'critical' | 'notice' | 'info' | 'unknown';

const severities: ReadonlyMap<string, AlertSeverity> = new Map<string, AlertSeverity>([
  ['CRITICAL', 'critical'],
  ['NOTICE', 'notice'],
  ['INFO', 'info'],
]);
const severitySet = new ValueSet<AlertSeverity>('severity', ['critical', 'notice', 'info', 'unknown']);
const checkSeverity = enumeration('alert.severity', [...severities.keys(), 'SEVERITY_UNSPECIFIED']);

const details: LabelKind<PolledAlert> = {
  names: ['alert_id', 'severity', 'rule', 'host_name', 'disk_name'],
  values: (alert) => [
    alert.id,
    alertSeverity(alert.severity),
    alert.rule ?? '',
    alert.host?.name ?? '',
    alert.disk?.name ?? '',
  ],
};

/** Unresolved alerts: how many, and when each of the newest began. */
export const alerts = defineCollector<AlertData>({
  name: 'alerts',
  families: Object.values(families),
  read: async (context) => {
    const [alerts, clusters] = await Promise.all([context.rows('alerts'), context.joined('clusters')]);
    return { alerts, clusters };
  },
  samples: alertSamples,
  objects: ({ alerts }) => alerts.length,
});

export function* alertSamples({ alerts, clusters }: AlertData, context: SampleContext): SampleWork {
  const batch = new SampleBatch();
  const index = new ClusterIndex(clusters, context.labels);
  const zeros = (): Map<AlertSeverity, number> => new Map([...severities.values()].map((severity) => [severity, 0]));
  const counts = new Map(index.known.map((cluster) => [cluster, zeros()]));
  for (const alert of alerts) {
    checkSeverity(alert.severity, context.unknownValue);
    const cluster = index.of(alert.cluster);
    const severity = alertSeverity(alert.severity);
    const count = counts.get(cluster) ?? new Map<AlertSeverity, number>();
    counts.set(cluster, count.set(severity, (count.get(severity) ?? 0) + 1));
    yield;
  }
  for (const [{ block }, count] of counts) {
    severitySet.addEach(batch, families.count, block, (severity) => count.get(severity) ?? null);
  }
  for (const { alert, start } of newestFirst(alerts, context).slice(0, context.maxAlertSeries)) {
    if (start === null) continue;
    batch.add(families.start, start / 1000, index.of(alert.cluster).block, context.labels.block(details, alert));
    yield;
  }
  const notShown = Math.max(0, alerts.length - context.maxAlertSeries);
  // A series of the tower itself; another shard must not keep silent about what it does not show, though.
  if (context.towerElsewhere !== true || notShown > 0) batch.add(families.notShown, notShown);
  return batch;
}

/** The severity as CloudTower names it, in lower case; `unknown` for any other text. */
export const alertSeverity = (severity: string | null): AlertSeverity => severities.get(severity ?? '') ?? 'unknown';

/** When the alert began, milliseconds since the epoch: as the cluster says, else when the row was written; null when neither can be read. */
export const alertStart = (
  alert: Alert,
  context: Pick<SampleContext, 'now' | 'assumeOffsetMinutes'>,
): number | null => {
  const read = (text: string | null): number | null => parseTowerTime(text, context.now, context);
  return read(alert.local_start_time) ?? read(alert.local_create_time) ?? read(alert.create_time);
};

/** Those whose start nobody knows come last. */
const newestFirst = (alerts: readonly PolledAlert[], context: SampleContext) =>
  alerts
    .map((alert) => ({ alert, start: alertStart(alert, context) }))
    .sort((a, b) => (b.start ?? -1) - (a.start ?? -1) || (a.alert.id < b.alert.id ? -1 : 1));
