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

  it('waits a moment for what the work was given up with, where that is asked for', async () => {
    const { clock, parent, options } = make();
    const work = withDeadline({ ...options, grace: 100 }, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await clock.sleep(99);
      throw new RangeError('half of it');
    });
    const failed = work.catch((error: unknown) => error);
    await clock.advance(1099);
    expect(await failed).toMatchObject({ code: 'deadline', message: 'too late', cause: new RangeError('half of it') });
    await clock.settle();
    expect(clock.pending).toBe(0);
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  });

  it('waits no longer than that moment, and not at all once its parent ends', async () => {
    const { clock, parent, options } = make();
    const first = withDeadline({ ...options, grace: 100 }, never).catch((error: unknown) => error);
    await clock.advance(1100);
    expect(await first).toMatchObject({ code: 'deadline', cause: undefined });
    const second = withDeadline({ ...options, grace: 100 }, never).catch((error: unknown) => error);
    await clock.advance(1000);
    parent.abort(new Error('shut down'));
    expect(await second).toMatchObject({ code: 'deadline' });
    await clock.settle();
    expect(clock.pending).toBe(0);
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
