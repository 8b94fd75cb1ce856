import { afterEach, describe, expect, it } from 'vitest';
import { FakeTower } from './support/fake-tower.ts';
import { only, type Rig, type RigOptions, rig as makeRig, settings } from './support/runtime.ts';

const started: Rig[] = [];
const rig = (options?: RigOptions): Rig => {
  const made = makeRig(options);
  started.push(made);
  return made;
};

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ runtime }) => runtime.stop()));
});

const clustersOnly = (options: RigOptions = {}): Rig => {
  const made = rig({ config: only('clusters'), ...options });
  made.tower.rows['get-clusters'] = [{ id: 'c1', name: 'one', type: 'SMTX_OS', connect_state: 'CONNECTED' }];
  return made;
};

const successes = ({ reports }: Rig): boolean[] => reports.map((report) => report.success);

describe('the runner of a tower', () => {
  it('runs each collector at its own interval', async () => {
    const { runtime, clock, reports } = rig();
    runtime.start();
    await clock.advance(299_000);
    const runs = (name: string): number => reports.filter(({ collector }) => collector === name).length;
    expect(['clusters', 'hosts', 'alerts', 'disks', 'recycle_bin', 'tower', 'vms'].map(runs)).toEqual([
      10, 10, 10, 1, 1, 1, 0,
    ]);
    await clock.advance(2000);
    expect(runs('disks')).toBe(2);
  });

  it('delays the start by at most a tenth of the shortest interval and a second, all collectors alike', async () => {
    const late = clustersOnly({ random: () => 0.999_999 });
    late.runtime.start();
    await late.clock.advance(999);
    expect(late.reports).toEqual([]);
    await late.clock.advance(1);
    expect(successes(late)).toEqual([true]);
    const short = rig({
      random: () => 0.5,
      config: { ...only('clusters'), collectors: withInterval(2000) },
    });
    short.runtime.start();
    await short.clock.advance(99);
    expect(short.reports).toEqual([]);
    await short.clock.advance(1);
    expect(successes(short)).toEqual([true]);
  });

  it('knows when every enabled collector has finished once, well or not', async () => {
    const { runtime, clock, tower } = rig();
    const release = tower.hold('get-disks');
    tower.fail('get-hosts', 'network');
    expect(runtime.firstRunsDone()).toBe(false);
    runtime.start();
    await clock.advance(1000);
    expect(runtime.firstRunsDone()).toBe(false);
    release();
    await clock.settle();
    expect(runtime.firstRunsDone()).toBe(true);
    expect(runtime.states().find(({ name }) => name === 'vms')).toMatchObject({ enabled: false, lastRun: null });
  });

  it('tells the state of every collector', async () => {
    const { runtime, clock, tower } = clustersOnly();
    const state = () => runtime.states().find(({ name }) => name === 'clusters');
    expect(state()).toMatchObject({ running: false, lastRun: null, lastSuccess: null, nextRun: null, stale: false });
    const release = tower.hold('get-clusters');
    runtime.start();
    await clock.advance(2000);
    expect(state()).toMatchObject({ running: true, lastRun: null });
    release();
    await clock.settle();
    const first = clock.now();
    expect(state()).toMatchObject({
      running: false,
      lastRun: first,
      lastSuccess: first,
      lastError: null,
      nextRun: first + 28_000,
      objects: 1,
      seconds: 2,
    });
    tower.fail('get-clusters', 'rate_limited');
    await clock.advance(28_000);
    expect(state()).toMatchObject({
      lastRun: first + 28_000,
      lastSuccess: first,
      lastError: { code: 'rate_limited', message: 'the tower said rate_limited' },
      objects: 1,
    });
  });

  it('never runs a collector twice at a time, skips the ticks it missed, and catches up with none', async () => {
    const { runtime, clock, tower, reports, complaints } = clustersOnly({
      config: { ...only('clusters'), timeout: 600_000 },
    });
    const release = tower.hold('get-clusters');
    runtime.start();
    await clock.advance(95_000);
    expect(tower.counts['get-clusters']).toBe(1);
    release();
    tower.answers.clear();
    await clock.settle();
    expect(reports).toHaveLength(1);
    await clock.advance(24_000);
    expect(reports).toHaveLength(1);
    await clock.advance(1000);
    expect(reports).toHaveLength(2);
    expect(complaints()).toEqual(['collector clusters takes longer than its interval: runs are left out']);
  });

  it('catches up with nothing after a suspension, and stays in phase', async () => {
    const { runtime, clock, reports } = clustersOnly();
    runtime.start();
    await clock.advance(5000);
    clock.suspend(100_000);
    await clock.advance(0);
    expect(reports).toHaveLength(2);
    await clock.advance(14_999);
    expect(reports).toHaveLength(2);
    await clock.advance(1);
    expect(reports).toHaveLength(3);
  });

  it('fails a run at its deadline, lets the request go, and runs again', async () => {
    const { runtime, clock, tower, reports, published } = clustersOnly();
    tower.hold('get-clusters');
    runtime.start();
    await clock.advance(28_999);
    expect(reports).toEqual([]);
    await clock.advance(1);
    expect(reports).toMatchObject([{ success: false, seconds: 29 }]);
    expect(runtime.states().find(({ name }) => name === 'clusters')?.lastError?.code).toBe('deadline');
    expect(tower.asked[0]?.signal?.aborted).toBe(true);
    tower.answers.clear();
    await clock.advance(1000);
    expect(published.has('clusters')).toBe(true);
  });

  it('does not hang on a reader that ignores its signal', async () => {
    const { runtime, clock, tower, reports } = clustersOnly();
    tower.answers.set('get-clusters', () => new Promise(() => {}));
    runtime.start();
    await clock.advance(29_500);
    tower.answers.clear();
    await clock.advance(30_000);
    expect(reports.map(({ success }) => success)).toEqual([false, true]);
  });

  it('keeps one failure from the others', async () => {
    const { runtime, clock, tower, reports } = rig();
    tower.fail('get-disks', 'forbidden');
    tower.answers.set('get-hosts', () => Promise.reject(new TypeError('a bug')));
    runtime.start();
    await clock.advance(1000);
    const failed = reports.filter(({ success }) => !success).map(({ collector }) => collector);
    expect(failed.toSorted()).toEqual(['disks', 'hosts']);
    expect(reports).toHaveLength(6);
  });

  it('keeps the last samples when runs fail, withdraws them when stale, and brings them back', async () => {
    const { runtime, clock, tower, published, complaints } = clustersOnly();
    runtime.start();
    await clock.advance(0);
    const samples = published.get('clusters');
    tower.fail('get-clusters', 'network');
    await clock.advance(149_999);
    expect(published.get('clusters')).toBe(samples);
    await clock.advance(1);
    expect(published.has('clusters')).toBe(false);
    const state = runtime.states().find(({ name }) => name === 'clusters');
    expect(state).toMatchObject({ stale: true, lastError: { code: 'network' } });
    tower.answers.clear();
    await clock.advance(30_000);
    expect(published.get('clusters')).toEqual(samples);
    expect(runtime.states().find(({ name }) => name === 'clusters')).toMatchObject({ stale: false, lastError: null });
    expect(complaints()).toEqual([
      'collector clusters fails: the tower said network',
      'collector clusters has not succeeded for too long: its series are withdrawn',
    ]);
  });

  it('withdraws in time even where no run ends near that moment', async () => {
    const config = { ...only('clusters'), collectors: withInterval(30_000, 7000) };
    const { runtime, clock, published } = clustersOnly({ config });
    runtime.start();
    await clock.advance(6999);
    expect(published.has('clusters')).toBe(true);
    await clock.advance(1);
    expect(published.has('clusters')).toBe(false);
  });

  it('logs when a collector starts to fail, fails otherwise and recovers, and not in between', async () => {
    const { runtime, clock, tower, logs } = clustersOnly();
    tower.fail('get-clusters', 'network');
    runtime.start();
    await clock.advance(90_000);
    tower.fail('get-clusters', 'tls');
    await clock.advance(30_000);
    tower.answers.clear();
    await clock.advance(60_000);
    const told = logs.filter(({ level }) => level !== 'debug').map(({ level, message }) => `${level} ${message}`);
    expect(told).toEqual([
      'warn collector clusters fails: the tower said network',
      'warn collector clusters now fails for another reason: the tower said tls',
      'info collector clusters works again',
    ]);
  });

  it.each([-86_400_000, 86_400_000])('goes on when the wall clock jumps by %i ms', async (jump) => {
    const made = clustersOnly();
    const { runtime, clock, tower, published } = made;
    runtime.start();
    await clock.advance(45_000);
    clock.jump(jump);
    await clock.advance(45_000);
    expect(successes(made)).toEqual([true, true, true, true]);
    expect(made.reports.at(-1)?.finishedAtMs).toBe(clock.now());
    const next = runtime.states().find(({ name }) => name === 'clusters')?.nextRun;
    expect(next).toBe(clock.now() + 30_000);
    tower.fail('get-clusters', 'network');
    await clock.advance(149_999);
    expect(published.has('clusters')).toBe(true);
    await clock.advance(1);
    expect(published.has('clusters')).toBe(false);
  });

  it('stops: gives up what is under way, reports and publishes nothing more, leaves no timer', async () => {
    const { runtime, clock, tower, reports, published } = clustersOnly();
    tower.hold('get-clusters');
    runtime.start();
    await clock.advance(5000);
    await runtime.stop();
    expect(tower.asked[0]?.signal?.aborted).toBe(true);
    await clock.advance(300_000);
    expect(reports).toEqual([]);
    expect(published.size).toBe(0);
    expect(tower.asked).toHaveLength(2);
    expect(clock.pending).toBe(0);
    runtime.start();
    await clock.advance(60_000);
    expect(tower.asked).toHaveLength(2);
  });

  it('stops cleanly before it was started, and between runs', async () => {
    const idle = clustersOnly();
    await idle.runtime.stop();
    const between = clustersOnly();
    between.runtime.start();
    await between.clock.advance(5000);
    await between.runtime.stop();
    expect(between.clock.pending).toBe(0);
    expect(between.published.has('clusters')).toBe(true);
  });

  it('runs once on demand, every enabled collector', async () => {
    const { runtime, tower, published } = rig();
    tower.fail('get-disks', 'forbidden');
    const states = await runtime.runOnce();
    expect(states.filter(({ lastError }) => lastError !== null).map(({ name }) => name)).toEqual(['disks']);
    expect([...published.keys()].toSorted()).toEqual(['alerts', 'clusters', 'hosts', 'recycle_bin', 'tower']);
  });

  it('logs an unknown value once and counts it every time', async () => {
    const { runtime, clock, tower, unknown, complaints } = clustersOnly();
    tower.rows['get-clusters'] = [
      { id: 'c1', name: 'one', connect_state: 'HIBERNATING' },
      { id: 'c2', name: 'two', connect_state: 'HIBERNATING' },
    ];
    runtime.start();
    await clock.advance(31_000);
    expect(unknown).toEqual(Array.from({ length: 4 }, () => 'cluster.connect_state'));
    expect(complaints()).toEqual(['the tower reports a value that this version does not know']);
  });

  it('leaves out what a tower lacks or hides, says so once, and fails no run for it', async () => {
    const { runtime, clock, tower, published, complaints, reports } = rig({ config: only('tower') });
    tower.rows['get-deploys'] = [{ id: 'd', version: '4.6.2' }];
    tower.fail('get-licenses', 'missing_operation');
    tower.fail('get-datacenters', 'forbidden');
    runtime.start();
    await clock.advance(700_000);
    expect(reports.map(({ success }) => success)).toEqual([true, true, true]);
    expect(published.get('tower')).toEqual(['cloudtower_info{version="4.6.2"} 1']);
    expect(complaints()).toEqual([
      'left out of tower: the tower said missing_operation',
      'left out of tower: the tower said forbidden',
    ]);
    tower.fail('get-deploys', 'network');
    await clock.advance(300_000);
    expect(reports.at(-1)?.success).toBe(false);
  });

  it('waits for a slow publish, and never publishes two runs of a collector at a time', async () => {
    let publishing = 0;
    let most = 0;
    const tower = new FakeTower();
    const made = clustersOnly({
      tower,
      publish: async () => {
        publishing += 1;
        most = Math.max(most, publishing);
        await made.clock.sleep(40_000);
        publishing -= 1;
      },
    });
    made.runtime.start();
    await made.clock.advance(200_000);
    expect(most).toBe(1);
    expect(made.reports.length).toBeGreaterThan(1);
    const stopped = made.runtime.stop();
    await made.clock.advance(40_000);
    await stopped;
  });
});

/** The clusters collector alone, at this interval. */
const withInterval = (interval: number, stale_after: number = interval * 5) => ({
  ...only('clusters').collectors,
  clusters: { enabled: true, interval, stale_after },
});

describe('the defaults of the tests', () => {
  it('are those of the contract', () => {
    expect(settings().collectors.clusters).toEqual({ enabled: true, interval: 30_000, stale_after: 150_000 });
  });
});
