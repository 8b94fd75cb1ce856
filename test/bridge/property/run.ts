import { rmSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bridge, createBridge } from '../../../src/bridge/bridge.ts';
import { noBridgeMetrics } from '../../../src/bridge/metrics.ts';
import type { Receiver } from '../../../src/bridge/receiver.ts';
import type { BridgeStore } from '../../../src/bridge/store/bridge-store.ts';
import { StoreError } from '../../../src/bridge/store/errors.ts';
import { openStore } from '../../../src/bridge/store/sqlite.ts';
import type { Transition } from '../../../src/bridge/store/types.ts';
import type { Clock } from '../../../src/clock.ts';
import { silentLogger } from '../../../src/log.ts';
import { bridgeConfig, receiverConfig } from '../config.ts';
import { type Inbox, modelReceiver, newInbox } from '../model.ts';
import { TestClock } from '../../support/clock.ts';
import { Oracle, Violation } from './oracle.ts';
import { type Fault, World } from './world.ts';

/** One step of a history. */
export type Action =
  | { readonly kind: 'start'; readonly count: number; readonly severity: string; readonly started: string | null }
  | { readonly kind: 'end'; readonly pick: number; readonly ended: string | null }
  | { readonly kind: 'remove' | 'reopen'; readonly pick: number }
  | { readonly kind: 'change'; readonly pick: number; readonly severity: string }
  | { readonly kind: 'poll'; readonly fault: Fault }
  | { readonly kind: 'jump'; readonly hours: number }
  | { readonly kind: 'receiver'; readonly index: number; readonly down: boolean }
  | { readonly kind: 'restart'; readonly clean: boolean }
  /** The next so many writes fail, as on a full disk. */
  | { readonly kind: 'full'; readonly writes: number };

const names = ['r', 's'];
const interval = 30_000;
const config = bridgeConfig({ receivers: names.map(receiverConfig) });
const towers = [{ name: 't', url: 'https://tower.example.com', pollInterval: interval }];

/** Runs histories on the real bridge and store, with receivers that are models. */
export class History {
  readonly world = new World();
  readonly oracle = new Oracle();
  readonly clock = new TestClock();
  readonly #inboxes = names.map((): Inbox => newInbox());
  readonly #directory: string | null;
  #store: BridgeStore;
  #bridge: Bridge | null = null;
  #life = { over: false };
  #failingWrites = 0;
  #receivers: Receiver[] = [];
  #written: Transition[] = [];

  constructor(onDisk: boolean) {
    this.#directory = onDisk ? mkdtempSync(join(tmpdir(), 'bridge-history-')) : null;
    this.#store = this.#open();
  }

  async begin(): Promise<void> {
    const life = { over: false };
    this.#life = life;
    this.#receivers = [];
    const store = this.#faulty(this.#store, life);
    this.#bridge = createBridge({
      config,
      towers,
      store,
      clock: mortal(this.clock, life),
      random: () => 0.5,
      logger: silentLogger,
      metrics: noBridgeMetrics,
      dryRun: null,
      createReceiver: ({ name }) => {
        const receiver = modelReceiver(name, { store }, this.#inboxes[names.indexOf(name)] ?? newInbox());
        this.#receivers.push(receiver);
        return receiver;
      },
    });
    this.#bridge.start();
    this.oracle.note(this.#takeWritten());
  }

  async act(action: Action): Promise<void> {
    switch (action.kind) {
      case 'start':
        this.world.start(action.count, action.severity, action.started);
        return;
      case 'end':
        this.world.end(action.pick, action.ended);
        return;
      case 'remove':
        this.world.remove(action.pick);
        return;
      case 'reopen':
        this.world.reopen(action.pick);
        return;
      case 'change':
        this.world.change(action.pick, action.severity);
        return;
      case 'poll':
        await this.poll(action.fault);
        return;
      case 'jump':
        this.clock.jump(action.hours * 3_600_000);
        return;
      case 'receiver': {
        const inbox = this.#inboxes[action.index];
        if (inbox !== undefined) inbox.down = action.down;
        return;
      }
      case 'restart':
        await this.restart(action.clean);
        return;
      case 'full':
        this.#failingWrites = action.writes;
    }
  }

  async poll(fault: Fault): Promise<void> {
    this.clock.advance(interval);
    // Housekeeping that is due runs first.
    await Promise.resolve();
    this.oracle.note(this.#takeWritten());
    const bridge = this.#bridge;
    if (bridge === null) throw new Violation('no bridge runs');
    const poll = this.world.poll(bridge.openAlertIds('t'), fault, this.clock.now());
    try {
      await bridge.accept(poll);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
    const written = this.#takeWritten();
    // The poll counts as taken when its own write did not fail; the bridge's own alerts are written apart from it.
    if (this.#pollTaken) this.oracle.judge(poll, written, this.clock.now());
    else if (written.some(({ tower }) => tower === 't')) throw new Violation('a failed write told something');
    else this.oracle.note(written);
  }

  async restart(clean: boolean): Promise<void> {
    this.#failingWrites = 0;
    if (clean && this.#directory === null) {
      // A store in memory would not survive its close.
      this.#life.over = true;
    } else if (clean) {
      await this.#bridge?.stop(0);
    }
    this.#life.over = true;
    if (this.#directory !== null) {
      this.#store.close();
      this.#store = this.#open();
    }
    await this.begin();
  }

  /** Lets everything work again, and judges. */
  async finish(): Promise<void> {
    this.#failingWrites = 0;
    for (const inbox of this.#inboxes) inbox.down = false;
    for (let poll = 0; poll < 5; poll += 1) await this.poll({ kind: 'none' });
    for (const receiver of this.#receivers) receiver.wake();
    this.oracle.judgeEnd(this.world.open());
    this.#inboxes.forEach(({ accepted }, index) => this.oracle.judgeReceiver(names[index] ?? '', accepted));
    this.#store.prune(this.clock.now() + 30 * 86_400_000);
    const left = this.#store.transitions(0, 1_000_000).length;
    const firing = this.#store.firing().length;
    if (left !== firing) throw new Violation(`${left} transitions are kept for ${firing} firing alerts`);
    if (this.#store.resolvedSince(0).length > 0) throw new Violation('ends are kept beyond their retention');
    const { ended, open } = this.#store.tower('t');
    if (ended.size > 0 || open.size !== this.world.open().size) throw new Violation('the state is not bounded');
    this.close();
  }

  close(): void {
    this.#life.over = true;
    this.#store.close();
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
  }

  #pollTaken = false;

  #open(): BridgeStore {
    return openStore({ directory: this.#directory, clock: this.clock, logger: silentLogger });
  }

  #takeWritten(): readonly Transition[] {
    const written = this.#written;
    this.#written = [];
    return written;
  }

  /** The store as one life of the bridge sees it: its writes may fail, and after death nothing reaches it. */
  #faulty(store: BridgeStore, life: { readonly over: boolean }): BridgeStore {
    const write = (): void => {
      if (life.over) throw new StoreError('closed', '', 'this life is over');
      if (this.#failingWrites === 0) return;
      this.#failingWrites -= 1;
      throw new StoreError('full', '', 'no space');
    };
    return Object.assign(Object.create(store), {
      tower: (name: string) => store.tower(name),
      towers: () => store.towers(),
      isFiring: (tower: string, print: string) => store.isFiring(tower, print),
      firing: () => store.firing(),
      transitions: (after: number, limit: number) => store.transitions(after, limit),
      cursor: (name: string) => store.cursor(name),
      lastSeq: () => store.lastSeq(),
      consumers: () => store.consumers(),
      resolving: () => store.resolving(),
      setAside: () => store.setAside(),
      deadLetterCount: (name: string) => store.deadLetterCount(name),
      retainConsumers: (kept: ReadonlySet<string>) => store.retainConsumers(kept),
      register: (name: string) => store.register(name),
      prune: (now: number) => {
        write();
        store.prune(now);
      },
      close: () => {
        if (this.#directory !== null) store.close();
      },
      applyPoll: (tower: string, change: Parameters<BridgeStore['applyPoll']>[1]) => {
        if (tower === 't') this.#pollTaken = false;
        write();
        const written = store.applyPoll(tower, change);
        if (tower === 't') this.#pollTaken = true;
        this.#written.push(...written);
        return written;
      },
      advance: (name: string, seq: number) => {
        write();
        store.advance(name, seq);
      },
    });
  }
}

/** A clock whose sleepers never wake once the life is over, as if the process had been killed. */
const mortal = (clock: TestClock, life: { readonly over: boolean }): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  sleep: async (ms, signal) => {
    await clock.sleep(ms, signal);
    if (life.over) await new Promise(() => {});
  },
});
