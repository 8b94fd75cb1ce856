import type { RelabelConfig } from '../../config/schema.ts';
import { fingerprint } from '../fingerprint.ts';
import type { BridgeAlert } from '../store/types.ts';
import { type Matcher, matches, parseMatchers } from './matchers.ts';

/** Which alerts a receiver gets, and how it sees their labels. */
export interface Selection {
  /** The alert as this receiver gets it, or null when its matchers leave it out. The same object when nothing changes. */
  apply(alert: BridgeAlert): BridgeAlert | null;
}

/**
 * Makes the selection of a receiver's `match` and `relabel`. Matchers see the labels before relabelling.
 * @throws {MatcherError} when a matcher cannot be read
 */
export const createSelection = (match: readonly string[], relabelling: RelabelConfig): Selection => {
  const matchers: readonly Matcher[] = match.flatMap(parseMatchers);
  /** An alert comes out as the same object every time, so that what others make of it can be kept. */
  const relabelled = new WeakMap<BridgeAlert, BridgeAlert>();
  const changes = Object.keys(relabelling.add_labels).length > 0 || relabelling.drop_labels.length > 0;
  return {
    apply: (alert) => {
      if (!matches(matchers, alert.labels)) return null;
      if (!changes) return alert;
      const made = relabelled.get(alert) ?? relabel(alert, relabelling);
      relabelled.set(alert, made);
      return made;
    },
  };
};

/** The alert with labels dropped, then added, and the fingerprint of what comes out. An empty value removes a label. */
export const relabel = (alert: BridgeAlert, { add_labels, drop_labels }: RelabelConfig): BridgeAlert => {
  const dropped = new Set(drop_labels);
  const kept = Object.entries(alert.labels).filter(([name]) => !dropped.has(name) && !Object.hasOwn(add_labels, name));
  const added = Object.entries(add_labels).map(([name, value]): [string, string] => [name, value.toWellFormed()]);
  const labels = Object.fromEntries([...kept, ...added].filter(([, value]) => value !== ''));
  return { ...alert, labels, fingerprint: fingerprint(labels) };
};
