import { z } from 'zod';
import { Worker } from './worker.ts';

/** How large the simulated tower is. */
export interface SimulatedEstate {
  readonly clusters: number;
  /** A cluster. */
  readonly hosts: number;
  /** A host. */
  readonly disks: number;
  /** In all. */
  readonly vms: number;
  /** Unresolved ones, in all. */
  readonly alerts: number;
}

export const towerQuestion = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('change'), share: z.number() }),
  z.object({ kind: z.literal('requests') }),
]);

const request = z.object({
  operation: z.string(),
  body: z.unknown(),
  status: z.number().nullable(),
  bytes: z.number(),
});
/** One request that the tower answered. */
export type TowerRequest = z.output<typeof request>;

const greeting = z.object({ url: z.string(), username: z.string(), password: z.string() });
/** Where the tower is, and who may log in. */
export type TowerAccess = z.output<typeof greeting>;

/** A simulated tower in a process of its own, so that its work is not counted as the product's. */
export class TowerWorker implements AsyncDisposable {
  readonly access: TowerAccess;
  private readonly worker: Worker;

  private constructor(worker: Worker, access: TowerAccess) {
    this.worker = worker;
    this.access = access;
  }

  static async start(estate: SimulatedEstate): Promise<TowerWorker> {
    // Large estates are larger than Node's usual heap.
    const execArgv = ['--max-old-space-size=8192'];
    const worker = new Worker(new URL('tower.ts', import.meta.url).pathname, {
      args: [JSON.stringify(estate)],
      execArgv,
    });
    return new TowerWorker(worker, await worker.next(greeting));
  }

  /** Changes so large a share of the objects. */
  async change(share: number): Promise<void> {
    await this.worker.ask({ kind: 'change', share }, z.object({}));
  }

  /** What was asked since the last time. */
  async requests(): Promise<readonly TowerRequest[]> {
    return (await this.worker.ask({ kind: 'requests' }, z.object({ entries: z.array(request) }))).entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker[Symbol.asyncDispose]();
  }
}
