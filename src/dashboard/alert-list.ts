import type { PolledAlert } from '../bridge/poll.ts';
import { type AlertSeverity, alertSeverity, alertStart } from '../collectors/alerts.ts';
import type { ScopedObjects } from './scope.ts';

/** An unresolved alert, with everything that a person needs to act. */
export interface AlertItem {
  readonly tower: string;
  readonly id: string;
  readonly severity: AlertSeverity;
  /** The global rule's name; null while it is not known. */
  readonly rule: string | null;
  /** Milliseconds since the epoch; null when nobody says. */
  readonly started: number | null;
  readonly cluster: string | null;
  /** What it is about beside the cluster: host, disk, VMs. */
  readonly objects: readonly string[];
  readonly message: string;
  readonly cause: string;
  readonly impact: string;
  readonly solution: string;
}

const ranks: Readonly<Record<AlertSeverity, number>> = { critical: 0, unknown: 1, notice: 2, info: 3 };

/** The worst first, of those the newest; those whose start nobody knows last. */
export const alertItems = (towers: readonly ScopedObjects[], now: number): readonly AlertItem[] =>
  towers
    .flatMap((tower) => {
      const names = new Map((tower.clusters ?? []).map(({ id, name }) => [id, name]));
      return (tower.alerts ?? []).map((alert) => item(tower, alert, names, now));
    })
    .sort(
      (a, b) =>
        ranks[a.severity] - ranks[b.severity] ||
        (b.started ?? -1) - (a.started ?? -1) ||
        (`${a.tower}/${a.id}` < `${b.tower}/${b.id}` ? -1 : 1),
    );

const item = (
  { tower, assumeOffsetMinutes }: ScopedObjects,
  alert: PolledAlert,
  clusterNames: ReadonlyMap<string, string>,
  now: number,
): AlertItem => ({
  tower,
  id: alert.id,
  severity: alertSeverity(alert.severity),
  rule: alert.rule,
  started: alertStart(alert, { now, assumeOffsetMinutes }),
  cluster: alert.cluster === null ? null : (clusterNames.get(alert.cluster.id) ?? alert.cluster.name),
  objects: [alert.host, alert.disk, ...alert.vms.slice(0, 5)].flatMap((object) =>
    object === null || object.name === '' ? [] : [object.name],
  ),
  message: alert.message,
  cause: alert.cause,
  impact: alert.impact,
  solution: alert.solution,
});
