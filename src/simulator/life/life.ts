import type { BuiltRule } from '../estate/alerts.ts';
import { minute, second, type Builder } from '../estate/builder.ts';
import type { Estate } from '../estate/estate.ts';
import type { SeededRandom } from '../random.ts';
import { AlertLife } from './alerts.ts';
import { moveIntoBin, takeOutOfBin } from './bin.ts';
import { failDisk } from './disks.ts';
import { drift } from './drift.ts';
import { loseHost } from './hosts.ts';
import { recover } from './recovery.ts';

/** What happens to the estate is decided once in so many milliseconds. */
export const stepLength = 10 * second;

/** What events are handed. */
export interface Scene {
  readonly builder: Builder;
  readonly estate: Estate;
  readonly alerts: AlertLife;
  /** The moment of the step, milliseconds since the epoch. */
  readonly now: number;
  readonly random: SeededRandom;
  /** Something that follows from an event, `delay` ms later. */
  after(delay: number, action: (scene: Scene) => void): void;
}

interface Pending {
  readonly at: number;
  readonly action: (scene: Scene) => void;
}

/** How often things happen on average, in milliseconds of the tower. */
const every = {
  alertStarts: minute,
  binned: 2 * minute,
  restored: 3 * minute,
  diskFails: 12 * minute,
  hostGoes: 15 * minute,
};

/**
 * Time that passes in an estate. What happens depends on the seed and the moment alone, not on how often anybody asks:
 * events are drawn per step, and usage is a function of the time.
 */
export class Life {
  readonly #builder: Builder;
  readonly #estate: Estate;
  readonly #alerts: AlertLife;
  #pending: Pending[] = [];
  #step = 0;

  constructor(builder: Builder, estate: Estate, rules: readonly BuiltRule[]) {
    this.#builder = builder;
    this.#estate = estate;
    this.#alerts = new AlertLife(builder, estate, rules);
  }

  /** Lets time pass up to a moment; an earlier one changes nothing. */
  advanceTo(now: number): void {
    const { start } = this.#builder.options;
    const last = Math.floor((now - start) / stepLength);
    if (last <= this.#step) return;
    while (this.#step < last) {
      this.#step += 1;
      this.#happen(start + this.#step * stepLength);
    }
    this.#alerts.stamp(start + this.#step * stepLength);
    drift(this.#estate, this.#step * stepLength);
  }

  #happen(now: number): void {
    const random = this.#builder.random.fork(`step ${this.#step}`);
    const scene: Scene = {
      builder: this.#builder,
      estate: this.#estate,
      alerts: this.#alerts,
      now,
      random,
      after: (delay, action) => this.#pending.push({ at: now + delay, action }),
    };
    const due = this.#pending.filter(({ at }) => at <= now);
    this.#pending = this.#pending.filter(({ at }) => at > now);
    for (const { action } of due) action(scene);
    const happens = (interval: number): boolean => random.chance(stepLength / interval);
    if (happens(every.alertStarts)) this.#alerts.wander(scene);
    if (happens(every.binned)) moveIntoBin(scene);
    if (happens(every.restored)) takeOutOfBin(scene);
    if (happens(every.diskFails)) failDisk(scene);
    if (happens(every.hostGoes)) loseHost(scene);
    recover(scene, stepLength);
  }
}
