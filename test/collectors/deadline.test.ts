import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DeadlineError, withDeadline } from '../../src/collectors/deadline.ts';
import { ManualClock } from './support/manual-clock.ts';

const never = (): Promise<never> => new Promise(() => {});

const make = () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  return { clock, parent, options: { clock, ms: 1000, parent: parent.signal, message: 'too late' } };
};

describe('work with a deadline', () => {
  it('answers what the work answers, and leaves neither timer nor listener', async () => {
    const { clock, parent, options } = make();
    await expect(withDeadline(options, () => Promise.resolve(5))).resolves.toBe(5);
    await expect(withDeadline(options, () => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
    await clock.settle();
    expect(clock.pending).toBe(0);
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  });

  it('aborts the work when time is up, and does not wait for it', async () => {
    const { clock, parent, options } = make();
    let signal: AbortSignal | null = null;
    const work = withDeadline(options, (given) => {
      signal = given;
      return never();
    });
    const failed = expect(work).rejects.toThrow(new DeadlineError('too late'));
    await clock.advance(1000);
    await failed;
    expect(signal).toMatchObject({ aborted: true });
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  });

  it('ends with its parent, for the parent’s reason', async () => {
    const { clock, parent, options } = make();
    const work = withDeadline(options, never);
    const failed = expect(work).rejects.toThrow('shut down');
    parent.abort(new Error('shut down'));
    await failed;
    await clock.settle();
    expect(clock.pending).toBe(0);
    await expect(withDeadline(options, never)).rejects.toThrow('shut down');
  });
});
