import { fingerprint } from './fingerprint.ts';
import { toLabels } from './mapping.ts';
import type { NewTransition, OpenAlert, StateChange, TowerFacts, TowerState } from './state.ts';
import type { BridgeAlert } from './store/types.ts';

/** The bridge's own alerts: what the on-call must know about the messenger. They go the same way as all others. */

/** An own alert that should fire. */
export interface OwnAlert {
  readonly alertname: string;
  readonly severity: string;
  /** Empty when it is about the bridge as a whole. */
  readonly tower: string;
  readonly summary: string;
  readonly description: string;
  readonly startsAt: number;
}

/** When a tower that does not answer is worth waking someone. */
const unreachableAfter = { polls: 3, elapsed: 90_000 };
/** When a tower whose lists stay incomplete is. */
const incompleteAfter = { polls: 10, elapsed: 300_000 };

/** What a tower's facts call for. */
export const towerAlerts = (tower: string, { unreachable, incomplete, vanished }: TowerFacts): readonly OwnAlert[] => {
  const alerts: OwnAlert[] = [];
  if (
    unreachable !== null &&
    (unreachable.polls >= unreachableAfter.polls || unreachable.elapsed >= unreachableAfter.elapsed)
  ) {
    alerts.push({
      alertname: 'CloudTowerUnreachable',
      severity: 'critical',
      tower,
      summary: `CloudTower ${tower} cannot be reached`,
      description: `New alerts of it go unseen, and ends untold; those that fire are kept firing for a while. Last problem: ${unreachable.reason}`,
      startsAt: unreachable.since,
    });
  }
  const blind =
    incomplete !== null && incomplete.polls >= incompleteAfter.polls && incomplete.elapsed >= incompleteAfter.elapsed
      ? incomplete
      : null;
  const held = vanished ?? blind;
  if (held !== null) {
    alerts.push({
      alertname: 'CloudTowerBridgeHeld',
      severity: 'critical',
      tower,
      summary: `Nothing of CloudTower ${tower} is resolved until a person has looked`,
      description:
        vanished === null
          ? `Its lists of alerts have been incomplete for a while, so that no absence proves an end. Last problem: ${held.reason}`
          : `${held.reason}. The bridge's user may have lost a permission. See docs/bridge.md, "A hold".`,
      startsAt: held.since,
    });
  }
  return alerts;
};

/** After a damaged state was set aside; ends when its file is gone from the directory. */
export const stateLost = (files: readonly string[], startsAt: number): readonly OwnAlert[] =>
  files.length === 0
    ? []
    : [
        {
          alertname: 'CloudTowerBridgeStateLost',
          severity: 'warning',
          tower: '',
          summary: 'The alert bridge lost its state and began afresh',
          description:
            'Alerts that fire were told again; ends that came while the state was lost are not told. ' +
            `Remove the damaged file when it is not needed any more, which ends this alert: ${files.join(', ')}`,
          startsAt,
        },
      ];

/** Always firing, for a dead man's switch. */
export const watchdog = (startsAt: number): OwnAlert => ({
  alertname: 'CloudTowerBridgeWatchdog',
  severity: 'none',
  tower: '',
  summary: 'The alert bridge works',
  description: 'This alert always fires. When it stops, the way from the bridge to you is broken.',
  startsAt,
});

/** The change from what fires in the bridge's own name to what should. */
export const settleOwn = (
  state: TowerState,
  wanted: readonly OwnAlert[],
  now: number,
  external: Readonly<Record<string, string>>,
): StateChange => {
  const alerts = new Map(wanted.map((own) => toAlert(own, now, external)).map((alert) => [alert.fingerprint, alert]));
  const open = new Map<string, OpenAlert | null>();
  const firing = new Map<string, BridgeAlert | null>();
  const transitions: NewTransition[] = [];
  for (const [print, alert] of alerts) {
    const known = state.firing.get(print);
    if (known === undefined) {
      open.set(print, {
        id: print,
        fingerprint: print,
        clusterId: null,
        severity: '',
        notFound: 0,
        missingSince: null,
      });
      firing.set(print, alert);
      transitions.push({ kind: 'firing', at: now, alert });
    } else if (known.annotations['description'] !== alert.annotations['description']) {
      firing.set(print, { ...known, annotations: alert.annotations });
    }
  }
  for (const [print, alert] of state.firing) {
    if (alerts.has(print)) continue;
    open.set(print, null);
    firing.set(print, null);
    const startsAt = Math.min(alert.startsAt, now);
    transitions.push({ kind: 'resolved', at: now, alert: { ...alert, startsAt, endsAt: now } });
  }
  return { open, firing, ended: new Map(), facts: null, transitions };
};

const toAlert = (own: OwnAlert, now: number, external: Readonly<Record<string, string>>): BridgeAlert => {
  const { alertname, severity, tower, summary, description } = own;
  const labels = toLabels({ ...external, alertname, severity, tower, source: 'cloudtower' });
  return {
    fingerprint: fingerprint(labels),
    labels,
    annotations: { summary, description },
    generatorURL: null,
    startsAt: Math.min(own.startsAt, now),
    endsAt: null,
    firstSeen: now,
  };
};
