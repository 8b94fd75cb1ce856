/**
 * The durable state of the bridge, as the rest of the bridge sees it. SQLite implements it; the semantics are portable
 * (no SQLite-only meaning) because a PostgreSQL store for pairs of bridges will follow. Times are milliseconds since the epoch.
 */

/** An alert as receivers get it: labels frozen when it was first seen, content as of the latest poll. */
export interface BridgeAlert {
  /** Alertmanager's fingerprint of `labels`, 16 hex digits. */
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorURL: string | null;
  readonly startsAt: number;
  /** Null while it fires. */
  readonly endsAt: number | null;
  /** When the bridge first saw it: the start of the delivery delay. */
  readonly firstSeen: number;
}

/**
 * One change of state that every receiver must accept at least once, in the order of `seq`. `forgotten`: the alert left the
 * state without evidence that it ended; receivers drop it without a notification (see receiver.ts).
 */
export interface Transition {
  readonly seq: number;
  /** The configured tower, or '' for the bridge's own alerts. */
  readonly tower: string;
  readonly kind: 'firing' | 'resolved' | 'forgotten';
  readonly at: number;
  /** The alert as it was at that moment. */
  readonly alert: BridgeAlert;
}

/** A webhook notification whose bytes are fixed before its first send. */
export interface OutboxEntry {
  readonly id: number;
  readonly receiver: string;
  readonly groupKey: string;
  readonly idempotencyKey: string;
  readonly body: Uint8Array;
  readonly createdAt: number;
  readonly attempts: number;
  /** The oldest first-seen time among what it says, for the delivery delay; null for a repeat. */
  readonly firstSeen: number | null;
}

export interface DeadLetter {
  readonly id: number;
  readonly receiver: string;
  readonly at: number;
  /** Why the receiver would not have it, without secrets. */
  readonly reason: string;
  readonly status: number | null;
  /** What was refused: a notification body or one alert as JSON. */
  readonly body: Uint8Array;
  readonly labels: Readonly<Record<string, string>> | null;
}

/** What a receiver (or one Alertmanager URL of it) keeps. `consumer` names it: `<receiver>` or `<receiver> <url hash>`. */
export interface DeliveryStore {
  /** All alerts that fire now, the bridge's own included. The same array as before when nothing of it has changed. */
  firing(): readonly BridgeAlert[];
  /** Transitions with seq > `after`, in order, at most `limit`. */
  transitions(after: number, limit: number): readonly Transition[];
  /** Transitions to resolved since `since`, whoever has seen them: what an Alertmanager is told again after a restart. */
  resolvedSince(since: number): readonly Transition[];
  /** The newest seq written. */
  lastSeq(): number;
  /** The seq up to which this consumer is done; a new consumer starts at what `register` says. */
  cursor(consumer: string): number;
  /** Makes the consumer known (transitions are kept until every known consumer is past them). A new one starts before all alerts that fire now. */
  register(consumer: string): void;
  /** Consumers that the configuration no longer has are forgotten, with their outbox and groups. */
  retainConsumers(consumers: ReadonlySet<string>): void;
  advance(consumer: string, seq: number): void;

  /** Webhook groups: an opaque document per group key, written together with outbox rows and the cursor in one transaction. */
  groups(receiver: string): ReadonlyMap<string, string>;
  commit(change: {
    readonly receiver: string;
    readonly cursor: number;
    readonly groups: ReadonlyMap<string, string | null>;
    readonly enqueue: readonly Omit<OutboxEntry, 'id' | 'attempts'>[];
  }): void;

  /** The oldest entry of the receiver, or null. */
  outboxHead(receiver: string): OutboxEntry | null;
  outboxSize(receiver: string): { readonly rows: number; readonly bytes: number; readonly oldest: number | null };
  /** Written before the send: the attempt is counted even if the process dies in it. */
  outboxAttempt(id: number): void;
  /** Written after the acceptance. */
  outboxAcknowledge(id: number): void;
  /** Moves the entry to the dead letters in one transaction. */
  outboxBury(id: number, letter: Omit<DeadLetter, 'id' | 'receiver' | 'body'>): void;

  addDeadLetter(letter: Omit<DeadLetter, 'id'>): void;
  deadLetters(receiver: string | null): readonly DeadLetter[];
  removeDeadLetter(id: number): boolean;
  deadLetterCount(receiver: string): number;
}
