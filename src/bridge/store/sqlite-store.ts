import type { Clock } from '../../clock.ts';
import { isEmptyChange, type StateChange, type TowerState } from '../state.ts';
import type { BridgeStore, SetAside } from './bridge-store.ts';
import type { Database } from './database.ts';
import { DeadLetters } from './dead-letters.ts';
import type { Lock } from './lock.ts';
import { Outbox } from './outbox.ts';
import { TransitionLog } from './transition-log.ts';
import type { BridgeAlert, DeadLetter, OutboxEntry, Transition } from './types.ts';
import { UpstreamState } from './upstream.ts';

/** How long ended alerts stay readable after everyone was told: an Alertmanager hears of them again after a restart. */
export const retention = 3_600_000;

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  /** Null for a store that shares its file (read-only) or has none. */
  readonly lock: Lock | null;
  readonly setAside: () => { readonly files: readonly string[]; readonly now: SetAside | null };
}

/** The state in one SQLite file. Each public method is one transaction; what is kept in memory follows the commit. */
export class SqliteStore implements BridgeStore {
  readonly setAside: Parts['setAside'];
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #lock: Lock | null;
  readonly #upstream: UpstreamState;
  readonly #log: TransitionLog;
  readonly #outbox: Outbox;
  readonly #letters: DeadLetters;

  constructor({ database, clock, lock, setAside }: Parts) {
    this.#database = database;
    this.#clock = clock;
    this.#lock = lock;
    this.setAside = setAside;
    this.#upstream = new UpstreamState(database);
    this.#log = new TransitionLog(database);
    this.#outbox = new Outbox(database);
    this.#letters = new DeadLetters(database);
  }

  towers(): readonly string[] {
    return this.#upstream.towers();
  }

  tower(name: string): TowerState {
    return this.#upstream.tower(name);
  }

  applyPoll(tower: string, change: StateChange): readonly Transition[] {
    if (isEmptyChange(change)) return [];
    const written = this.#database.transaction(() => {
      this.#upstream.write(tower, change, this.#clock.now());
      return this.#log.write(tower, change.transitions);
    });
    this.#upstream.applied(tower, change);
    this.#log.appended(written.length);
    return written;
  }

  removeTower(tower: string, change: StateChange): readonly Transition[] {
    const written = this.#database.transaction(() => {
      this.#upstream.writeRemoval(tower);
      return this.#log.write(tower, change.transitions);
    });
    this.#upstream.removed(tower);
    this.#log.appended(written.length);
    return written;
  }

  isFiring(tower: string, fingerprint: string): boolean {
    return this.#upstream.isFiring(tower, fingerprint);
  }

  firing(): readonly BridgeAlert[] {
    return this.#upstream.firing();
  }

  transitions(after: number, limit: number): readonly Transition[] {
    return this.#log.after(after, limit);
  }

  resolvedSince(since: number): readonly Transition[] {
    return this.#log
      .resolvedSince(since)
      .filter(({ tower, alert }) => !this.#upstream.isFiring(tower, alert.fingerprint));
  }

  lastSeq(): number {
    return this.#log.lastSeq();
  }

  cursor(consumer: string): number {
    return this.#log.cursor(consumer);
  }

  consumers(): ReadonlyMap<string, number> {
    return this.#log.consumers();
  }

  register(consumer: string): void {
    this.#log.register(consumer);
  }

  retainConsumers(consumers: ReadonlySet<string>): void {
    const gone = [...this.#log.consumers().keys()].filter((name) => !consumers.has(name));
    const receivers = new Set([...consumers].map(receiverOf));
    const abandoned = this.#outbox.receivers().filter((receiver) => !receivers.has(receiver));
    if (gone.length === 0 && abandoned.length === 0) return;
    this.#database.transaction(() => {
      for (const consumer of gone) this.#log.writeDrop(consumer);
      for (const receiver of abandoned) this.#outbox.writeDrop(receiver);
    });
    for (const consumer of gone) this.#log.dropped(consumer);
    for (const receiver of abandoned) this.#outbox.dropped(receiver);
  }

  advance(consumer: string, seq: number): void {
    if (seq <= this.#log.cursor(consumer)) return;
    this.#log.writeCursor(consumer, seq);
    this.#log.moved(consumer, seq);
  }

  resolving(): ReadonlyMap<string, number> {
    return this.#log.resolving();
  }

  groups(receiver: string): ReadonlyMap<string, string> {
    return this.#outbox.groups(receiver);
  }

  commit(change: Parameters<BridgeStore['commit']>[0]): void {
    const { receiver, cursor, groups, enqueue } = change;
    const moves = cursor > this.#log.cursor(receiver);
    this.#database.transaction(() => {
      this.#outbox.writeGroups(receiver, groups);
      this.#outbox.writeEntries(enqueue);
      if (moves) this.#log.writeCursor(receiver, cursor);
    });
    this.#outbox.enqueued(enqueue);
    if (moves) this.#log.moved(receiver, cursor);
  }

  outboxHead(receiver: string): OutboxEntry | null {
    return this.#outbox.head(receiver);
  }

  outboxSize(receiver: string): { readonly rows: number; readonly bytes: number; readonly oldest: number | null } {
    return this.#outbox.size(receiver);
  }

  outboxAttempt(id: number): void {
    this.#outbox.attempt(id);
  }

  outboxAcknowledge(id: number): void {
    const entry = this.#outbox.entry(id);
    if (entry === null) return;
    this.#outbox.writeRemoval(id);
    this.#outbox.removed(entry);
  }

  outboxBury(id: number, letter: Omit<DeadLetter, 'id' | 'receiver' | 'body'>): void {
    const entry = this.#outbox.entry(id);
    if (entry === null) return;
    this.#database.transaction(() => {
      this.#letters.write({ ...letter, receiver: entry.receiver, body: entry.body });
      this.#outbox.writeRemoval(id);
    });
    this.#outbox.removed(entry);
  }

  addDeadLetter(letter: Omit<DeadLetter, 'id'>): void {
    this.#database.transaction(() => this.#letters.write(letter));
  }

  deadLetters(receiver: string | null): readonly DeadLetter[] {
    return this.#letters.list(receiver);
  }

  removeDeadLetter(id: number): boolean {
    return this.#letters.remove(id);
  }

  deadLetterCount(receiver: string): number {
    return this.#letters.count(receiver);
  }

  prune(now: number): void {
    this.#database.transaction(() => {
      this.#log.settle();
      this.#log.prune(now - retention);
    });
    this.#upstream.pruneEnded(now - retention);
  }

  close(): void {
    this.#database.close();
    this.#lock?.release();
  }
}

/** A consumer is named `<receiver>` or `<receiver> <url hash>`. */
const receiverOf = (consumer: string): string => consumer.split(' ', 1)[0] ?? consumer;
