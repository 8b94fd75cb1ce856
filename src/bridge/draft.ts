import { mergedAnnotations, unmerged } from './annotations.ts';
import type { Content } from './mapping.ts';
import type { NewTransition, OpenAlert, StateChange, TowerFacts, TowerState } from './state.ts';
import type { BridgeAlert } from './store/types.ts';

type Step =
  | { readonly kind: 'firing'; readonly fingerprint: string }
  | { readonly kind: 'resolved' | 'forgotten'; readonly alert: BridgeAlert };

/** Collects what one poll changes: a state with an overlay, of which only what differs is handed out at the end. */
export class Draft {
  readonly now: number;
  readonly #state: TowerState;
  readonly #open = new Map<string, OpenAlert | null>();
  readonly #firing = new Map<string, BridgeAlert | null>();
  readonly #ended = new Map<string, number>();
  readonly #content = new Map<string, Content>();
  readonly #regrouped = new Set<string>();
  readonly #steps: Step[] = [];
  #members: Map<string, Set<string>> | null = null;

  constructor(state: TowerState, now: number) {
    this.#state = state;
    this.now = now;
  }

  open(id: string): OpenAlert | null {
    const changed = this.#open.get(id);
    return changed === undefined ? (this.#state.open.get(id) ?? null) : changed;
  }

  firing(fingerprint: string): BridgeAlert | null {
    const changed = this.#firing.get(fingerprint);
    return changed === undefined ? (this.#state.firing.get(fingerprint) ?? null) : changed;
  }

  /** When the id ended a short while ago: the end that was told. */
  lastEnd(id: string): number | null {
    return this.#ended.get(id) ?? this.#state.ended.get(id) ?? null;
  }

  /** Changes what is known of an open alert; its label set stays. */
  update(open: OpenAlert): void {
    if (!sameOpen(this.open(open.id), open)) this.#open.set(open.id, open);
  }

  /** Opens an upstream alert under a label set: a new firing, or one more behind one that fires already. */
  add(open: OpenAlert, alert: BridgeAlert): void {
    const members = this.#membersOf(open.fingerprint);
    members.add(open.id);
    this.#open.set(open.id, open);
    this.#regrouped.add(open.fingerprint);
    if (this.firing(open.fingerprint) !== null) return;
    this.#firing.set(open.fingerprint, alert);
    this.#content.set(open.fingerprint, alert);
    this.#steps.push({ kind: 'firing', fingerprint: open.fingerprint });
  }

  /** Takes the newest content for the label set; of several upstream alerts the first in a poll gives it. */
  refresh(fingerprint: string, content: () => Content): void {
    if (!this.#content.has(fingerprint)) this.#content.set(fingerprint, content());
  }

  /** An upstream alert ended. The label set is resolved when it was the last one behind it. */
  resolve(id: string, endsAt: number | null, reason: string | null): void {
    const open = this.#leave(id);
    if (open === null) return;
    const end = endsAt ?? this.now;
    this.#ended.set(id, end);
    const alert = this.#last(open.fingerprint);
    if (alert === null) return;
    const annotations = reason === null ? alert.annotations : { ...alert.annotations, resolved_reason: reason };
    // After the clock was set back, a start may lie in the future; an end never does.
    const startsAt = Math.min(alert.startsAt, this.now);
    const clamped = Math.min(Math.max(end, startsAt), this.now);
    this.#steps.push({ kind: 'resolved', alert: { ...alert, annotations, startsAt, endsAt: clamped } });
  }

  /** An upstream alert leaves the state, and nobody knows whether it ended. */
  forget(id: string): void {
    const open = this.#leave(id);
    if (open === null) return;
    const alert = this.#last(open.fingerprint);
    if (alert !== null) this.#steps.push({ kind: 'forgotten', alert });
  }

  finish(facts: TowerFacts): StateChange {
    for (const fingerprint of new Set([...this.#content.keys(), ...this.#regrouped])) this.#renew(fingerprint);
    const transitions = this.#steps.flatMap((step): NewTransition[] => {
      if (step.kind !== 'firing') return [{ kind: step.kind, at: this.now, alert: step.alert }];
      const alert = this.firing(step.fingerprint);
      return alert === null ? [] : [{ kind: step.kind, at: this.now, alert }];
    });
    return {
      open: this.#open,
      firing: this.#firing,
      ended: this.#ended,
      facts: sameFacts(this.#state.facts, facts) ? null : facts,
      transitions,
    };
  }

  /** Takes the id out of the open ones and of its label set. */
  #leave(id: string): OpenAlert | null {
    const open = this.open(id);
    if (open === null) return null;
    this.#open.set(id, null);
    this.#membersOf(open.fingerprint).delete(id);
    this.#regrouped.add(open.fingerprint);
    return open;
  }

  /** The alert of a label set that nothing stands behind any more, which thereby ceases to fire; null while something does. */
  #last(fingerprint: string): BridgeAlert | null {
    if (this.#membersOf(fingerprint).size > 0) return null;
    const alert = this.firing(fingerprint);
    if (alert === null) return null;
    this.#firing.set(fingerprint, null);
    return { ...alert, ...this.#content.get(fingerprint) };
  }

  #renew(fingerprint: string): void {
    const alert = this.firing(fingerprint);
    if (alert === null) return;
    const content = this.#content.get(fingerprint);
    const ids = this.#members === null && !this.#regrouped.has(fingerprint) ? null : [...this.#membersOf(fingerprint)];
    const kept = ids === null ? keptMerge(alert.annotations) : mergedAnnotations(ids);
    const annotations = { ...(content?.annotations ?? unmerged(alert.annotations)), ...kept };
    const generatorURL = content === undefined ? alert.generatorURL : content.generatorURL;
    if (generatorURL === alert.generatorURL && sameTexts(annotations, alert.annotations)) return;
    this.#firing.set(fingerprint, { ...alert, annotations, generatorURL });
  }

  #membersOf(fingerprint: string): Set<string> {
    this.#members ??= membersOf(this.#state);
    const known = this.#members.get(fingerprint);
    if (known !== undefined) return known;
    const members = new Set<string>();
    this.#members.set(fingerprint, members);
    return members;
  }
}

/** The upstream alerts behind each label set. */
const membersOf = (state: TowerState): Map<string, Set<string>> => {
  const members = new Map<string, Set<string>>();
  for (const { id, fingerprint } of state.open.values()) {
    const ids = members.get(fingerprint);
    if (ids === undefined) members.set(fingerprint, new Set([id]));
    else ids.add(id);
  }
  return members;
};

const keptMerge = (annotations: Readonly<Record<string, string>>): Record<string, string> => {
  const { alert_ids: ids, alert_count: count } = annotations;
  return ids === undefined || count === undefined ? {} : { alert_ids: ids, alert_count: count };
};

const sameOpen = (left: OpenAlert | null, right: OpenAlert): boolean =>
  left !== null &&
  left.fingerprint === right.fingerprint &&
  left.clusterId === right.clusterId &&
  left.severity === right.severity &&
  left.notFound === right.notFound &&
  left.missingSince === right.missingSince;

const sameTexts = (left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean => {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
};

const sameFacts = (left: TowerFacts, right: TowerFacts): boolean =>
  left.unreachable === right.unreachable && left.incomplete === right.incomplete && left.vanished === right.vanished;
