import type { AlertPoll } from './poll.ts';
import type { Hold } from './receiver.ts';
import type { TowerState } from './state.ts';

/** What is known of each tower's latest poll, to say which firing alerts nobody confirms at the moment. */
export class Holds {
  readonly #started: number;
  readonly #towers = new Map<string, Tower>();

  /** `started`: when the process began; until a tower's first poll all of its alerts are unconfirmed. */
  constructor(started: number) {
    this.#started = started;
  }

  noted(poll: AlertPoll, state: TowerState, maxHold: number): void {
    this.#towers.set(poll.tower, { unconfirmed: unconfirmed(poll, state, maxHold) });
  }

  removed(tower: string): void {
    this.#towers.delete(tower);
  }

  /** Of an alert that fires in this tower. */
  holdOf(tower: string, fingerprint: string): Hold | null {
    const known = this.#towers.get(tower);
    if (known === undefined) return { reason: 'unconfirmed', since: this.#started, expired: false };
    return known.unconfirmed(fingerprint);
  }
}

interface Tower {
  readonly unconfirmed: (fingerprint: string) => Hold | null;
}

const unconfirmed = (poll: AlertPoll, state: TowerState, maxHold: number): Tower['unconfirmed'] => {
  const { unreachable, vanished, incomplete } = state.facts;
  if (unreachable !== null) {
    const hold: Hold = {
      reason: 'unreachable',
      since: unreachable.since,
      expired: unreachable.elapsed >= maxHold,
    };
    return () => hold;
  }
  const listed = incomplete === null ? null : new Set(poll.alerts.map(({ id }) => id));
  const holds = new Map<string, Hold>();
  const confirmed = new Set<string>();
  for (const open of state.open.values()) {
    const since = open.missingSince ?? (listed === null || listed.has(open.id) ? null : (incomplete?.since ?? null));
    if (since === null) confirmed.add(open.fingerprint);
    else holds.set(open.fingerprint, { reason: vanished === null ? 'unconfirmed' : 'vanished', since, expired: false });
  }
  return (fingerprint) => (confirmed.has(fingerprint) ? null : (holds.get(fingerprint) ?? null));
};
