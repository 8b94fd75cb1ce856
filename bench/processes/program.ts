import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessUsage, processUsage } from './process-usage.ts';
import { Worker } from './worker.ts';

const path = (relative: string): string => new URL(relative, import.meta.url).pathname;

let built: string | null = null;

/** Builds the program as it is published, once; where it is. @throws when it cannot be compiled */
const builtProgram = (): string => {
  if (built === null) execFileSync(path('../../node_modules/.bin/tsc'), ['-p', path('../../tsconfig.build.json')]);
  built = path('../../dist/main.js');
  return built;
};

/** The real exporter as an operator runs it: built, and with nothing else in its process. */
export class ProgramWorker implements AsyncDisposable {
  private readonly worker: Worker;
  /** Where it listens; null until it does. */
  private url: string | null = null;
  readonly startedAt: number;
  private usedBefore = 0;

  constructor(configFile: string) {
    const program = builtProgram();
    this.startedAt = performance.now();
    this.worker = new Worker(program, {
      args: [`--config.file=${configFile}`, '--web.listen-address=127.0.0.1:0', '--log.format=json'],
      quiet: true,
      // As the image and the systemd unit have it.
      env: { NODE_ENV: 'production', MALLOC_ARENA_MAX: '1' },
    });
    // Should the benchmark fail, the exporter must not outlive it.
    process.once('exit', () => this.worker.child.kill('SIGKILL'));
  }

  /** Waits until `/-/ready` says yes; milliseconds since the process was started. */
  async ready(): Promise<number> {
    for (;;) {
      if (this.worker.child.exitCode !== null) throw new Error(`the exporter ended: ${this.worker.output}`);
      this.url ??= /"url":"(http:\/\/127\.0\.0\.1:\d+)"/.exec(this.worker.output)?.[1] ?? null;
      if (this.url !== null) {
        const answered = await fetch(`${this.url}/-/ready`);
        await answered.arrayBuffer();
        if (answered.status === 200) return performance.now() - this.startedAt;
      }
      await delay(10);
    }
  }

  /** One scrape as Prometheus makes it; the decompressed text. */
  async scrape(encoding: 'gzip' | 'identity' = 'gzip'): Promise<string> {
    if (this.url === null) throw new Error('the exporter does not listen yet');
    const answered = await fetch(`${this.url}/metrics`, { headers: { 'accept-encoding': encoding } });
    return answered.text();
  }

  /** What it used since it was asked last, or since its start. */
  usage(): ProcessUsage {
    const usage = processUsage(this.worker.child.pid ?? 0);
    const cpuMs = usage.cpuMs - this.usedBefore;
    this.usedBefore = usage.cpuMs;
    return { ...usage, cpuMs };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.worker[Symbol.asyncDispose]();
  }
}

/** The value of a sample line that begins so; NaN when there is none. */
export const sampleOf = (text: string, start: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(start))
      ?.split(' ')
      .at(-1) ?? Number.NaN,
  );
