import type { WebhookConfig } from '../../config/schema.ts';
import type { BridgeAlert, Transition } from '../store/types.ts';
import { emptyGroup, fire, forget, type Group, type GroupTimes, resolve } from './group.ts';
import { groupKey, groupLabels, partKey } from './group-key.ts';
import type { Selection } from './relabel.ts';

/** Where an alert is: the group's key and its label set's fingerprint in it. */
interface Place {
  readonly key: string;
  readonly fingerprint: string;
}

/** The groups of one webhook and which alert is in which of them. */
export class GroupBook {
  readonly groups = new Map<string, Group>();
  /** Keys of groups that differ from what the store has. */
  readonly dirty = new Set<string>();
  readonly #places = new Map<string, Place>();
  /** Which part of a group a label set is in. */
  readonly #parts = new Map<string, string>();
  readonly #selection: Selection;
  readonly #config: Pick<WebhookConfig, 'group_by' | 'max_alerts'>;
  readonly #times: GroupTimes;

  constructor(selection: Selection, config: Pick<WebhookConfig, 'group_by' | 'max_alerts'>, times: GroupTimes) {
    this.#selection = selection;
    this.#config = config;
    this.#times = times;
  }

  /** Takes over a group as the store has it. */
  load(group: Group): void {
    this.groups.set(group.key, group);
    for (const [fingerprint, { sources }] of group.members) {
      this.#parts.set(fingerprint, group.key);
      for (const source of sources) this.#places.set(source, { key: group.key, fingerprint });
    }
  }

  /**
   * Fits what was loaded to a configuration that may have changed since: what the matchers leave out now leaves its group
   * without a word, what belongs to another group or has other labels now is told anew there.
   */
  reconcile(firing: readonly BridgeAlert[], now: number): void {
    for (const source of firing) {
      const place = this.#places.get(source.fingerprint);
      if (place === undefined) continue;
      const alert = this.#selection.apply(source);
      const labels = alert === null ? null : groupLabels(alert.labels, this.#config.group_by);
      const group = this.groups.get(place.key);
      const stays =
        alert?.fingerprint === place.fingerprint &&
        labels !== null &&
        group !== undefined &&
        groupKey(labels) === groupKey(group.labels);
      if (stays) continue;
      this.#forget(source.fingerprint);
      if (alert !== null) this.#fire(alert, source.fingerprint, source.firstSeen, now);
    }
  }

  apply({ kind, alert: source, at }: Transition, now: number): void {
    if (kind === 'forgotten') this.#forget(source.fingerprint);
    else if (kind === 'resolved') this.#resolve(source, at, now);
    else {
      const alert = this.#selection.apply(source);
      if (alert !== null) this.#fire(alert, source.fingerprint, alert.firstSeen, now);
    }
  }

  /** Puts the group in the place of the one with its key; null takes that away. */
  replace(key: string, group: Group | null): void {
    const before = this.groups.get(key);
    for (const fingerprint of before?.members.keys() ?? []) {
      if (group?.members.has(fingerprint) !== true) this.#parts.delete(fingerprint);
    }
    if (group === null) this.groups.delete(key);
    else this.groups.set(key, group);
    this.dirty.add(key);
  }

  #fire(alert: BridgeAlert, source: string, since: number, now: number): void {
    const key = this.#keyFor(alert);
    const group = this.groups.get(key) ?? emptyGroup(key, groupLabels(alert.labels, this.#config.group_by));
    this.groups.set(key, group);
    fire(group, alert, source, since, now, this.#times);
    this.#parts.set(alert.fingerprint, key);
    this.#places.set(source, { key, fingerprint: alert.fingerprint });
    this.dirty.add(key);
  }

  /** The transition's alert is found by where it went when it fired, whatever the configuration says by now. */
  #resolve(source: BridgeAlert, at: number, now: number): void {
    const place = this.#places.get(source.fingerprint);
    const group = place === undefined ? undefined : this.groups.get(place.key);
    if (place === undefined || group === undefined) return;
    const member = group.members.get(place.fingerprint);
    const applied = this.#selection.apply(source);
    const labels = member?.alert.labels ?? applied?.labels ?? source.labels;
    const alert = { ...source, labels, fingerprint: place.fingerprint, endsAt: source.endsAt ?? at };
    resolve(group, place.fingerprint, source.fingerprint, { alert, since: at }, now, this.#times);
    this.#places.delete(source.fingerprint);
    this.dirty.add(place.key);
  }

  #forget(source: string): void {
    const place = this.#places.get(source);
    const group = place === undefined ? undefined : this.groups.get(place.key);
    if (place === undefined || group === undefined) return;
    forget(group, place.fingerprint, source);
    this.#places.delete(source);
    if (!group.members.has(place.fingerprint)) this.#parts.delete(place.fingerprint);
    if (group.members.size === 0) this.groups.delete(place.key);
    this.dirty.add(place.key);
  }

  /** The group, or the part of it that the label set is in already, or the first part with room. */
  #keyFor(alert: BridgeAlert): string {
    const base = groupKey(groupLabels(alert.labels, this.#config.group_by));
    const { max_alerts: limit } = this.#config;
    const part = this.#parts.get(alert.fingerprint);
    if (part !== undefined && groupKey(this.groups.get(part)?.labels ?? {}) === base) return part;
    for (let number = 1; ; number += 1) {
      const key = partKey(base, number);
      if (limit === 0 || (this.groups.get(key)?.members.size ?? 0) < limit) return key;
    }
  }
}
