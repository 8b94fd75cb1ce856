import type { BridgeAlert } from '../store/types.ts';

/** Times as one Alertmanager sees them, milliseconds since the epoch. */
export interface Instant {
  /** Our clock. */
  readonly now: number;
  /** How far the Alertmanager's clock is ahead of ours (negative: behind); 0 when they agree well enough. */
  readonly skew: number;
}

/** How long a firing alert stays firing without being sent again: long enough for three sends to go missing. */
export const firingLifetime = (pollInterval: number, resendInterval: number): number =>
  4 * Math.max(pollInterval, resendInterval);

/**
 * The times to send an alert with, milliseconds since the epoch. Firing: ends `lifetime` from now by whichever clock is ahead, so that a fast clock
 * on the other side does not end it early. Resolved: ended in the past by both clocks. Never ends before it starts.
 */
export const sentTimes = (
  alert: BridgeAlert,
  state: 'firing' | 'resolved',
  { now, skew }: Instant,
  lifetime: number,
): { readonly startsAt: number; readonly endsAt: number } => {
  const theirs = now + skew;
  const past = Math.min(now, theirs);
  const endsAt = state === 'firing' ? Math.max(now, theirs) + lifetime : Math.min(alert.endsAt ?? now, past);
  const startsAt = state === 'firing' ? Math.min(alert.startsAt, now) : Math.min(alert.startsAt, endsAt);
  return { startsAt, endsAt: Math.max(endsAt, startsAt) };
};

export interface BatchLimits {
  readonly maxAlerts: number;
  readonly maxBytes: number;
}

/** Whether `more` bytes fit to so many. Commas and brackets included; the first part always fits: the peer decides about a giant. */
export const fits = (count: number, bytes: number, more: number, { maxAlerts, maxBytes }: BatchLimits): boolean =>
  count === 0 || (count < maxAlerts && bytes + more + 1 <= maxBytes);

/**
 * Whether two neighbours are the two halves of a change of severity, the old label set resolved and the new one firing: they go
 * into one request, so that nobody sees neither or both.
 */
export const belongTogether = (
  first: { readonly state: string; readonly version: number; readonly alert: BridgeAlert },
  second: { readonly state: string; readonly version: number; readonly alert: BridgeAlert },
): boolean => {
  if (first.state !== 'resolved' || second.state !== 'firing' || second.version !== first.version + 1) return false;
  const names = new Set([...Object.keys(first.alert.labels), ...Object.keys(second.alert.labels)]);
  names.delete('severity');
  return [...names].every((name) => first.alert.labels[name] === second.alert.labels[name]);
};
