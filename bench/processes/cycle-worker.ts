import { z } from 'zod';
import { type Usage, usageSchema } from './meter.ts';
import type { TowerAccess, TowerRequest } from './tower-worker.ts';
import { Worker, type WorkerOptions } from './worker.ts';

const cycleSchema = usageSchema.extend({
  wallMs: z.number(),
  pageMs: z.number(),
  series: z.number(),
  gzipBytes: z.number(),
});
/** What one cycle of the product took. */
export type Cycle = z.output<typeof cycleSchema>;

const referenceSchema = usageSchema.extend({ wallMs: z.number() });

const path = (name: string): string => new URL(name, import.meta.url).pathname;

/** The product's collecting, mapping, rendering and compressing, in a process of its own, cycle by cycle. */
export class CycleWorker implements AsyncDisposable {
  private readonly worker: Worker;

  private constructor(worker: Worker) {
    this.worker = worker;
  }

  static async start(configFile: string, options: WorkerOptions = {}): Promise<CycleWorker> {
    const worker = new Worker(path('cycle.ts'), { preload: path('small-heap.ts'), ...options, args: [configFile] });
    await worker.next(z.literal('ready'));
    return new CycleWorker(worker);
  }

  /** One full cycle with every collector. `watch`: look for delays of the event loop, which costs CPU of its own. */
  cycle({ watch }: { readonly watch: boolean }): Promise<Cycle> {
    return this.worker.ask(watch ? 'watched cycle' : 'cycle', cycleSchema);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.worker[Symbol.asyncDispose]();
  }
}

/** The bare download and JSON.parse of the same answers, in a process of its own. */
export class ReferenceWorker implements AsyncDisposable {
  private readonly worker: Worker;

  private constructor(worker: Worker) {
    this.worker = worker;
  }

  static async start(access: TowerAccess): Promise<ReferenceWorker> {
    const worker = new Worker(path('reference.ts'), { args: [JSON.stringify(access)] });
    await worker.next(z.literal('ready'));
    return new ReferenceWorker(worker);
  }

  /** Asks for what a cycle asked for. */
  repeat(requests: readonly TowerRequest[]): Promise<Usage & { readonly wallMs: number }> {
    const reads = requests.filter(({ operation }) => operation !== 'login');
    return this.worker.ask(reads, referenceSchema);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.worker[Symbol.asyncDispose]();
  }
}
