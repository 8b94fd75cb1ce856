import type { Clock } from '../clock.ts';

/** The tower's own time: the clock's, perhaps faster, plus what was skipped. */
export interface SimulatedTime {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Jumps ahead. */
  skip(ms: number): void;
}

export const simulatedTime = (clock: Clock, scale: number): SimulatedTime => {
  const [wall, base] = [clock.now(), clock.monotonic()];
  let skipped = 0;
  return {
    now: () => Math.floor(wall + (clock.monotonic() - base) * scale + skipped),
    skip: (ms) => {
      skipped += ms;
    },
  };
};
