import type { Clock, Random } from '../clock.ts';
import type { BridgeConfig } from '../config/schema.ts';
import { createFailureLog, type FailureLog } from '../log.ts';
import { Holds } from './holds.ts';
import type { BridgeLogger } from './logger.ts';
import { createMapping, type Mapping } from './mapping.ts';
import type { BridgeMetrics } from './metrics.ts';
import { type OwnAlert, settleOwn, stateLost, towerAlerts, watchdog } from './own-alerts.ts';
import type { AlertConsumer, AlertPoll } from './poll.ts';
import { type CreateReceiver, type Planned, ReceiverSet } from './receiver-set.ts';
import type { Hold, HoldView, ReceiverStatus } from './receiver.ts';
import type { TowerFacts } from './state.ts';
import type { BridgeStore } from './store/bridge-store.ts';
import { StoreError } from './store/errors.ts';
import type { BridgeAlert, Transition } from './store/types.ts';
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
  readonly createReceiver: CreateReceiver;
  /** More labels of the bridge's own alerts, such as which of several bridges it is. */
  readonly ownLabels?: Readonly<Record<string, string>>;
}

/** What of the configuration may change while the bridge runs. */
export interface BridgeReload {
  readonly config: BridgeConfig;
  readonly towers: readonly BridgeTower[];
}

export interface Bridge extends AlertConsumer, HoldView {
  /** Starts the receivers and the housekeeping. */
  start(): void;
  /** Adds, replaces and removes receivers and towers. @throws (rejects) when a receiver cannot be made; nothing has changed then */
  reload(next: BridgeReload): Promise<void>;
  /**
   * Lets the receivers deliver what waits for at most `deadline` milliseconds (`drain_timeout` when left out), then closes the
   * store. Nothing is resolved by stopping.
   */
  stop(deadline?: number): Promise<void>;
  status(): readonly ReceiverStatus[];
  /** What is out of the ordinary with a tower's polls; calm for one that is not known. */
  facts(tower: string): TowerFacts;
}

/** Time between two rounds of housekeeping, milliseconds. */
const housekeeping = 15_000;

/** Makes the bridge; it does nothing before `start`. @throws when a receiver cannot be made */
export const createBridge = (options: BridgeOptions): Bridge => new AlertBridge(options);

class AlertBridge implements Bridge {
  readonly #options: BridgeOptions;
  readonly #store: BridgeStore;
  readonly #holds: Holds;
  readonly #startedAt: number;
  readonly #stopped = new AbortController();
  readonly #failures: FailureLog;
  readonly #receivers: ReceiverSet;
  readonly #planned: Planned;
  readonly #letters = new Map<string, number>();
  #config: BridgeConfig;
  #towers: ReadonlyMap<string, BridgeTower>;
  #mappings = new Map<string, Mapping>();
  #rounds: Promise<void> = Promise.resolve();

  constructor(options: BridgeOptions) {
    const { clock, logger, store, random, metrics, dryRun, createReceiver } = options;
    this.#options = options;
    this.#store = store;
    this.#config = options.config;
    this.#towers = byName(options.towers);
    this.#startedAt = clock.now();
    this.#holds = new Holds(this.#startedAt);
    this.#failures = createFailureLog({ logger, clock, subject: 'writing the bridge state' });
    this.#receivers = new ReceiverSet(createReceiver, { store, clock, random, logger, metrics, holds: this, dryRun });
    this.#planned = this.#plan(options);
  }

  start(): void {
    this.#takeOver(this.#planned, { config: this.#config, towers: this.#options.towers });
    this.#rounds = this.#keepHouse();
  }

  async reload(next: BridgeReload): Promise<void> {
    const planned = this.#plan(next);
    const gone = await planned.retire();
    this.#takeOver(planned, next);
    for (const name of gone) this.#options.metrics.removeReceiver(name);
  }

  async stop(deadline = this.#config.drain_timeout): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort(new Error('the bridge stops'));
    await this.#receivers.stop(deadline);
    await this.#rounds;
    this.#tolerated(() => this.#store.close());
  }

  status(): readonly ReceiverStatus[] {
    return this.#receivers.status();
  }

  facts(tower: string): TowerFacts {
    return this.#store.tower(tower).facts;
  }

  openAlertIds(tower: string): readonly string[] {
    return [...this.#store.tower(tower).open.keys()];
  }

  async accept(poll: AlertPoll): Promise<void> {
    const mapping = this.#mappingOf(poll.tower);
    if (mapping === null || this.#stopped.signal.aborted) return;
    this.#watched(() => {
      const { clock, logger } = this.#options;
      const { max_hold: maxHold } = this.#config;
      const step = advance(this.#store.tower(poll.tower), poll, clock.now(), { mapping, maxHold });
      const written = this.#store.applyPoll(poll.tower, step.change);
      this.#holds.noted(poll, this.#store.tower(poll.tower), maxHold);
      this.#count(poll.tower, step);
      if (written.length > 0) logger.info({ tower: poll.tower, ...tally(written) }, 'alerts changed');
      if (written.length > 0) this.#receivers.wake();
    });
    this.#tolerated(() => {
      if (this.#settleOwn() > 0) this.#receivers.wake();
    });
  }

  holdOf(alert: BridgeAlert): Hold | null {
    for (const tower of this.#store.towers()) {
      if (tower !== '' && this.#store.isFiring(tower, alert.fingerprint))
        return this.#holds.holdOf(tower, alert.fingerprint);
    }
    return null;
  }

  isBlind(tower: string): boolean {
    return tower !== '' && this.#holds.holdOf(tower, '') !== null;
  }

  #plan({ config, towers }: BridgeReload): Planned {
    const pollInterval = towers.reduce((longest, tower) => Math.max(longest, tower.pollInterval), 0);
    return this.#receivers.plan(config.receivers, pollInterval);
  }

  /** Puts a configuration into effect. What can fail has been done. */
  #takeOver(planned: Planned, { config, towers }: BridgeReload): void {
    planned.takeOver(() => {
      this.#config = config;
      this.#towers = byName(towers);
      this.#mappings = new Map();
      this.#tolerated(() => this.#adopt(planned.consumers));
    });
    this.#tolerated(() => this.#settleOwn());
    this.#receivers.wake();
  }

  /** Takes the configuration's receivers and towers for the ones that there are. */
  #adopt(consumers: ReadonlySet<string>): void {
    this.#store.retainConsumers(consumers);
    for (const consumer of consumers) this.#store.register(consumer);
    for (const tower of this.#store.towers()) if (tower !== '' && !this.#towers.has(tower)) this.#removeTower(tower);
    for (const tower of this.#towers.keys()) this.#gauges(tower);
  }

  #removeTower(tower: string): void {
    const { clock, metrics } = this.#options;
    const step = forgetTower(this.#store.tower(tower), clock.now());
    this.#store.removeTower(tower, step.change);
    this.#countForgotten(tower, step);
    this.#holds.removed(tower);
    metrics.removeTower(tower);
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
    const labels = { ...this.#config.external_labels, ...this.#options.ownLabels };
    const change = settleOwn(this.#store.tower(''), wanted, now, labels);
    return this.#store.applyPoll('', change).length;
  }

  #count(tower: string, step: Step): void {
    const { logger, metrics } = this.#options;
    for (let count = 0; count < step.timeFallbacks.start; count += 1) metrics.timeParseFallback(tower, 'start');
    for (let count = 0; count < step.timeFallbacks.end; count += 1) metrics.timeParseFallback(tower, 'end');
    this.#countForgotten(tower, step);
    const vanished = step.change.facts?.vanished ?? null;
    if (vanished?.polls === 1)
      logger.error(
        { tower, reason: vanished.reason },
        'alerts vanished: none of them is resolved, a person has to look',
      );
    this.#gauges(tower);
  }

  #countForgotten(tower: string, { forgotten }: Step): void {
    const { logger, metrics } = this.#options;
    for (const { reason, count } of forgotten) {
      metrics.forgotten(tower, reason, count);
      logger.warn({ tower, reason, alerts: count }, 'alerts are forgotten, not resolved: nobody knows that they ended');
    }
  }

  #gauges(tower: string): void {
    const { metrics } = this.#options;
    const { firing, open, facts } = this.#store.tower(tower);
    metrics.alerts(tower, 'firing', firing.size);
    metrics.merged(tower, Math.max(0, open.size - firing.size));
    metrics.held(tower, facts.vanished !== null);
  }

  async #keepHouse(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      this.#tolerated(() => this.#round());
      await this.#restartReplayed();
      await this.#options.clock.sleep(housekeeping, signal).catch(() => {});
    }
  }

  #round(): void {
    const { clock, metrics } = this.#options;
    const now = clock.now();
    this.#store.prune(now);
    const resolving = this.#store.resolving();
    for (const tower of this.#towers.keys()) metrics.alerts(tower, 'resolving', resolving.get(tower) ?? 0);
    for (const { name, queueLength, deadLetters, oldestUnacknowledged: oldest } of this.status()) {
      metrics.queueLength(name, queueLength);
      metrics.deadLetters(name, deadLetters);
      metrics.oldestUnacknowledged(name, oldest === null ? 0 : Math.max(0, now - oldest) / 1000);
    }
    if (this.#settleOwn() > 0) this.#receivers.wake();
  }

  /**
   * An Alertmanager receiver remembers what was refused and leaves it alone. When a person took a letter away (`alerts replay`,
   * another process), it begins anew and so sends the alert again.
   */
  async #restartReplayed(): Promise<void> {
    for (const { name, type } of this.#receivers.kinds()) {
      let count = 0;
      this.#tolerated(() => {
        count = this.#store.deadLetterCount(name);
      });
      const before = this.#letters.get(name) ?? count;
      this.#letters.set(name, count);
      if (type === 'alertmanager' && count < before && !this.#stopped.signal.aborted)
        await this.#receivers.restart(name);
    }
  }

  /** The exporter goes on without a state that can be written; it is said once, and tried again later. */
  #tolerated(work: () => void): void {
    try {
      this.#watched(work);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  #watched(work: () => void): void {
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

const tally = (written: readonly Transition[]): Record<Transition['kind'], number> => {
  const counts = { firing: 0, resolved: 0, forgotten: 0 };
  for (const { kind } of written) counts[kind] += 1;
  return counts;
};
