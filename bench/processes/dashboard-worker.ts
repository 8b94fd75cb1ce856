import { z } from 'zod';
import { usageSchema } from './meter.ts';
import type { TowerAccess } from './tower-worker.ts';
import { Worker } from './worker.ts';

/** Whether a refresh only reads what the dashboard shows, or is a whole collection, which makes the metrics too. */
export const refreshKind = z.enum(['read', 'collect']);
export type RefreshKind = z.output<typeof refreshKind>;

/** A few figures of a dashboard, to see that two show the same (not the alerts: the sample loses those without a cluster). */
export interface Shown {
  readonly disks: number;
  /** Bytes. */
  readonly used: number;
}

/** A refresh: what it cost, and what it showed. */
export interface Refresh {
  readonly cpuMs: number;
  readonly shown: Shown;
}

const path = (name: string): string => new URL(name, import.meta.url).pathname;

const total = z.object({ total: z.number() });
const documentSchema = z
  .object({
    disks: z.record(z.string(), total),
    storage: z.object({ used: z.object({ value: z.number() }) }),
  })
  .transform(({ disks, storage }): Shown => {
    const counts = Object.values(disks).map((disk) => disk.total);
    return { disks: counts.reduce((sum, count) => sum + count, 0), used: storage.used.value };
  });

/** The product's reading and its dashboard, in a process of its own. */
export class DashboardWorker implements AsyncDisposable {
  private readonly worker: Worker;
  private readonly url: string;

  private constructor(worker: Worker, url: string) {
    this.worker = worker;
    this.url = url;
  }

  static async start(configFile: string, kind: RefreshKind): Promise<DashboardWorker> {
    const worker = new Worker(path('dashboard.ts'), { preload: path('small-heap.ts'), args: [configFile, kind] });
    const { url } = await worker.next(z.object({ url: z.string() }));
    return new DashboardWorker(worker, url);
  }

  /** Reads everything anew, and asks for the dashboard as JSON over HTTP. */
  async refresh(): Promise<Refresh> {
    await this.worker.ask('refresh', z.object({}));
    const shown = await this.show();
    return { cpuMs: (await this.worker.ask('usage', usageSchema)).cpuMs, shown };
  }

  /** Asks for the dashboard so often, without anything being read; milliseconds of CPU for one. */
  async serve(times: number): Promise<number> {
    await this.worker.ask('reset', z.object({}));
    for (let time = 0; time < times; time++) await this.show();
    return (await this.worker.ask('usage', usageSchema)).cpuMs / times;
  }

  private async show(): Promise<Shown> {
    return documentSchema.parse(await (await fetch(this.url)).json());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.worker[Symbol.asyncDispose]();
  }
}

const sampleSchema = z.object({
  cpuMs: z.number(),
  shown: z.object({ disks: z.number(), used: z.number() }),
});

/** The SDK sample's way, in a process of its own. */
export class SampleWorker implements AsyncDisposable {
  private readonly worker: Worker;

  private constructor(worker: Worker) {
    this.worker = worker;
  }

  static async start(access: TowerAccess): Promise<SampleWorker> {
    const worker = new Worker(path('sample-dashboard.ts'), { args: [JSON.stringify(access)] });
    await worker.next(z.literal('ready'));
    return new SampleWorker(worker);
  }

  refresh(): Promise<Refresh> {
    return this.worker.ask('refresh', sampleSchema);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.worker[Symbol.asyncDispose]();
  }
}
