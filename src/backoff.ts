import type { Random } from './clock.ts';

/** Bounds of an exponential back-off, in milliseconds. */
export interface BackoffBounds {
  /** The longest first wait. */
  readonly base: number;
  /** The longest wait of all. */
  readonly cap: number;
}

/**
 * Full-jitter back-off: a wait in milliseconds, uniform in [0, min(cap, base · 2^attempt)).
 * `attempt` counts the failures before this wait from 0. Spreading the whole interval keeps many clients from returning at once.
 */
export const fullJitter = (attempt: number, bounds: BackoffBounds, random: Random): number =>
  random() * Math.min(bounds.cap, bounds.base * 2 ** Math.max(0, attempt));
