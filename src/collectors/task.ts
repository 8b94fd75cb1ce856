import type { Clock } from '../clock.ts';
import { createFailureLog, describeError, type FailureLog, type Logger } from '../log.ts';
import type { SampleBatch } from '../metrics/batch.ts';
import type { CollectorName } from '../metrics/family.ts';
import type { Collected } from './collector.ts';
import { withDeadline } from './deadline.ts';
import type { CollectorSettings } from './settings.ts';

/** Where samples go. */
export interface SampleSink {
  publish(tower: string, collector: CollectorName, batch: SampleBatch): unknown;
  withdraw(tower: string, collector: CollectorName): void;
}

/** What one run came to. */
export interface RunReport {
  readonly tower: string;
  readonly collector: CollectorName;
  readonly success: boolean;
  readonly seconds: number;
  /** Milliseconds since the epoch. */
  readonly finishedAtMs: number;
  /** Null when the run failed. */
  readonly objects: number | null;
}

/** The state of a collector, for readiness and for people. Times are milliseconds since the epoch. */
export interface CollectorState {
  readonly name: CollectorName;
  readonly enabled: boolean;
  /** Milliseconds. */
  readonly interval: number;
  readonly running: boolean;
  /** When the latest run ended; null before the first. */
  readonly lastRun: number | null;
  readonly lastSuccess: number | null;
  /** Why the latest run failed; null when it succeeded. */
  readonly lastError: { readonly code: string; readonly message: string } | null;
  /** Null when it is not scheduled. */
  readonly nextRun: number | null;
  /** Its samples were withdrawn because the last success is too long ago. */
  readonly stale: boolean;
  /** Objects of the latest success. */
  readonly objects: number | null;
  /** Duration of the latest run, seconds. */
  readonly seconds: number | null;
}

export interface TaskOptions {
  readonly tower: string;
  readonly name: CollectorName;
  readonly settings: CollectorSettings;
  /** Longest time for a run, milliseconds. */
  readonly deadline: number;
  readonly collect: (signal: AbortSignal) => Promise<Collected>;
  readonly sink: SampleSink;
  /** Told of every run that was not stopped. */
  readonly onRun: (report: RunReport, error: unknown) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A collector at work for one tower: runs with a deadline, publishes, keeps its state, withdraws what has become stale. */
export class CollectorTask {
  readonly name: CollectorName;
  readonly settings: CollectorSettings;
  private readonly options: TaskOptions;
  private readonly failures: FailureLog;
  private current: Promise<void> | null = null;
  private lastRun: number | null = null;
  private lastSuccess: number | null = null;
  private lastError: CollectorState['lastError'] = null;
  private objects: number | null = null;
  private seconds: number | null = null;
  private stale = false;
  /** When the samples go unless a run succeeds before, monotonic milliseconds; null when there are none. */
  private staleAt: number | null = null;

  constructor(options: TaskOptions) {
    this.options = options;
    this.name = options.name;
    this.settings = options.settings;
    this.failures = createFailureLog({ ...options, subject: `collector ${options.name}` });
  }

  /** The run under way, if any. */
  get running(): Promise<void> | null {
    return this.current;
  }

  /** When `withdrawStale` has to be called, monotonic milliseconds; null for never. */
  get staleDue(): number | null {
    return this.staleAt;
  }

  /** Whether a run has ended, well or not. */
  get hasRun(): boolean {
    return this.lastRun !== null;
  }

  /** Runs once, or waits for the run under way. Never rejects; a run that is stopped leaves no trace. */
  run(stop: AbortSignal): Promise<void> {
    this.current ??= this.runOnce(stop).finally(() => {
      this.current = null;
    });
    return this.current;
  }

  /** Takes the samples away once they are too old. */
  withdrawStale(now: number): void {
    if (this.staleAt === null || now < this.staleAt) return;
    this.staleAt = null;
    this.stale = true;
    this.options.sink.withdraw(this.options.tower, this.name);
    this.options.logger.warn(
      { stale_after_seconds: this.settings.stale_after / 1000 },
      `collector ${this.name} has not succeeded for too long: its series are withdrawn`,
    );
  }

  state(nextRun: number | null): CollectorState {
    const { name, settings, lastRun, lastSuccess, lastError, stale, objects, seconds } = this;
    const { enabled, interval } = settings;
    const running = this.current !== null;
    return { name, enabled, interval, running, lastRun, lastSuccess, lastError, nextRun, stale, objects, seconds };
  }

  private async runOnce(stop: AbortSignal): Promise<void> {
    const { tower, name, deadline, collect, sink, clock, onRun } = this.options;
    const started = clock.monotonic();
    const message = `the tower did not answer in full within ${deadline / 1000} s; where it is just slow, a longer interval helps`;
    let collected: Collected | null = null;
    let error: unknown = null;
    try {
      const grace = Math.min(500, this.settings.interval / 40);
      collected = await withDeadline({ clock, ms: deadline, parent: stop, message, grace }, collect);
      if (stop.aborted) return;
      await sink.publish(tower, name, collected.batch);
    } catch (reason) {
      collected = null;
      error = reason ?? new Error('The run failed without a reason');
    }
    if (stop.aborted) return;
    const report: RunReport = {
      tower,
      collector: name,
      success: collected !== null,
      seconds: (clock.monotonic() - started) / 1000,
      finishedAtMs: clock.now(),
      objects: collected?.objects ?? null,
    };
    this.record(report, error);
    onRun(report, error);
  }

  private record({ success, seconds, finishedAtMs, objects }: RunReport, error: unknown): void {
    const { clock, logger } = this.options;
    const fields = { seconds: Number(seconds.toFixed(3)) };
    this.lastRun = finishedAtMs;
    this.seconds = seconds;
    if (!success) {
      const { code, message } = describeError(error);
      this.lastError = { code, message };
      this.failures.failed(error, fields);
      return;
    }
    this.lastError = null;
    this.lastSuccess = finishedAtMs;
    this.objects = objects;
    this.stale = false;
    this.staleAt = clock.monotonic() + this.settings.stale_after;
    this.failures.succeeded(fields);
    logger.debug({ ...fields, objects }, `collector ${this.name} has run`);
  }
}
