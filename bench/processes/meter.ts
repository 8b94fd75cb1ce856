import { monitorEventLoopDelay } from 'node:perf_hooks';
import { z } from 'zod';
import { processUsage } from './process-usage.ts';

/** What a process has used since it was asked last. */
export const usageSchema = z.object({
  cpuMs: z.number(),
  /** Peak of the whole life of the process. */
  peakRssMiB: z.number(),
  rssMiB: z.number(),
  /** Delays of the event loop, milliseconds; 0 where they are not looked for. */
  delayP99: z.number(),
  delayP999: z.number(),
  delayMax: z.number(),
});
export type Usage = z.output<typeof usageSchema>;

/** Milliseconds between two looks; a look that is on time counts as a delay of 0. */
const resolution = 1;

/** Measures the process that it is loaded into. */
export class Meter {
  private readonly delays = monitorEventLoopDelay({ resolution });
  private before = process.cpuUsage();

  /**
   * Begins anew. Looking for delays wakes the process a thousand times a second: up to 3 % of a core, which is to be left out
   * where CPU is judged.
   */
  reset({ delays = false }: { readonly delays?: boolean } = {}): void {
    if (delays) this.delays.enable();
    else this.delays.disable();
    this.delays.reset();
    this.before = process.cpuUsage();
  }

  /** What was used since the last `reset`. */
  read(): Usage {
    const { user, system } = process.cpuUsage(this.before);
    const delay = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
    return {
      cpuMs: (user + system) / 1000,
      rssMiB: process.memoryUsage.rss() / 2 ** 20,
      // Not resourceUsage().maxRSS: that begins with the memory of the process that started this one.
      peakRssMiB: processUsage(process.pid).peakRssMiB,
      delayP99: delay(this.delays.percentile(99)),
      delayP999: delay(this.delays.percentile(99.9)),
      delayMax: delay(this.delays.max),
    };
  }
}
