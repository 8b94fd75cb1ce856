import { describe, expect, it } from 'vitest';
import { createReceiver } from '../../../src/bridge/receivers/create.ts';
import { changeOf, ends, fires } from '../support.ts';
import { alertmanagerStarter, alertsOf, named, said } from './alertmanager-support.ts';
import { alertmanagerConfig, apply, fails, hangs, makeWorld, ok, stoppedAfterEach } from './support.ts';

const running = stoppedAfterEach();
const start = alertmanagerStarter(running);

describe('the Alertmanager receiver', () => {
  it('sends what fires with an end four intervals ahead, again and again, and what ended for 15 minutes', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const a = named('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    await world.clock.run(0);
    const [first] = world.peers.posts();
    expect(first?.request.url).toBe('http://am/api/v2/alerts');
    expect(alertsOf(first ?? expect.fail())).toEqual([
      {
        labels: { alertname: 'a' },
        annotations: {},
        startsAt: new Date(a.startsAt).toISOString(),
        endsAt: new Date(world.clock.now() + 4 * 60_000).toISOString(),
      },
    ]);
    await world.clock.run(10 * 60_000);
    const gaps = world.peers.posts().map(({ at }, index, all) => at - (all[index - 1]?.at ?? at));
    expect(world.peers.posts().length).toBeGreaterThanOrEqual(10);
    // The first cycle began with the receiver, before the alert.
    for (const gap of gaps.slice(2)) {
      expect(gap).toBeGreaterThanOrEqual(54_000);
      expect(gap).toBeLessThanOrEqual(66_000);
    }
    const before = world.peers.posts().length;
    const endedAt = world.clock.now();
    apply(world, receiver, ends(endedAt, a));
    await world.clock.run(20 * 60_000);
    const resolves = world.peers.posts().slice(before);
    expect(resolves.every((post) => said(post).join() === 'a-')).toBe(true);
    expect(resolves[0]?.at).toBe(endedAt);
    expect((resolves.at(-1)?.at ?? 0) - endedAt).toBeGreaterThan(13.8 * 60_000);
    expect((resolves.at(-1)?.at ?? 0) - endedAt).toBeLessThanOrEqual(15 * 60_000);
    expect(receiver.status()).toMatchObject({ queueLength: 0, targets: [{ state: 'idle', problem: null }] });
    expect(world.store.cursor(receiver.consumers[0] ?? '')).toBe(world.store.lastSeq());
  });

  it.each([{}, { relabel: { add_labels: { site: 'x' } } }])(
    'sends at the next resend what people read of an alert by then, and a later end (%j)',
    async (over) => {
      const world = makeWorld();
      const receiver = start(world, {}, over);
      const now = world.clock.now();
      const [a, b] = [named('a', now), named('b', now)];
      apply(world, receiver, fires(now, a, b));
      await world.clock.run(1000);
      const change = (summary: string): void => {
        const changed = { ...a, annotations: { summary } };
        world.store.applyPoll('t', changeOf({ firing: new Map([[a.fingerprint, changed]]) }));
      };
      const latest = () => {
        const post = world.peers.posts().at(-1) ?? expect.fail();
        const alerts = alertsOf(post);
        for (const { endsAt } of alerts) expect(Date.parse(endsAt)).toBe(Math.trunc(post.at + 4 * 60_000));
        return new Map(alerts.map(({ labels, annotations }) => [labels['alertname'], annotations['summary']]));
      };
      for (const summary of ['first', 'second']) {
        change(summary);
        await world.clock.run(70_000);
        expect(latest()).toEqual(
          new Map([
            ['a', summary],
            ['b', undefined],
          ]),
        );
        await world.clock.run(70_000);
        expect(latest()).toEqual(
          new Map([
            ['a', summary],
            ['b', undefined],
          ]),
        );
      }
    },
  );

  it('counts the 15 minutes from the first acceptance by each URL', async () => {
    const world = makeWorld();
    const receiver = start(world, { urls: ['http://am-0', 'http://am-1'] });
    const a = named('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    await world.clock.run(1000);
    world.peers.behaviours.set('http://am-1', fails('network'));
    apply(world, receiver, ends(world.clock.now(), a));
    await world.clock.run(30 * 60_000);
    const healed = world.clock.now();
    world.peers.behaviours.set('http://am-1', ok);
    await world.clock.run(30 * 60_000);
    const last = (origin: string): number => world.peers.posts(origin).at(-1)?.at ?? 0;
    expect(last('http://am-0')).toBeLessThan(healed);
    expect(last('http://am-1') - healed).toBeGreaterThan(13.8 * 60_000);
    expect(last('http://am-1') - healed).toBeLessThanOrEqual(17 * 60_000);
  });

  it('never has two requests in flight to one URL, and never a firing after a resolve', async () => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://am', async () => {
      await world.clock.sleep(700);
      return { status: 200 };
    });
    const a = named('a', world.clock.now());
    for (let round = 0; round < 20; round += 1) {
      apply(world, receiver, fires(world.clock.now(), a));
      await world.clock.run(300);
      apply(world, receiver, ends(world.clock.now(), a));
      await world.clock.run(900);
    }
    await world.clock.run(2000);
    expect(world.peers.mostInFlight).toBe(1);
    expect(said(world.peers.posts().at(-1) ?? expect.fail())).toEqual(['a-']);
  });

  it('puts the two halves of a change of severity into one post', async () => {
    const world = makeWorld();
    const receiver = start(world, { max_batch_alerts: 2 });
    const now = world.clock.now();
    const old = named('a', now, { severity: 'warning' });
    apply(world, receiver, fires(now, old));
    await world.clock.run(1000);
    const other = named('b', now);
    apply(
      world,
      receiver,
      fires(now, other),
      ends(world.clock.now(), old),
      fires(now, named('a', now, { severity: 'critical' })),
    );
    const before = world.peers.posts().length;
    await world.clock.run(1000);
    expect(world.peers.posts().slice(before).map(said)).toEqual([['b+'], ['a-', 'a+']]);
  });

  it('does not count an hour of outage against order: the latest state wins and both URLs agree', async () => {
    const world = makeWorld();
    const receiver = start(world, { urls: ['http://am-0', 'http://am-1'] });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => named(name, world.clock.now()));
    if (a === undefined || b === undefined || c === undefined) return expect.fail();
    apply(world, receiver, fires(world.clock.now(), a, b));
    await world.clock.run(1000);
    world.peers.behaviours.set('http://am-1', hangs(world.clock));
    apply(world, receiver, ends(world.clock.now(), a), fires(world.clock.now(), c), ends(world.clock.now(), c));
    await world.clock.run(3_600_000);
    world.peers.behaviours.set('http://am-1', ok);
    await world.clock.run(120_000);
    const latest = new Map(
      world.peers
        .posts('http://am-1')
        .filter(({ status }) => status === 200)
        .flatMap(said)
        .map((one) => [one.slice(0, -1), one]),
    );
    expect([...latest.values()].sort()).toEqual(['a-', 'b+', 'c-']);
    expect(world.store.cursor(receiver.consumers[1] ?? '')).toBe(world.store.lastSeq());
  });

  it('delays no other URL and no other receiver by a hanging one', async () => {
    const world = makeWorld();
    world.peers.behaviours.set('http://dead', hangs(world.clock));
    const config = (name: string, urls: readonly string[]) => alertmanagerConfig({ urls }, { name });
    const receivers = [config('one', ['http://am-0', 'http://dead']), config('two', ['http://am-1'])].map((one) =>
      createReceiver(one, world.deps, world.peers.createClient),
    );
    for (const receiver of receivers) {
      running.push(receiver);
      receiver.start();
    }
    for (let round = 0; round < 50; round += 1) {
      world.store.applyPoll('t', fires(world.clock.now(), named(`a${round}`, world.clock.now())));
      for (const receiver of receivers) receiver.wake();
      await world.clock.run(30_000);
    }
    expect(world.metrics.delays.filter(({ receiver }) => receiver === 'one')).toHaveLength(50);
    expect(world.metrics.delays.filter(({ receiver }) => receiver === 'two')).toHaveLength(50);
    expect(Math.max(...world.metrics.delays.map(({ seconds }) => seconds))).toBe(0);
  });

  it('resolves nothing when an alert is merely gone, and stops sending it', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const a = named('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    await world.clock.run(1000);
    const { transitions: _, ...rest } = ends(world.clock.now(), a);
    apply(world, receiver, { ...rest, transitions: [{ kind: 'forgotten', at: world.clock.now(), alert: a }] });
    const before = world.peers.posts().length;
    await world.clock.run(300_000);
    expect(world.peers.posts()).toHaveLength(before);
    expect(world.store.cursor(receiver.consumers[0] ?? '')).toBe(2);
  });

  it('resolves a label set that two alerts share only when the last of them ends', async () => {
    const world = makeWorld();
    const receiver = start(world, {}, { relabel: { drop_labels: ['alert_id'], add_labels: { team: 'storage' } } });
    const [first, second] = ['1', '2'].map((id) => named('a', world.clock.now(), { alert_id: id }));
    if (first === undefined || second === undefined) return expect.fail();
    apply(world, receiver, fires(world.clock.now(), first, second));
    await world.clock.run(1000);
    expect(alertsOf(world.peers.posts()[0] ?? expect.fail()).map(({ labels }) => labels)).toEqual([
      { alertname: 'a', team: 'storage' },
    ]);
    apply(world, receiver, ends(world.clock.now(), first));
    await world.clock.run(100_000);
    expect(world.peers.posts().flatMap(said)).not.toContain('a-');
    apply(world, receiver, ends(world.clock.now(), second));
    await world.clock.run(1000);
    expect(said(world.peers.posts().at(-1) ?? expect.fail())).toEqual(['a-']);
    expect(world.store.cursor(receiver.consumers[0] ?? '')).toBe(4);
  });

  it('gets only what its matchers let through, and its cursor passes the rest', async () => {
    const world = makeWorld();
    const receiver = start(world, {}, { match: ['severity=~"critical|warning"'] });
    const now = world.clock.now();
    apply(world, receiver, fires(now, named('a', now, { severity: 'info' }), named('b', now, { severity: 'warning' })));
    await world.clock.run(1000);
    expect(world.peers.posts().flatMap(said)).toEqual(['b+']);
    expect(world.store.cursor(receiver.consumers[0] ?? '')).toBe(2);
  });
});

describe('the Alertmanager receiver over restarts', () => {
  it('sends everything that fires at once, what ended lately again, and what was missed', async () => {
    const world = makeWorld();
    const first = start(world);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => named(name, world.clock.now()));
    if (a === undefined || b === undefined || c === undefined || d === undefined) return expect.fail();
    apply(world, first, fires(world.clock.now(), a, b, c));
    await world.clock.run(1000);
    apply(world, first, ends(world.clock.now(), b));
    await world.clock.run(1000);
    await first.stop(0);
    world.store.applyPoll('t', ends(world.clock.now(), c));
    world.store.applyPoll('t', fires(world.clock.now(), d));
    const before = world.peers.posts().length;
    start(world);
    await world.clock.run(130_000);
    const told = world.peers.posts().slice(before).flatMap(said);
    expect(new Set(told)).toEqual(new Set(['a+', 'b-', 'c-', 'd+']));
    // What was missed comes first, in order.
    expect(told.slice(0, 2)).toEqual(['c-', 'd+']);
  });

  it('drains what waits when it stops, and gives up at the deadline', async () => {
    const world = makeWorld();
    const receiver = start(world, { urls: ['http://am-0', 'http://dead'] });
    world.peers.behaviours.set('http://dead', hangs(world.clock));
    apply(world, receiver, fires(world.clock.now(), named('a', world.clock.now())));
    const stopped = receiver.stop(25_000);
    const began = world.clock.now();
    let ended: number | null = null;
    const noted = (async () => {
      await stopped;
      ended = world.clock.now();
    })();
    await world.clock.run(60_000);
    await noted;
    expect((ended ?? Infinity) - began).toBeLessThanOrEqual(25_000);
    expect(world.peers.posts('http://am-0').flatMap(said)).toEqual(['a+']);
    const total = world.peers.exchanges.length;
    await world.clock.run(600_000);
    expect(world.peers.exchanges).toHaveLength(total);
  });
});
