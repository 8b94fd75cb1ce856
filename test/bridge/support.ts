import { fingerprint } from '../../src/bridge/fingerprint.ts';
import type { BridgeLogger } from '../../src/bridge/logger.ts';
import { calm, type NewTransition, type StateChange } from '../../src/bridge/state.ts';
import type { BridgeAlert } from '../../src/bridge/store/types.ts';

/** A logger that remembers. */
export class TestLogger implements BridgeLogger {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', fields, message });
  }
  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }
  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }
  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }
}

export const alertOf = (labels: Readonly<Record<string, string>>, over: Partial<BridgeAlert> = {}): BridgeAlert => ({
  fingerprint: fingerprint(labels),
  labels,
  annotations: {},
  generatorURL: null,
  startsAt: 1000,
  endsAt: null,
  firstSeen: 1000,
  ...over,
});

export const changeOf = (over: Partial<StateChange> = {}): StateChange => ({
  open: new Map(),
  firing: new Map(),
  ended: new Map(),
  facts: null,
  transitions: [],
  ...over,
});

/** The change that makes alerts fire. */
export const fires = (at: number, ...alerts: readonly BridgeAlert[]): StateChange =>
  changeOf({
    open: new Map(
      alerts.map(({ fingerprint: print }) => [
        `id-${print}`,
        { id: `id-${print}`, fingerprint: print, clusterId: null, severity: '', notFound: 0, missingSince: null },
      ]),
    ),
    firing: new Map(alerts.map((alert) => [alert.fingerprint, alert])),
    facts: calm,
    transitions: alerts.map((alert): NewTransition => ({ kind: 'firing', at, alert })),
  });

/** The change that resolves them. */
export const ends = (at: number, ...alerts: readonly BridgeAlert[]): StateChange =>
  changeOf({
    open: new Map(alerts.map(({ fingerprint: print }) => [`id-${print}`, null])),
    firing: new Map(alerts.map((alert) => [alert.fingerprint, null])),
    ended: new Map(alerts.map(({ fingerprint: print }) => [`id-${print}`, at])),
    transitions: alerts.map((alert): NewTransition => ({ kind: 'resolved', at, alert: { ...alert, endsAt: at } })),
  });
