import type { BridgeAlert } from './store/types.ts';

/** One upstream alert that the bridge holds as unresolved. Several may stand behind one label set. */
export interface OpenAlert {
  /** The tower's id of it. */
  readonly id: string;
  /** Of the frozen label set it came out with. */
  readonly fingerprint: string;
  readonly clusterId: string | null;
  /** As the tower last spelled it, in capitals; empty while it has not said. */
  readonly severity: string;
  /** Complete polls, in a row, in which it was asked for by id and not found. */
  readonly notFound: number;
  /** Since when no poll has confirmed it although one was complete; milliseconds since the epoch. */
  readonly missingSince: number | null;
}

/** A stretch of polls that failed in one way. */
export interface Streak {
  readonly since: number;
  /** When the latest of them ended. */
  readonly last: number;
  readonly polls: number;
  /** How long it has lasted by the clock's steps, each step bounded: a clock that jumps does not end a hold. Milliseconds. */
  readonly elapsed: number;
  readonly reason: string;
}

/** So many alerts were gone at once that their absence proves nothing. */
export interface Vanished extends Streak {
  /** How many were open when it began, and how many are gone now. */
  readonly open: number;
  readonly gone: number;
}

/** What is kept of a tower beside its alerts. All null: everything is as it should be. */
export interface TowerFacts {
  readonly unreachable: Streak | null;
  readonly incomplete: Streak | null;
  readonly vanished: Vanished | null;
}

/** Everything the bridge knows of one tower's alerts. */
export interface TowerState {
  readonly open: ReadonlyMap<string, OpenAlert>;
  /** By fingerprint: what receivers are told. */
  readonly firing: ReadonlyMap<string, BridgeAlert>;
  /** Ids that ended a short while ago and the end that was sent: a new firing starts after it. */
  readonly ended: ReadonlyMap<string, number>;
  readonly facts: TowerFacts;
}

export interface NewTransition {
  readonly kind: 'firing' | 'resolved' | 'forgotten';
  readonly at: number;
  readonly alert: BridgeAlert;
}

/** What one poll changes: applied to the state and written in one transaction. Only what differs is in it. */
export interface StateChange {
  /** Null: it is not open any more. */
  readonly open: ReadonlyMap<string, OpenAlert | null>;
  /** Null: it does not fire any more. */
  readonly firing: ReadonlyMap<string, BridgeAlert | null>;
  readonly ended: ReadonlyMap<string, number>;
  /** Null: unchanged. */
  readonly facts: TowerFacts | null;
  /** In order. A severity change is a `resolved` directly followed by a `firing`. */
  readonly transitions: readonly NewTransition[];
}

export const calm: TowerFacts = { unreachable: null, incomplete: null, vanished: null };

export const emptyState: TowerState = { open: new Map(), firing: new Map(), ended: new Map(), facts: calm };

export const isEmptyChange = (change: StateChange): boolean =>
  change.open.size === 0 &&
  change.firing.size === 0 &&
  change.ended.size === 0 &&
  change.facts === null &&
  change.transitions.length === 0;

/** A tower's state in memory, which only its owner changes. */
export interface MutableTowerState extends TowerState {
  readonly open: Map<string, OpenAlert>;
  readonly firing: Map<string, BridgeAlert>;
  readonly ended: Map<string, number>;
  facts: TowerFacts;
}

export const newState = (): MutableTowerState => ({
  open: new Map(),
  firing: new Map(),
  ended: new Map(),
  facts: calm,
});

/** Applies the change in place. */
export const applyChange = (state: MutableTowerState, change: StateChange): void => {
  assign(state.open, change.open);
  assign(state.firing, change.firing);
  assign(state.ended, change.ended);
  if (change.facts !== null) state.facts = change.facts;
};

const assign = <V>(target: Map<string, V>, change: ReadonlyMap<string, V | null>): void => {
  for (const [key, value] of change) {
    if (value === null) target.delete(key);
    else target.set(key, value);
  }
};
