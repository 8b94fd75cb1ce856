import { type Bridge, type BridgeOptions, type BridgeReload, createBridge } from './bridge.ts';
import type { AlertPoll } from './poll.ts';
import type { Hold, ReceiverStatus } from './receiver.ts';
import type { TowerFacts } from './state.ts';
import type { BridgeStore } from './store/bridge-store.ts';
import { StoreError } from './store/errors.ts';
import type { BridgeAlert } from './store/types.ts';

export interface RecoveringOptions extends Omit<BridgeOptions, 'store'> {
  /** Opens the state; a damaged file is set aside by it. */
  readonly openStore: () => BridgeStore;
}

/**
 * A bridge whose state may turn out damaged while it is in use: what runs on it ends, and a bridge on a freshly opened state takes
 * its place. A poll that came meanwhile is rejected; the next one brings the same evidence.
 * @throws StoreError when the state cannot be opened; what `createBridge` throws
 */
export const createRecoveringBridge = (options: RecoveringOptions): Bridge => new RecoveringBridge(options);

class RecoveringBridge implements Bridge {
  #options: RecoveringOptions;
  #bridge: Bridge;
  /** Why there is no bridge at the moment. */
  #problem: StoreError | null = null;
  #stopped = false;
  #recovering: Promise<void> | null = null;

  constructor(options: RecoveringOptions) {
    this.#options = options;
    this.#bridge = this.#open();
  }

  start(): void {
    this.#bridge.start();
  }

  openAlertIds(tower: string): readonly string[] {
    return this.#problem === null ? this.#bridge.openAlertIds(tower) : [];
  }

  async accept(poll: AlertPoll): Promise<void> {
    if (this.#problem !== null) await this.#recover(this.#problem);
    const bridge = this.#bridge;
    try {
      await bridge.accept(poll);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'corrupt' && bridge === this.#bridge) {
        this.#problem = error;
        // Where it fails, the next poll tries again.
        await this.#recover(error).catch(() => {});
      }
      throw error;
    }
  }

  holdOf(alert: BridgeAlert): Hold | null {
    return this.#bridge.holdOf(alert);
  }

  async reload(next: BridgeReload): Promise<void> {
    if (this.#problem !== null) await this.#recover(this.#problem);
    await this.#bridge.reload(next);
    this.#options = { ...this.#options, ...next };
  }

  async stop(deadline?: number): Promise<void> {
    this.#stopped = true;
    await this.#recovering?.catch(() => {});
    await this.#bridge.stop(deadline);
  }

  facts(tower: string): TowerFacts {
    return this.#bridge.facts(tower);
  }

  status(): readonly ReceiverStatus[] {
    return this.#bridge.status();
  }

  #open(): Bridge {
    const store = this.#options.openStore();
    try {
      return createBridge({ ...this.#options, store });
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** One at a time, whoever asks. @throws (rejects) StoreError when the state cannot be opened again */
  #recover(problem: StoreError): Promise<void> {
    this.#recovering ??= this.#replace(problem).finally(() => {
      this.#recovering = null;
    });
    return this.#recovering;
  }

  async #replace(problem: StoreError): Promise<void> {
    await this.#bridge.stop(0);
    if (this.#stopped) return;
    this.#options.logger.error({ err: problem }, 'the bridge state is damaged: it is opened anew');
    this.#bridge = this.#open();
    this.#problem = null;
    this.#bridge.start();
  }
}
