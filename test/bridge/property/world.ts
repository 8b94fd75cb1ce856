import type { AlertPoll, Lookup, PolledAlert } from '../../../src/bridge/poll.ts';
import { rowOf } from '../polls.ts';

/** What one alert is upstream; the truth that the bridge only sees through polls. */
interface Truth {
  readonly id: string;
  severity: string;
  state: 'open' | 'ended' | 'deleted';
  started: string | null;
  ended: string | null;
}

/** How a poll goes wrong. */
export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreachable' }
  /** Only the first part of the list arrives. */
  | { readonly kind: 'incomplete'; readonly share: number }
  /** The permission is gone: an empty list, and nothing is found. */
  | { readonly kind: 'blind' }
  /** The list is whole, the look-ups fail for a part. */
  | { readonly kind: 'lookups'; readonly share: number }
  /** Some rows end between the pages: they are listed, and say so. */
  | { readonly kind: 'torn' };

/** A CloudTower's alerts over time. */
export class World {
  readonly alerts = new Map<string, Truth>();
  #made = 0;

  start(count: number, severity: string, started: string | null): void {
    for (let index = 0; index < count; index += 1) {
      this.#made += 1;
      const id = `a${String(this.#made).padStart(4, '0')}`;
      this.alerts.set(id, { id, severity, state: 'open', started, ended: null });
    }
  }

  end(pick: number, ended: string | null): void {
    const alert = this.#pick(pick, 'open');
    if (alert === undefined) return;
    alert.state = 'ended';
    alert.ended = ended;
  }

  remove(pick: number): void {
    const alert = this.#pick(pick, 'open');
    if (alert !== undefined) alert.state = 'deleted';
  }

  reopen(pick: number): void {
    const alert = this.#pick(pick, 'ended');
    if (alert === undefined) return;
    alert.state = 'open';
    alert.ended = null;
  }

  change(pick: number, severity: string): void {
    const alert = this.#pick(pick, 'open');
    if (alert !== undefined) alert.severity = severity;
  }

  open(): ReadonlyMap<string, string> {
    return new Map(
      [...this.alerts.values()].filter(({ state }) => state === 'open').map((alert) => [alert.id, alert.severity]),
    );
  }

  /** What a poll comes to that asks for the ids the bridge holds. */
  poll(held: readonly string[], fault: Fault, at: number): AlertPoll {
    const base = { tower: 't', at, scope: null, reason: null, lookups: new Map<string, Lookup>() };
    const rows = [...this.alerts.values()].filter(({ state }) => state === 'open').map(toRow);
    switch (fault.kind) {
      case 'unreachable':
        return { ...base, outcome: 'unreachable', reason: 'refused', alerts: [] };
      case 'incomplete':
        return {
          ...base,
          outcome: 'incomplete',
          reason: 'a page failed',
          alerts: rows.slice(0, Math.floor(rows.length * fault.share)),
        };
      case 'blind':
        return { ...base, outcome: 'complete', alerts: [], lookups: new Map(held.map((id) => [id, 'not_found'])) };
      case 'torn': {
        const torn = [...this.alerts.values()].filter(({ state }) => state === 'ended').map(toRow);
        return { ...base, outcome: 'complete', alerts: [...rows, ...torn], lookups: this.#lookups(held, 1) };
      }
      case 'lookups':
        return { ...base, outcome: 'complete', alerts: rows, lookups: this.#lookups(held, fault.share) };
      case 'none':
        return { ...base, outcome: 'complete', alerts: rows, lookups: this.#lookups(held, 1) };
    }
  }

  #lookups(held: readonly string[], share: number): Map<string, Lookup> {
    const asked = held.filter((id) => this.alerts.get(id)?.state !== 'open');
    return new Map(
      asked.slice(0, Math.ceil(asked.length * share)).map((id) => {
        const alert = this.alerts.get(id);
        return [id, alert === undefined || alert.state === 'deleted' ? 'not_found' : toRow(alert)];
      }),
    );
  }

  #pick(pick: number, state: Truth['state']): Truth | undefined {
    const candidates = [...this.alerts.values()].filter((alert) => alert.state === state);
    return candidates[Math.floor(pick * candidates.length)];
  }
}

const toRow = ({ id, severity, state, started, ended }: Truth): PolledAlert =>
  rowOf(id, { severity, ended: state === 'ended', local_start_time: started, local_end_time: ended });
