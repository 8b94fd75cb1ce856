import { createFailureLog, type FailureLog } from '../log.ts';
import { type Bridge, type BridgeOptions, type BridgeReload, createBridge } from './bridge.ts';
import type { AlertPoll } from './poll.ts';
import type { Hold, ReceiverStatus } from './receiver.ts';
import { StoreError, type StoreErrorCode } from './store/errors.ts';
import { openStore } from './store/sqlite.ts';
import type { BridgeAlert } from './store/types.ts';

export interface SupervisedOptions extends Omit<BridgeOptions, 'store'> {
  /** How the state is opened; left out: `openStore`. */
  readonly open?: typeof openStore;
}

/** What time mends, and no restart: the exporter starts without its bridge and tries again. */
const passing: ReadonlySet<StoreErrorCode> = new Set(['full', 'read_only', 'io', 'busy', 'other']);

/** Time between two tries to open the state, milliseconds. */
const retryEvery = 10_000;

/**
 * The bridge with its state: opens it, goes on trying while the disk is full or read-only, and begins afresh when the file turns out
 * damaged in use. Towers' metrics are never in danger. With `dryRun` the state is in memory, so that a trial leaves no trace.
 */
export const superviseBridge = (options: SupervisedOptions): Bridge => new SupervisedBridge(options);

class SupervisedBridge implements Bridge {
  readonly #stopped = new AbortController();
  readonly #failures: FailureLog;
  #options: SupervisedOptions;
  #bridge: Bridge | null = null;
  #problem: StoreError | null = null;
  #opening: Promise<void> = Promise.resolve();

  constructor(options: SupervisedOptions) {
    this.#options = options;
    const { logger, clock } = options;
    this.#failures = createFailureLog({ logger, clock, subject: 'opening the bridge state' });
  }

  /** @throws (rejects) StoreError `locked`, `newer_schema`, `cannot_open`: what a person has to mend */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      if (!(error instanceof StoreError) || !passing.has(error.code)) throw error;
      this.#opening = this.#openLater(error);
    }
  }

  openAlertIds(tower: string): readonly string[] {
    return this.#bridge?.openAlertIds(tower) ?? [];
  }

  /** @throws StoreError while the state cannot be used; the next poll brings the same evidence again */
  async accept(poll: AlertPoll): Promise<void> {
    const bridge = this.#bridge;
    if (bridge === null) {
      if (this.#problem !== null && !this.#stopped.signal.aborted) throw this.#problem;
      return;
    }
    try {
      await bridge.accept(poll);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'corrupt' && this.#bridge === bridge) {
        this.#bridge = null;
        this.#opening = this.#replace(bridge, error);
      }
      throw error;
    }
  }

  holdOf(alert: BridgeAlert): Hold | null {
    return this.#bridge?.holdOf(alert) ?? null;
  }

  isBlind(tower: string): boolean {
    return this.#bridge?.isBlind?.(tower) ?? false;
  }

  async reload(next: BridgeReload): Promise<void> {
    await this.#bridge?.reload(next);
    this.#options = { ...this.#options, ...next };
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the bridge stops'));
    await this.#opening;
    await this.#bridge?.stop();
  }

  status(): readonly ReceiverStatus[] {
    return this.#bridge?.status() ?? [];
  }

  async #open(): Promise<void> {
    const { config, clock, logger, dryRun, open = openStore } = this.#options;
    const store = open({ directory: dryRun === null ? config.state_dir : null, clock, logger });
    try {
      const bridge = createBridge({ ...this.#options, store });
      await bridge.start();
      this.#bridge = bridge;
      this.#problem = null;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  async #openLater(first: StoreError): Promise<void> {
    this.#failed(first);
    const { signal } = this.#stopped;
    while (this.#bridge === null) {
      await this.#options.clock.sleep(retryEvery, signal).catch(() => {});
      if (signal.aborted) return;
      try {
        await this.#open();
        this.#failures.succeeded();
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        this.#failed(error);
      }
    }
  }

  /** The file is damaged: what runs on it ends, and opening it again sets it aside. */
  async #replace(broken: Bridge, error: StoreError): Promise<void> {
    this.#failed(error);
    await broken.stop(0);
    try {
      if (!this.#stopped.signal.aborted) await this.#open();
    } catch (again) {
      if (!(again instanceof StoreError)) throw again;
      await this.#openLater(again);
    }
  }

  #failed(error: StoreError): void {
    this.#problem = error;
    this.#options.metrics.stateError(error.code);
    this.#failures.failed(error);
  }
}
