import { createHash } from 'node:crypto';
import type { WebhookReceiverConfig } from '../../config/schema.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { BridgeAlert, DeliveryStore, OutboxEntry } from '../store/types.ts';
import { dueAt, flush, type Group, type GroupTimes, type Member, mendTimes, type Round } from './group.ts';
import { GroupBook } from './group-book.ts';
import { readGroup, writeGroup } from './group-document.ts';
import { webhookPayload } from './payload.ts';
import { createSelection } from './relabel.ts';

/** What the outbox of one receiver may hold. */
export interface OutboxCap {
  readonly rows: number;
  readonly bytes: number;
}

export const defaultOutboxCap: OutboxCap = { rows: 100_000, bytes: 256 * 1024 * 1024 };

type NewEntry = Omit<OutboxEntry, 'id' | 'attempts'>;

const page = 1000;
/** Transitions that are taken in at one go, so that a long absence is caught up in bounded steps. */
const maxTransitions = 20_000;

/**
 * Turns transitions into notifications whose bytes are fixed in the outbox. Groups, outbox and cursor are written in one
 * transaction, so that whatever moment the process dies at, each transition is in exactly one of: not read yet, waiting in its
 * group, in the outbox.
 */
export class WebhookPlanner {
  readonly #name: string;
  readonly #config: WebhookReceiverConfig['webhook'];
  readonly #deps: ReceiverDeps;
  readonly #cap: OutboxCap;
  readonly #times: GroupTimes;
  readonly #book: GroupBook;
  #cursor = -1;
  #opened = false;
  /** The cursor is further than the store knows. */
  #moved = false;
  /** Notifications that are made but not yet written: kept when a write fails. */
  #entries: NewEntry[] = [];
  #bytes = 0;

  constructor(config: WebhookReceiverConfig, deps: ReceiverDeps, cap: OutboxCap) {
    const { webhook } = config;
    this.#name = config.name;
    this.#config = webhook;
    this.#deps = deps;
    this.#cap = cap;
    this.#times = {
      groupWait: webhook.group_wait,
      groupInterval: webhook.group_interval,
      repeatInterval: webhook.repeat_interval,
    };
    this.#book = new GroupBook(createSelection(config.match, config.relabel), webhook, this.#times);
  }

  /** Transitions that wait in groups: how many, and since when (milliseconds since the epoch). */
  waiting(): { readonly count: number; readonly oldest: number | null } {
    let count = 0;
    let oldest: number | null = null;
    for (const { members, flushAt } of this.#book.groups.values()) {
      if (flushAt === null) continue;
      for (const { queue } of members.values()) {
        for (const { since } of queue) {
          count += 1;
          oldest = Math.min(oldest ?? since, since);
        }
      }
    }
    return { count, oldest };
  }

  /**
   * Takes in new transitions and makes the notifications that are due. Returns how long there is nothing to do unless something
   * happens, milliseconds, and whether anything went into the outbox.
   * @throws {StoreError} having lost nothing: the next call goes on
   */
  step(): { readonly wait: number; readonly enqueued: boolean } {
    const { store, clock } = this.#deps;
    this.#open(store, clock.now());
    let enqueued = this.#commit(store);
    if (this.#isFull(store)) return { wait: 1000, enqueued };
    const now = clock.now();
    for (const [key, group] of this.#book.groups) if (mendTimes(group, now, this.#times)) this.#book.dirty.add(key);
    const read = this.#read(store, now);
    const waits = this.#flushDue(store, now);
    enqueued = this.#commit(store) || enqueued;
    if (read >= maxTransitions) return { wait: 0, enqueued };
    return { wait: waits ? 1000 : this.#untilNext(now), enqueued };
  }

  #open(store: DeliveryStore, now: number): void {
    if (this.#opened) return;
    store.register(this.#name);
    this.#cursor = store.cursor(this.#name);
    for (const [key, text] of store.groups(this.#name)) {
      const group = readGroup(key, text);
      if (group !== null) this.#book.load(group);
      else {
        this.#deps.logger.error(
          { receiver: this.#name, group: key },
          'the state of a group cannot be read; it is dropped',
        );
        this.#book.dirty.add(key);
      }
    }
    this.#book.reconcile(store.firing(), now);
    this.#opened = true;
  }

  #isFull(store: DeliveryStore): boolean {
    const { rows, bytes } = store.outboxSize(this.#name);
    return rows >= this.#cap.rows || bytes >= this.#cap.bytes;
  }

  #read(store: DeliveryStore, now: number): number {
    let read = 0;
    for (let full = true; full && read < maxTransitions; ) {
      const transitions = store.transitions(this.#cursor, page);
      for (const transition of transitions) {
        this.#book.apply(transition, now);
        this.#cursor = transition.seq;
        this.#moved = true;
      }
      read += transitions.length;
      full = transitions.length === page;
    }
    return read;
  }

  /** True when a notification has to wait until the outbox is shorter: its group stays due. */
  #flushDue(store: DeliveryStore, now: number): boolean {
    const due = [...this.#book.groups.values()].filter((group) => (dueAt(group, this.#times) ?? Infinity) <= now);
    if (due.length === 0) return false;
    due.sort((a, b) => (a.flushAt ?? now) - (b.flushAt ?? now));
    const { rows, bytes } = store.outboxSize(this.#name);
    const refresh = this.#refresher(store);
    let waits = false;
    for (const group of due) {
      // Nothing new, and the last word has not arrived yet: repeating it would only lengthen the queue.
      if (group.flushAt === null && rows + this.#entries.length > 0) {
        waits = true;
        continue;
      }
      const { rounds, group: after } = flush(group, now, this.#config.send_resolved, refresh);
      const entries = rounds.map((round, index) => this.#entry(group, round, now, index));
      const size = entries.reduce((sum, { body }) => sum + body.length, 0);
      const used = rows + this.#entries.length;
      const fits = used + entries.length <= this.#cap.rows && bytes + this.#bytes + size <= this.#cap.bytes;
      // What is larger than the cap all by itself goes out alone.
      if (!fits && used > 0) return true;
      this.#entries.push(...entries);
      this.#bytes += size;
      this.#book.replace(group.key, after);
    }
    return waits;
  }

  #entry(group: Group, round: Round, now: number, index: number): NewEntry {
    const body = Buffer.from(
      webhookPayload({
        receiver: this.#name,
        groupKey: group.key,
        groupLabels: group.labels,
        externalUrl: this.#config.external_url ?? '',
        firing: round.firing,
        resolved: round.resolved,
      }),
    );
    const idempotencyKey = createHash('sha256')
      .update(`${this.#name}\n${this.#cursor}\n${now}\n${index}\n`)
      .update(body)
      .digest('hex')
      .slice(0, 32);
    return {
      receiver: this.#name,
      groupKey: group.key,
      idempotencyKey,
      body,
      createdAt: now,
      firstSeen: round.firstSeen,
    };
  }

  /** Annotations change while an alert fires; a notification carries the latest. The store is asked once, and only if need be. */
  #refresher(store: DeliveryStore): (member: Member) => BridgeAlert {
    let firing: ReadonlyMap<string, BridgeAlert> | null = null;
    return ({ alert, sources }) => {
      firing ??= new Map(store.firing().map((one) => [one.fingerprint, one]));
      const [source] = sources;
      const latest = source === undefined ? undefined : firing.get(source);
      if (latest === undefined || latest.startsAt !== alert.startsAt) return alert;
      return { ...alert, annotations: latest.annotations, generatorURL: latest.generatorURL };
    };
  }

  /** Writes what changed; true when there was something for the outbox. */
  #commit(store: DeliveryStore): boolean {
    const { dirty, groups } = this.#book;
    if (!this.#moved && dirty.size === 0 && this.#entries.length === 0) return false;
    const documents = new Map<string, string | null>();
    for (const key of dirty) {
      const group = groups.get(key);
      documents.set(key, group === undefined ? null : writeGroup(group));
    }
    store.commit({ receiver: this.#name, cursor: this.#cursor, groups: documents, enqueue: this.#entries });
    const enqueued = this.#entries.length > 0;
    dirty.clear();
    this.#entries = [];
    this.#bytes = 0;
    this.#moved = false;
    return enqueued;
  }

  #untilNext(now: number): number {
    let next = now + 60_000;
    for (const group of this.#book.groups.values()) next = Math.min(next, dueAt(group, this.#times) ?? next);
    return Math.max(next - now, 10);
  }
}
