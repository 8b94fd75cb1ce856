import type { StateChange, TowerState } from '../state.ts';
import type { DeliveryStore, Transition } from './types.ts';

/** What was found damaged when the state was opened. */
export interface SetAside {
  /** The file it was renamed to. */
  readonly path: string;
  /** What SQLite said. */
  readonly reason: string;
}

/**
 * The bridge's durable state: the towers' alerts beside what receivers keep. Every method may throw `StoreError`; a change that
 * threw has not happened, on disk and in memory.
 */
export interface BridgeStore extends DeliveryStore {
  /** Towers of which anything is kept; '' is the bridge itself. */
  towers(): readonly string[];
  /** A live view of one tower's state; empty for a tower that is new. */
  tower(name: string): TowerState;
  /** Writes one poll's change and its transitions in one synced transaction; an empty change writes nothing. */
  applyPoll(tower: string, change: StateChange): readonly Transition[];
  /** As `applyPoll`; and nothing of the tower is left. */
  removeTower(tower: string, change: StateChange): readonly Transition[];
  /** Whether anything fires or waits under this fingerprint. */
  isFiring(tower: string, fingerprint: string): boolean;
  /** Ended alerts by tower that some consumer has yet to be told of. */
  resolving(): ReadonlyMap<string, number>;
  /** Known consumers and their cursors. */
  consumers(): ReadonlyMap<string, number>;
  /** Removes what every consumer is past and the retention has gone over. Call it every minute or so. */
  prune(now: number): void;
  /** Damaged files that still lie in the directory, and what was found at this start. */
  setAside(): { readonly files: readonly string[]; readonly now: SetAside | null };
  close(): void;
}
