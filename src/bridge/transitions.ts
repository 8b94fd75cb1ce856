import { Draft } from './draft.ts';
import { type Evidence, weigh } from './evidence.ts';
import { fingerprint } from './fingerprint.ts';
import type { Mapping } from './mapping.ts';
import type { AlertPoll, PolledAlert } from './poll.ts';
import { normalSeverity } from './severity.ts';
import type { OpenAlert, StateChange, TowerFacts, TowerState, Vanished } from './state.ts';
import { extend } from './streak.ts';

/** Complete polls without the alert before it counts as deleted. */
const deletedAfter = 3;
/** So many alerts gone at once, being more than half of all, are not believed. */
const massVanish = { count: 10, share: 0.5 };

export type ForgetReason = 'out_of_scope' | 'hold_expired' | 'tower_removed';

/** What a poll changes, and what is worth counting. */
export interface Step {
  readonly change: StateChange;
  /** Times that could not be used. */
  readonly timeFallbacks: { readonly start: number; readonly end: number };
  readonly forgotten: readonly { readonly reason: ForgetReason; readonly count: number }[];
}

export interface StepOptions {
  readonly mapping: Mapping;
  /** Milliseconds of `max_hold`. */
  readonly maxHold: number;
}

/**
 * The state machine: what a poll's evidence changes in a tower's state. Pure; `now` is the time by the bridge's clock,
 * milliseconds since the epoch. Nothing is resolved without evidence: an unreachable tower changes no alert, an incomplete poll
 * adds and refreshes only.
 */
export const advance = (state: TowerState, poll: AlertPoll, now: number, options: StepOptions): Step =>
  new Advance(state, poll, now, options).step();

/** The tower is not configured any more: its alerts leave the state, and nobody is told that they ended. */
export const forgetTower = (state: TowerState, now: number): Step => {
  const draft = new Draft(state, now);
  const count = state.open.size;
  for (const id of state.open.keys()) draft.forget(id);
  return {
    change: draft.finish(state.facts),
    timeFallbacks: { start: 0, end: 0 },
    forgotten: count === 0 ? [] : [{ reason: 'tower_removed', count }],
  };
};

/** One run of the machine. */
class Advance {
  readonly #state: TowerState;
  readonly #poll: AlertPoll;
  readonly #now: number;
  readonly #mapping: Mapping;
  readonly #maxHold: number;
  readonly #draft: Draft;
  readonly #fallbacks = { start: 0, end: 0 };
  readonly #forgotten = new Map<ForgetReason, number>();

  constructor(state: TowerState, poll: AlertPoll, now: number, options: StepOptions) {
    this.#state = state;
    this.#poll = poll;
    this.#now = now;
    this.#mapping = options.mapping;
    this.#maxHold = options.maxHold;
    this.#draft = new Draft(state, now);
  }

  step(): Step {
    const facts = this.#facts();
    return {
      change: this.#draft.finish(facts),
      timeFallbacks: this.#fallbacks,
      forgotten: [...this.#forgotten].map(([reason, count]) => ({ reason, count })),
    };
  }

  /** Walks through the evidence, and answers with what is now known of the tower. */
  #facts(): TowerFacts {
    const { facts } = this.#state;
    const reason = this.#poll.reason ?? 'no reason given';
    if (this.#poll.outcome === 'unreachable')
      return { ...facts, unreachable: extend(facts.unreachable, this.#now, reason) };
    const listed = new Set<string>();
    const endedRows = new Map<string, PolledAlert>();
    for (const row of this.#poll.alerts) {
      if (row.ended === true) endedRows.set(row.id, row);
      else if (!listed.has(row.id)) {
        listed.add(row.id);
        this.#seen(row);
      }
    }
    if (this.#poll.outcome === 'incomplete')
      return { ...facts, unreachable: null, incomplete: extend(facts.incomplete, this.#now, reason) };
    const vanished = this.#conclude(weigh(this.#state, this.#poll, listed, endedRows));
    return { unreachable: null, incomplete: null, vanished };
  }

  /** A row that goes on. */
  #seen(row: PolledAlert): void {
    const open = this.#draft.open(row.id);
    if (open === null) this.#fire(row);
    else this.#refresh(open, row);
  }

  #fire(row: PolledAlert): void {
    const labels = this.#mapping.labels(row);
    const started = this.#mapping.startedAt(row, this.#now);
    if (started === null) this.#fallbacks.start += 1;
    const startsAt = this.#afterLastEnd(row.id, started ?? this.#now);
    this.#add(row, labels, startsAt);
  }

  #add(row: PolledAlert, labels: Readonly<Record<string, string>>, startsAt: number): void {
    const print = fingerprint(labels);
    const content = this.#mapping.content(row, labels);
    this.#draft.add(
      {
        id: row.id,
        fingerprint: print,
        clusterId: row.cluster?.id ?? null,
        severity: normalSeverity(row.severity),
        notFound: 0,
        missingSince: null,
      },
      { fingerprint: print, labels, ...content, startsAt, endsAt: null, firstSeen: this.#now },
    );
    this.#draft.refresh(print, () => content); // where it joins one that fires
  }

  /** An alert that comes back after its end was told is a new firing, and begins after that end. */
  #afterLastEnd(id: string, startsAt: number): number {
    const end = this.#draft.lastEnd(id);
    if (end === null || startsAt > end) return startsAt;
    return this.#now > end ? this.#now : Math.min(end, this.#now) + 1;
  }

  #refresh(open: OpenAlert, row: PolledAlert): void {
    const alert = this.#draft.firing(open.fingerprint);
    const severity = normalSeverity(row.severity);
    const changed = severity !== '' && severity !== open.severity;
    const forks = alert !== null && changed && this.#mapping.severity(row.severity).label !== alert.labels['severity'];
    if (forks && this.#poll.outcome === 'complete') {
      this.#replace(open, row, alert.labels);
      return;
    }
    this.#draft.update({
      ...open,
      clusterId: row.cluster?.id ?? open.clusterId,
      // To replace is to resolve, which an incomplete poll never does: the next complete one does it.
      severity: severity === '' || forks ? open.severity : severity,
      notFound: 0,
      missingSince: null,
    });
    if (alert !== null) this.#draft.refresh(open.fingerprint, () => this.#mapping.content(row, alert.labels));
  }

  /** Another severity is another label set: the old one is resolved, and the new one fires. */
  #replace(open: OpenAlert, row: PolledAlert, labels: Readonly<Record<string, string>>): void {
    this.#draft.resolve(open.id, this.#now, 'severity_changed');
    this.#add(row, { ...labels, severity: this.#mapping.severity(row.severity).label }, this.#now);
  }

  /** What a complete poll proves of the alerts that it does not list. */
  #conclude(evidence: Evidence): Vanished | null {
    for (const { row, open } of evidence.ongoing) this.#refresh(open, row);
    for (const { open, row } of evidence.ended) {
      const end = this.#mapping.endedAt(row, this.#now);
      if (end === null) this.#fallbacks.end += 1;
      this.#draft.refresh(open.fingerprint, () => this.#mapping.content(row, this.#labelsOf(open)));
      this.#draft.resolve(open.id, end, null);
    }
    const vanished = this.#vanished(evidence);
    const expired = vanished !== null && vanished.elapsed >= this.#maxHold;
    const emptyScope = this.#poll.scope?.size === 0;
    for (const { open, lookedUp } of evidence.gone) {
      if (expired) this.#forget(open, 'hold_expired');
      else this.#missing(open, lookedUp && vanished === null, () => this.#draft.resolve(open.id, null, 'deleted'));
    }
    for (const open of evidence.outside) {
      // A scope that came out empty may be a datacenter that may not be read any more: it gets no quicker credit than a row.
      if (!emptyScope) this.#forget(open, 'out_of_scope');
      else if (expired) this.#forget(open, 'hold_expired');
      else this.#missing(open, vanished === null, () => this.#forget(open, 'out_of_scope'));
    }
    return expired ? null : vanished;
  }

  /** Counts one more complete poll without the alert, and ends it when there were enough. */
  #missing(open: OpenAlert, counts: boolean, leave: () => void): void {
    const notFound = open.notFound + (counts ? 1 : 0);
    if (notFound >= deletedAfter) leave();
    else this.#draft.update({ ...open, notFound, missingSince: open.missingSince ?? this.#now });
  }

  /** Whether too many are gone at once to believe it: a lost permission that answers `[]` looks just like "all clear". */
  #vanished(evidence: Evidence): Vanished | null {
    const before = this.#state.facts.vanished;
    const emptyScope = this.#poll.scope?.size === 0;
    const gone = evidence.gone.length + (emptyScope ? evidence.outside.length : 0);
    const known = this.#state.open.size - (emptyScope ? 0 : evidence.outside.length);
    // While it holds, alerts that come do not dilute the share of those that went; and only an end among those that went,
    // not any end, is a sign that ends can still be read.
    const open = before?.open ?? known;
    const confirmed = evidence.ended.filter((item) => before === null || item.open.missingSince !== null).length;
    if (gone < massVanish.count || gone <= open * massVanish.share || confirmed > 0) return null;
    const reason = `${gone} of ${open} alerts are gone, and the tower does not say of one that it ended`;
    return { ...extend(before, this.#now, reason), open, gone };
  }

  #forget(open: OpenAlert, reason: ForgetReason): void {
    this.#forgotten.set(reason, (this.#forgotten.get(reason) ?? 0) + 1);
    this.#draft.forget(open.id);
  }

  #labelsOf(open: OpenAlert): Readonly<Record<string, string>> {
    return this.#draft.firing(open.fingerprint)?.labels ?? {};
  }
}
