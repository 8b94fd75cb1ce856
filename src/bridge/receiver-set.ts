import { sameConfig } from '../config/compare.ts';
import type { ReceiverConfig } from '../config/schema.ts';
import type { Receiver, ReceiverDeps, ReceiverStatus } from './receiver.ts';

export type CreateReceiver = (config: ReceiverConfig, deps: ReceiverDeps) => Receiver;

interface Running {
  readonly config: ReceiverConfig;
  readonly pollInterval: number;
  readonly receiver: Receiver;
}

/** How long a receiver that is removed or replaced may finish what it does, milliseconds. */
const replaceDeadline = 5_000;

/** A set of receivers that was made and has not taken over yet. */
export interface Planned {
  /** The names under which the new set keeps cursors. */
  readonly consumers: ReadonlySet<string>;
  /** Ends what is not in the new set; answers with the names that are gone for good. */
  retire(): Promise<readonly string[]>;
  /** Lets the new set take over: `adopt` prepares the store, then what is new starts. */
  takeOver(adopt: () => void): void;
}

/** The configured receivers at work. */
export class ReceiverSet {
  readonly #create: CreateReceiver;
  readonly #deps: Omit<ReceiverDeps, 'pollInterval'>;
  #running: readonly Running[] = [];

  constructor(create: CreateReceiver, deps: Omit<ReceiverDeps, 'pollInterval'>) {
    this.#create = create;
    this.#deps = deps;
  }

  /** Makes the receivers of a configuration, and keeps those whose configuration stays. @throws when one cannot be made */
  plan(configs: readonly ReceiverConfig[], pollInterval: number): Planned {
    const next = configs.map((config): Running => {
      const known = this.#running.find((running) => running.receiver.name === config.name);
      if (known !== undefined && known.pollInterval === pollInterval && sameConfig(known.config, config)) return known;
      return { config, pollInterval, receiver: this.#create(config, { ...this.#deps, pollInterval }) };
    });
    const before = this.#running;
    return {
      consumers: new Set(next.flatMap(({ receiver }) => receiver.consumers)),
      retire: async () => {
        const ended = before.filter((running) => !next.includes(running)).map(({ receiver }) => receiver);
        await Promise.all(ended.map((receiver) => receiver.stop(replaceDeadline)));
        const names = ended.map(({ name }) => name);
        return names.filter((name) => !next.some(({ receiver }) => receiver.name === name));
      },
      takeOver: (adopt) => {
        this.#running = next;
        adopt();
        for (const running of next) if (!before.includes(running)) running.receiver.start();
      },
    };
  }

  /** Ends a receiver and begins it anew, so that it forgets what it only remembers. */
  async restart(name: string): Promise<void> {
    const known = this.#running.find(({ receiver }) => receiver.name === name);
    if (known === undefined) return;
    const { config, pollInterval } = known;
    const receiver = this.#create(config, { ...this.#deps, pollInterval });
    await known.receiver.stop(replaceDeadline);
    if (!this.#running.includes(known)) return;
    this.#running = this.#running.map((running) => (running === known ? { config, pollInterval, receiver } : running));
    receiver.start();
  }

  kinds(): readonly { readonly name: string; readonly type: ReceiverConfig['type'] }[] {
    return this.#running.map(({ config: { name, type } }) => ({ name, type }));
  }

  wake(): void {
    for (const { receiver } of this.#running) receiver.wake();
  }

  status(): readonly ReceiverStatus[] {
    return this.#running.map(({ receiver }) => receiver.status());
  }

  async stop(deadline: number): Promise<void> {
    await Promise.all(this.#running.map(({ receiver }) => receiver.stop(deadline)));
  }
}
