import type { BridgeAlert } from '../store/types.ts';

type Labels = Readonly<Record<string, string>>;

export interface Notification {
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: Labels;
  readonly externalUrl: string;
  readonly firing: readonly BridgeAlert[];
  readonly resolved: readonly BridgeAlert[];
}

/** What Alertmanager writes for "has not ended": Go's zero time. */
const notEnded = '0001-01-01T00:00:00Z';

/** The body of a notification: Alertmanager's webhook payload, version 4, in its order of keys and without any other. */
export const webhookPayload = (notification: Notification): string => {
  const { receiver, groupKey, groupLabels, externalUrl, firing, resolved } = notification;
  const alerts = [...firing, ...resolved].sort(byStart);
  const ended = new Set(resolved);
  return JSON.stringify({
    receiver,
    status: firing.length > 0 ? 'firing' : 'resolved',
    alerts: alerts.map((alert) => payloadAlert(alert, ended.has(alert))),
    groupLabels,
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: externalUrl,
    version: '4',
    groupKey,
    truncatedAlerts: 0,
  });
};

const payloadAlert = (alert: BridgeAlert, resolved: boolean): object => ({
  status: resolved ? 'resolved' : 'firing',
  labels: alert.labels,
  annotations: alert.annotations,
  startsAt: new Date(alert.startsAt).toISOString(),
  endsAt: resolved ? new Date(Math.max(alert.endsAt ?? alert.startsAt, alert.startsAt)).toISOString() : notEnded,
  generatorURL: alert.generatorURL ?? '',
  fingerprint: alert.fingerprint,
});

const byStart = (a: BridgeAlert, b: BridgeAlert): number =>
  a.startsAt - b.startsAt || (a.fingerprint < b.fingerprint ? -1 : a.fingerprint > b.fingerprint ? 1 : 0);

/** What all of them share. */
export const common = (sets: readonly Labels[]): Labels => {
  const [first, ...rest] = sets;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      rest.every((set) => Object.hasOwn(set, name) && set[name] === value),
    ),
  );
};
