import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { CollectorTask } from './task.ts';

/** A timer's longest sleep: beyond 2³¹ ms timers misbehave, and nothing is lost by looking up once in a while. */
const longestSleep = 3_600_000;

/**
 * Runs tasks at their intervals on the monotonic clock, so that setting the machine's clock neither freezes nor floods them.
 * All begin at one moment and stay in phase: what is due together starts in one turn, in the tasks' order, and shares its
 * reads. A task that is still running when it is due skips that tick; it never runs twice at a time and never catches up.
 */
export class Schedule {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly due: Map<CollectorTask, number>;
  private readonly stop: AbortSignal;
  private wake = new AbortController();
  private readonly late = new Set<CollectorTask>();

  /** @param firstRun when all tasks run first, monotonic milliseconds. */
  constructor(
    tasks: readonly CollectorTask[],
    firstRun: number,
    stop: AbortSignal,
    options: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.clock = options.clock;
    this.logger = options.logger;
    this.due = new Map(tasks.map((task) => [task, firstRun]));
    this.stop = stop;
    stop.addEventListener('abort', () => this.poke(), { once: true });
  }

  /** When the task runs next, monotonic milliseconds; null when it is not scheduled. */
  nextRun(task: CollectorTask): number | null {
    return this.due.get(task) ?? null;
  }

  /** Looks again at what is due: a run that succeeded has moved its staleness. */
  poke(): void {
    this.wake.abort();
  }

  /** Works until stopped. Never rejects. */
  async run(): Promise<void> {
    while (!this.stop.aborted) {
      const now = this.clock.monotonic();
      for (const [task, due] of this.due) {
        if (due <= now) this.tick(task, due, now);
        task.withdrawStale(now);
      }
      this.wake = new AbortController();
      const pause = Math.max(0, this.nextEvent() - this.clock.monotonic());
      await this.clock.sleep(Math.min(pause, longestSleep), this.wake.signal).catch(() => {});
    }
  }

  private tick(task: CollectorTask, due: number, now: number): void {
    const { interval } = task.settings;
    this.due.set(task, due + interval * (Math.floor((now - due) / interval) + 1));
    if (task.running === null) {
      this.late.delete(task);
      void task.run(this.stop).then(() => this.poke());
      return;
    }
    if (this.late.has(task)) return;
    this.late.add(task);
    this.logger.warn(
      { interval_seconds: interval / 1000 },
      `collector ${task.name} takes longer than its interval: runs are left out`,
    );
  }

  private nextEvent(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const [task, due] of this.due) next = Math.min(next, due, task.staleDue ?? next);
    return next;
  }
}
