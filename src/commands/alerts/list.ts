import type { Command } from 'commander';
import type { TowerFacts } from '../../bridge/state.ts';
import type { BridgeStore } from '../../bridge/store/bridge-store.ts';
import type { BridgeAlert } from '../../bridge/store/types.ts';
import { exitCodes } from '../exit-codes.ts';
import { alertsContext, columns, readState, timeText } from './context.ts';

interface Listed {
  readonly state: 'firing' | 'resolving';
  readonly alert: BridgeAlert;
}

/** `alerts list`: what the bridge holds, and how far each receiver is. */
export const listAlerts = async (command: Command): Promise<number> => {
  const { bridge, answer } = alertsContext(command);
  const report = readState(bridge, reportOf);
  await answer(toJson(report), toText(report));
  return exitCodes.ok;
};

interface Report {
  readonly alerts: readonly Listed[];
  readonly towers: readonly { readonly name: string; readonly facts: TowerFacts }[];
  readonly consumers: readonly { readonly name: string; readonly behind: number }[];
}

const reportOf = (store: BridgeStore): Report => {
  const cursors = store.consumers();
  const slowest = Math.min(store.lastSeq(), ...cursors.values());
  const waiting = store.transitions(slowest, Number.MAX_SAFE_INTEGER);
  return {
    alerts: [
      ...store.firing().map((alert) => ({ state: 'firing' as const, alert })),
      ...waiting.filter(({ kind }) => kind === 'resolved').map(({ alert }) => ({ state: 'resolving' as const, alert })),
    ],
    towers: store
      .towers()
      .filter((name) => name !== '')
      .map((name) => ({ name, facts: store.tower(name).facts })),
    consumers: [...cursors].map(([name, cursor]) => ({
      name,
      behind: waiting.filter(({ seq }) => seq > cursor).length,
    })),
  };
};

const toJson = ({ alerts, towers, consumers }: Report): unknown => ({
  alerts: alerts.map(({ state, alert }) => ({
    state,
    ...alert,
    startsAt: new Date(alert.startsAt).toISOString(),
    endsAt: alert.endsAt === null ? null : new Date(alert.endsAt).toISOString(),
    firstSeen: new Date(alert.firstSeen).toISOString(),
  })),
  towers: towers.map(({ name, facts }) => ({
    name,
    unreachable: facts.unreachable,
    incomplete: facts.incomplete,
    vanished: facts.vanished,
  })),
  receivers: consumers,
});

const toText = ({ alerts, towers, consumers }: Report): string => {
  const rows = alerts.map(({ state, alert: { labels, annotations, startsAt } }) => [
    state,
    labels['severity'] ?? '',
    timeText(startsAt),
    labels['tower'] ?? '',
    labels['cluster_name'] ?? labels['cluster_id'] ?? '',
    labels['alertname'] ?? '',
    annotations['summary'] ?? '',
  ]);
  const table = rows.length === 0 ? 'No alert fires.\n' : columns([headings, ...rows]);
  const notes = [
    ...towers.flatMap(({ name, facts }) => factNotes(name, facts)),
    ...consumers
      .filter(({ behind }) => behind > 0)
      .map(({ name, behind }) => `Receiver ${name} has yet to accept ${behind} transition(s).`),
  ];
  return notes.length === 0 ? table : `${table}\n${notes.join('\n')}\n`;
};

const headings = ['STATE', 'SEVERITY', 'STARTED', 'TOWER', 'CLUSTER', 'ALERTNAME', 'SUMMARY'];

const factNotes = (tower: string, { unreachable, incomplete, vanished }: TowerFacts): readonly string[] => [
  ...(unreachable === null
    ? []
    : [`Tower ${tower} has been unreachable since ${timeText(unreachable.since)}: ${unreachable.reason}`]),
  ...(incomplete === null
    ? []
    : [`Tower ${tower} has answered incompletely since ${timeText(incomplete.since)}: ${incomplete.reason}`]),
  ...(vanished === null
    ? []
    : [`Tower ${tower} is held since ${timeText(vanished.since)}: ${vanished.reason}. See docs/bridge.md.`]),
];
