import type { AlertRow } from '../schema/alert.ts';
import { type AlertSubject, buildAlert, type BuiltRule, timeText } from '../estate/alerts.ts';
import { type Builder, byId, hour, iso, second } from '../estate/builder.ts';
import type { Estate } from '../estate/estate.ts';
import type { SeededRandom } from '../random.ts';
import type { Scene } from './life.ts';

/** The server looks at every alert this often and stamps it. */
const checkInterval = 30 * second;

const usualForm = /^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/;

/** Alerts that start, change and end. */
export class AlertLife {
  readonly #builder: Builder;
  readonly #estate: Estate;
  readonly #rules: readonly BuiltRule[];
  /** Alerts that nobody looks at any more: their cluster had stopped reporting before the start. */
  readonly #frozen: ReadonlySet<string>;
  #ordinal: number;

  constructor(builder: Builder, estate: Estate, rules: readonly BuiltRule[]) {
    this.#builder = builder;
    this.#estate = estate;
    this.#rules = rules;
    this.#ordinal = estate.alerts.length;
    const longAgo = iso(builder.options.start - hour);
    this.#frozen = new Set(estate.alerts.filter((alert) => alert.local_update_time < longAgo).map(({ id }) => id));
  }

  /** Raises an alert; its id, or null when the version or the estate has no place for it. */
  raise(now: number, random: SeededRandom, subject: AlertSubject): string | null {
    if (this.#estate.clusters.length === 0 || this.#rules.length === 0) return null;
    const seed = { ordinal: this.#ordinal, startedAt: now, endedAt: null, checkedAt: now };
    const built = buildAlert(this.#builder, random, this.#estate, this.#rules, seed, subject);
    if (built === null) return null;
    this.#ordinal += 1;
    this.#estate.alerts.push(built.row);
    byId(this.#estate.alerts);
    this.#estate.chinese.set(built.row.id, built.chinese);
    return built.row.id;
  }

  /** Ends an alert if it is still there. */
  end(id: string | null, now: number): void {
    const row = this.#estate.alerts.find((alert) => alert.id === id);
    if (row === undefined || row.ended) return;
    row.ended = true;
    row.local_end_time = timeText(now, this.#ordinal);
    row.local_update_time = iso(now);
  }

  /** One alert starts, ends or changes its severity, so that their number stays about what it was. */
  wander({ now, random }: Scene): void {
    const { alerts: wanted } = this.#builder.options;
    const open = this.#estate.alerts.filter((alert) => !alert.ended);
    if (random.chance(0.15) && open.length > 0) escalate(random.pick(open));
    else if (random.int(0, 2 * wanted) < open.length) this.end(random.pick(open).id, now);
    else this.raise(now, random, {});
    this.#forget(2 * wanted + 20);
  }

  /** Marks the open alerts as looked at. */
  stamp(now: number): void {
    const checked = iso(now - (now % checkInterval));
    for (const alert of this.#estate.alerts) {
      // Times in other forms than the usual one stay as they are: they are here to be met.
      if (alert.ended || this.#frozen.has(alert.id) || !usualForm.test(alert.local_update_time)) continue;
      if (alert.local_update_time < checked) alert.local_update_time = checked;
    }
  }

  /** Ended alerts do not stay for ever. */
  #forget(keep: number): void {
    const ended = this.#estate.alerts.filter((alert) => alert.ended);
    const surplus = new Set(ended.slice(0, Math.max(0, ended.length - keep)).map(({ id }) => id));
    if (surplus.size === 0) return;
    const left = this.#estate.alerts.filter(({ id }) => !surplus.has(id));
    this.#estate.alerts.splice(0, this.#estate.alerts.length, ...left);
    for (const id of surplus) this.#estate.chinese.delete(id);
  }
}

const escalate = (alert: AlertRow): void => {
  alert.severity = alert.severity === 'CRITICAL' ? 'NOTICE' : 'CRITICAL';
};
