import { fingerprint } from '../../src/bridge/fingerprint.ts';
import type { BridgeLogger } from '../../src/bridge/logger.ts';
import { calm, type NewTransition, type StateChange } from '../../src/bridge/state.ts';
import type { BridgeAlert } from '../../src/bridge/store/types.ts';
import type { Clock } from '../../src/clock.ts';

/** A clock that moves when it is told to; sleeps end as the time passes them. */
export class TestClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  constructor(now = Date.parse('2026-11-22T12:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const sleeper = { at: this.#monotonic + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at > this.#monotonic) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }

  /** Sets the wall clock alone, as an operator or NTP does. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

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
