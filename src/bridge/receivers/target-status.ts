import type { TargetStatus } from '../receiver.ts';
import type { Failure } from './failure.ts';

/** What a delivery loop knows of itself. */
export interface LoopState {
  readonly target: string;
  readonly ended: boolean;
  readonly busy: boolean;
  /** Why the last delivery failed; null when it succeeded. */
  readonly failure: Failure | null;
  readonly lastSuccess: number | null;
}

/** A delivery loop as others see it. */
export const targetStatus = ({ target, ended, busy, failure, lastSuccess }: LoopState): TargetStatus => ({
  target,
  state: stateOf({ ended, busy, failure }),
  problem: failure?.problem ?? null,
  lastSuccess,
});

const stateOf = ({ ended, busy, failure }: Pick<LoopState, 'ended' | 'busy' | 'failure'>): TargetStatus['state'] => {
  if (ended) return 'stopped';
  if (failure !== null) return failure.kind === 'configuration' ? 'configuration_error' : 'retrying';
  return busy ? 'delivering' : 'idle';
};
