import type { Clock, Random } from '../clock.ts';
import type { BridgeLogger } from './logger.ts';
import type { BridgeMetrics } from './metrics.ts';
import type { BridgeAlert, DeliveryStore } from './store/types.ts';

/** Why a firing alert is kept although nobody confirms it at the moment. */
export interface Hold {
  /**
   * `unreachable`: its tower does not answer. `vanished`: the tower answers, but too many alerts are gone at once to believe it.
   * `unconfirmed`: the latest poll did not show it, or there was none since the start; what became of it is not known yet.
   */
  readonly reason: 'unreachable' | 'vanished' | 'unconfirmed';
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** `max_hold` is over: it is not sent any more and left to expire. It is not resolved. */
  readonly expired: boolean;
}

/** What the bridge knows of an alert beyond the store; level-triggered receivers ask before they send it again. */
export interface HoldView {
  /** Null: the latest poll confirmed it, or it is the bridge's own. */
  holdOf(alert: BridgeAlert): Hold | null;
  /**
   * Whether nothing is known of this tower at the moment (no poll since the start, or unreachable): an alert of it that ended
   * may fire again by now, so its end is not told once more. Absent: every tower is seen.
   */
  isBlind?(tower: string): boolean;
}

/** What one address of a receiver is doing. */
export interface TargetStatus {
  /** Names the address without secrets: its origin, or the receiver's name. */
  readonly target: string;
  readonly state: 'idle' | 'delivering' | 'retrying' | 'configuration_error' | 'stopped';
  /** The last failure in words, null when the last delivery succeeded. Without secrets. */
  readonly problem: string | null;
  readonly lastSuccess: number | null;
}

export interface ReceiverStatus {
  readonly name: string;
  readonly kind: 'alertmanager' | 'webhook';
  readonly targets: readonly TargetStatus[];
  /** Transitions and notifications that wait for acceptance. */
  readonly queueLength: number;
  /** When the oldest of those came, milliseconds since the epoch. */
  readonly oldestUnacknowledged: number | null;
  readonly deadLetters: number;
}

/**
 * One configured receiver. It reads transitions after its cursor from the store, delivers, and advances the cursor. Calls to the
 * store may throw `StoreError` at any time (full disk): the receiver keeps what it has, backs off, and tries again.
 *
 * Besides `firing` and `resolved` there are `forgotten` transitions: the alert left the bridge's state without evidence that it
 * ended (scope narrowed, tower removed, hold over). Nothing is delivered for it: a level-triggered receiver stops re-sending it
 * (it expires by itself), an edge-triggered one takes it out of its group without a notification.
 */
export interface Receiver {
  readonly name: string;
  /** The names under which it keeps cursors in the store: one, or one per URL. Known before `start`. */
  readonly consumers: readonly string[];
  /** There may be new transitions. Cheap; may be called at any time, also before `start` and after `stop`. */
  wake(): void;
  /** Registers its consumers and begins to deliver. */
  start(): void;
  /** Delivers what waits for at most `deadlineMs`, then ends. Never rejects; nothing of it runs afterwards. */
  stop(deadlineMs: number): Promise<void>;
  status(): ReceiverStatus;
}

/** What every receiver is handed. */
export interface ReceiverDeps {
  readonly store: DeliveryStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: BridgeLogger;
  readonly metrics: BridgeMetrics;
  readonly holds: HoldView;
  /** The longest interval at which a tower's alerts are polled, milliseconds. */
  readonly pollInterval: number;
  /** With a function: payloads are handed to it instead of being sent, and count as accepted. */
  readonly dryRun: ((text: string) => void) | null;
}
