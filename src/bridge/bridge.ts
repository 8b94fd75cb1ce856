import type { Clock, Random } from '../clock.ts';
import { sameConfig } from '../config/compare.ts';
import type { BridgeConfig, ReceiverConfig } from '../config/schema.ts';
import { createFailureLog, type FailureLog } from '../log.ts';
import { Holds } from './holds.ts';
import type { BridgeLogger } from './logger.ts';
import { createMapping, type Mapping } from './mapping.ts';
import type { BridgeMetrics } from './metrics.ts';
import { type OwnAlert, settleOwn, stateLost, towerAlerts, watchdog } from './own-alerts.ts';
import type { AlertConsumer, AlertPoll } from './poll.ts';
import type { Hold, HoldView, Receiver, ReceiverDeps, ReceiverStatus } from './receiver.ts';
import type { BridgeStore } from './store/bridge-store.ts';
import { StoreError } from './store/errors.ts';
import type { BridgeAlert } from './store/types.ts';
import { advance, forgetTower, type Step } from './transitions.ts';

/** A tower as the bridge needs it. */
export interface BridgeTower {
  readonly name: string;
  /** Where people open it. */
  readonly url: string;
  /** How often its alerts are read, milliseconds. */
  readonly pollInterval: number;
}

export interface BridgeOptions {
  readonly config: BridgeConfig;
  readonly towers: readonly BridgeTower[];
  readonly store: BridgeStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: BridgeLogger;
  readonly metrics: BridgeMetrics;
  /** Payloads go to this function instead of being sent. Give such a bridge a store in memory. */
  readonly dryRun: ((text: string) => void) | null;
  readonly createReceiver: (config: ReceiverConfig, deps: ReceiverDeps) => Receiver;
}

/** What of the configuration may change while the bridge runs. */
export interface BridgeReload {
  readonly config: BridgeConfig;
  readonly towers: readonly BridgeTower[];
}

export interface Bridge extends AlertConsumer, HoldView {
  /** Starts the receivers and the housekeeping. */
  start(): void;
  /** Adds, replaces and removes receivers and towers. @throws when a receiver cannot be made; nothing has changed then. */
  reload(next: BridgeReload): Promise<void>;
  /**
   * Lets the receivers deliver what waits for at most `deadline` milliseconds (`drain_timeout` when left out), then closes the
   * store. Nothing is resolved by stopping.
   */
  stop(deadline?: number): Promise<void>;
  status(): readonly ReceiverStatus[];
}

/** Time between two rounds of housekeeping, milliseconds. */
const housekeeping = 15_000;
/** How long a receiver that a reload removes or replaces may finish what it does. */
const replaceDeadline = 5_000;

interface Running {
  readonly config: ReceiverConfig;
  readonly receiver: Receiver;
}

/** Makes the bridge; it does nothing before `start`. @throws when a receiver cannot be made */
export const createBridge = (options: BridgeOptions): Bridge => new AlertBridge(options);

class AlertBridge implements Bridge {
  readonly #options: BridgeOptions;
  readonly #store: BridgeStore;
  readonly #holds: Holds;
  readonly #startedAt: number;
  readonly #stopped = new AbortController();
  readonly #failures: FailureLog;
  #config: BridgeConfig;
  #towers: ReadonlyMap<string, BridgeTower>;
  #mappings = new Map<string, Mapping>();
  #receivers: readonly Running[];
  #rounds: Promise<void> = Promise.resolve();

  constructor(options: BridgeOptions) {
    const { clock, logger, store } = options;
    this.#options = options;
    this.#store = store;
    this.#config = options.config;
    this.#towers = byName(options.towers);
    this.#startedAt = clock.now();
    this.#holds = new Holds(this.#startedAt);
    this.#failures = createFailureLog({ logger, clock, subject: 'writing the bridge state' });
    this.#receivers = this.#make(options.config, options.towers, []);
  }

  start(): void {
    this.#guarded(() => this.#adopt());
    for (const { receiver } of this.#receivers) receiver.start();
    this.#guarded(() => this.#settleOwn());
    this.#rounds = this.#keepHouse();
  }

  openAlertIds(tower: string): readonly string[] {
    return [...this.#store.tower(tower).open.keys()];
  }

  async accept(poll: AlertPoll): Promise<void> {
    const mapping = this.#mappingOf(poll.tower);
    if (mapping === null || this.#stopped.signal.aborted) return;
    this.#guardedRethrow(() => {
      const now = this.#options.clock.now();
      const { max_hold: maxHold } = this.#config;
      const step = advance(this.#store.tower(poll.tower), poll, now, { mapping, maxHold });
      const written = this.#store.applyPoll(poll.tower, step.change);
      this.#holds.noted(poll, this.#store.tower(poll.tower), maxHold);
      this.#count(poll.tower, step);
      const own = this.#settleOwn();
      if (written.length > 0) {
        const tally = Object.fromEntries(
          (['firing', 'resolved', 'forgotten'] as const).map((kind) => [
            kind,
            written.filter((transition) => transition.kind === kind).length,
          ]),
        );
        this.#options.logger.info({ tower: poll.tower, ...tally }, 'alerts changed');
      }
      if (written.length > 0 || own > 0) this.#wake();
    });
  }

  holdOf(alert: BridgeAlert): Hold | null {
    for (const tower of this.#store.towers()) {
      if (tower !== '' && this.#store.isFiring(tower, alert.fingerprint))
        return this.#holds.holdOf(tower, alert.fingerprint);
    }
    return null;
  }

  async reload({ config, towers }: BridgeReload): Promise<void> {
    const kept = this.#receivers.filter((running) => this.#stays(running, config, towers));
    const next = this.#make(config, towers, kept);
    const gone = this.#receivers.filter((running) => !kept.includes(running));
    await Promise.all(gone.map(({ receiver }) => receiver.stop(replaceDeadline)));
    this.#config = config;
    this.#towers = byName(towers);
    this.#mappings = new Map();
    this.#receivers = next;
    for (const { receiver } of gone) {
      if (!next.some((running) => running.receiver.name === receiver.name))
        this.#options.metrics.removeReceiver(receiver.name);
    }
    this.#guarded(() => this.#adopt());
    for (const running of next) if (!kept.includes(running)) running.receiver.start();
    this.#guarded(() => this.#settleOwn());
    this.#wake();
  }

  async stop(deadline = this.#config.drain_timeout): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort(new Error('the bridge stops'));
    await Promise.all(this.#receivers.map(({ receiver }) => receiver.stop(deadline)));
    await this.#rounds;
    this.#guarded(() => this.#store.close());
  }

  status(): readonly ReceiverStatus[] {
    return this.#receivers.map(({ receiver }) => receiver.status());
  }

  /** Makes the receivers of a configuration, those that stay among them. */
  #make(config: BridgeConfig, towers: readonly BridgeTower[], kept: readonly Running[]): readonly Running[] {
    const { store, clock, random, logger, metrics, dryRun, createReceiver } = this.#options;
    const pollInterval = slowest(towers);
    return config.receivers.map((receiverConfig) => {
      const known = kept.find((running) => running.receiver.name === receiverConfig.name);
      if (known !== undefined) return known;
      const deps = { store, clock, random, logger, metrics, holds: this, pollInterval, dryRun };
      return { config: receiverConfig, receiver: createReceiver(receiverConfig, deps) };
    });
  }

  #stays(running: Running, config: BridgeConfig, towers: readonly BridgeTower[]): boolean {
    if (slowest(towers) !== slowest([...this.#towers.values()])) return false;
    return config.receivers.some((next) => sameConfig(next, running.config));
  }

  /** Takes the configuration's receivers and towers for the ones that there are. */
  #adopt(): void {
    const consumers = new Set(this.#receivers.flatMap(({ receiver }) => receiver.consumers));
    this.#store.retainConsumers(consumers);
    for (const consumer of consumers) this.#store.register(consumer);
    for (const tower of this.#store.towers()) if (tower !== '' && !this.#towers.has(tower)) this.#removeTower(tower);
    for (const tower of this.#towers.keys()) this.#gauges(tower);
  }

  #removeTower(tower: string): void {
    const { clock, logger, metrics } = this.#options;
    const { change, forgotten } = forgetTower(this.#store.tower(tower), clock.now());
    this.#store.removeTower(tower, change);
    this.#holds.removed(tower);
    metrics.removeTower(tower);
    for (const { reason, count } of forgotten)
      logger.warn(
        { tower, reason, alerts: count },
        'the tower is not configured any more: its alerts are forgotten, not resolved',
      );
  }

  #mappingOf(name: string): Mapping | null {
    const known = this.#mappings.get(name);
    if (known !== undefined) return known;
    const tower = this.#towers.get(name);
    if (tower === undefined) return null;
    const mapping = createMapping(this.#config, tower);
    this.#mappings.set(name, mapping);
    return mapping;
  }

  /** Brings the bridge's own alerts in line with what it knows; answers with the number of transitions. */
  #settleOwn(): number {
    const now = this.#options.clock.now();
    const wanted: OwnAlert[] = [];
    for (const tower of this.#towers.keys()) wanted.push(...towerAlerts(tower, this.#store.tower(tower).facts));
    wanted.push(...stateLost(this.#store.setAside().files, now));
    if (this.#config.watchdog) wanted.push(watchdog(this.#startedAt));
    const change = settleOwn(this.#store.tower(''), wanted, now, this.#config.external_labels);
    return this.#store.applyPoll('', change).length;
  }

  #count(tower: string, step: Step): void {
    const { logger, metrics } = this.#options;
    for (let count = 0; count < step.timeFallbacks.start; count += 1) metrics.timeParseFallback(tower, 'start');
    for (let count = 0; count < step.timeFallbacks.end; count += 1) metrics.timeParseFallback(tower, 'end');
    for (const { reason, count } of step.forgotten) {
      metrics.forgotten(tower, reason, count);
      logger.warn({ tower, reason, alerts: count }, 'alerts are forgotten, not resolved: nobody knows that they ended');
    }
    if (step.change.facts !== null) this.#logFacts(tower, step);
    this.#gauges(tower);
  }

  #logFacts(tower: string, { change: { facts } }: Step): void {
    const { logger } = this.#options;
    if (facts?.vanished?.polls === 1)
      logger.error(
        { tower, reason: facts.vanished.reason },
        'nothing of this tower is resolved until a person has looked',
      );
  }

  #gauges(tower: string): void {
    const { metrics } = this.#options;
    const { firing, open, facts } = this.#store.tower(tower);
    metrics.alerts(tower, 'firing', firing.size);
    metrics.merged(tower, open.size - firing.size);
    metrics.held(tower, facts.vanished !== null);
  }

  #wake(): void {
    for (const { receiver } of this.#receivers) receiver.wake();
  }

  async #keepHouse(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      this.#guarded(() => this.#round());
      await clock.sleep(housekeeping, signal).catch(() => {});
    }
  }

  #round(): void {
    const { clock, metrics } = this.#options;
    const now = clock.now();
    this.#store.prune(now);
    const resolving = this.#store.resolving();
    for (const tower of this.#towers.keys()) metrics.alerts(tower, 'resolving', resolving.get(tower) ?? 0);
    for (const status of this.status()) {
      metrics.queueLength(status.name, status.queueLength);
      metrics.deadLetters(status.name, status.deadLetters);
      const { oldestUnacknowledged: oldest } = status;
      metrics.oldestUnacknowledged(status.name, oldest === null ? 0 : Math.max(0, now - oldest) / 1000);
    }
    if (this.#settleOwn() > 0) this.#wake();
  }

  /** The exporter goes on without a state that can be written; it is said once, and tried again with the next poll. */
  #guarded(work: () => void): void {
    try {
      this.#guardedRethrow(work);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  #guardedRethrow(work: () => void): void {
    try {
      work();
      this.#failures.succeeded();
    } catch (error) {
      if (error instanceof StoreError) {
        this.#options.metrics.stateError(error.code);
        this.#failures.failed(error);
      }
      throw error;
    }
  }
}

const byName = (towers: readonly BridgeTower[]): ReadonlyMap<string, BridgeTower> =>
  new Map(towers.map((tower) => [tower.name, tower]));

const slowest = (towers: readonly BridgeTower[]): number =>
  towers.reduce((longest, { pollInterval }) => Math.max(longest, pollInterval), 0);
