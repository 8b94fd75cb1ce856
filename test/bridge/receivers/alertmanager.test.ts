import { afterEach, describe, expect, it } from 'vitest';
import { createReceiver } from '../../../src/bridge/receivers/create.ts';
import type { Receiver } from '../../../src/bridge/receiver.ts';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import { alertOf, ends, fires } from '../support.ts';
import { alertmanagerConfig, answers, type Exchange, fails, hangs, makeWorld, ok, type World } from './support.ts';

const running: Receiver[] = [];
afterEach(async () => {
  for (const receiver of running.splice(0)) await receiver.stop(0);
});

const start = (world: World, value: object = {}, over: object = {}): Receiver => {
  const receiver = createReceiver(alertmanagerConfig(value, over), world.deps, world.peers.createClient);
  running.push(receiver);
  receiver.start();
  return receiver;
};

interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

const alertsOf = ({ body }: Exchange): readonly Posted[] => {
  const parsed: readonly Posted[] = JSON.parse(body);
  return parsed;
};

const named = (name: string, at: number, labels: Readonly<Record<string, string>> = {}): BridgeAlert =>
  alertOf({ alertname: name, ...labels }, { startsAt: at, firstSeen: at });

/** What a post says: `name+` for firing, `name-` for resolved, by the time it was sent. */
const said = (exchange: Exchange): readonly string[] =>
  alertsOf(exchange).map(
    ({ labels, endsAt }) => `${labels['alertname'] ?? ''}${Date.parse(endsAt) > exchange.at ? '+' : '-'}`,
  );

const apply = (
  world: World,
  receiver: Receiver,
  ...changes: readonly Parameters<World['store']['applyPoll']>[1][]
): void => {
  for (const change of changes) world.store.applyPoll('t', change);
  receiver.wake();
};

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

  it('splits batches by count and by size', async () => {
    const world = makeWorld();
    const receiver = start(world, { max_batch_bytes: 20_000 });
    const many = Array.from({ length: 600 }, (_, index) => named(`a${index}`, world.clock.now()));
    apply(world, receiver, fires(world.clock.now(), ...many));
    await world.clock.run(0);
    const posts = world.peers.posts();
    expect(posts.flatMap(said)).toEqual(many.map(({ labels }) => `${labels['alertname']}+`));
    expect(Math.max(...posts.map((post) => alertsOf(post).length))).toBeLessThanOrEqual(256);
    expect(Math.max(...posts.map(({ body }) => Buffer.byteLength(body)))).toBeLessThanOrEqual(20_000);
    expect(posts.length).toBeLessThan(8);
  });

  it('halves what is too large and stays small', async () => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://am', ({ body }) => ({ status: String(body).length > 5000 ? 413 : 200 }));
    const many = Array.from({ length: 200 }, (_, index) => named(`a${index}`, world.clock.now()));
    apply(world, receiver, fires(world.clock.now(), ...many));
    await world.clock.run(0);
    const accepted = world.peers.posts().filter(({ status }) => status === 200);
    expect(new Set(accepted.flatMap(said)).size).toBe(200);
    expect(world.store.deadLetters(null)).toEqual([]);
    const before = world.peers.posts().length;
    await world.clock.run(70_000);
    expect(
      world.peers
        .posts()
        .slice(before)
        .every(({ status }) => status === 200),
    ).toBe(true);
  });

  it.each([0, 128, 255])('buries one poisoned alert among 256 at index %i (400 with a string)', async (index) => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://am', ({ body }) =>
      String(body).includes('poison') ? { status: 400, body: '"invalid label set"' } : { status: 200 },
    );
    const many = Array.from({ length: 256 }, (_, at) => named(at === index ? 'poison' : `a${at}`, world.clock.now()));
    apply(world, receiver, fires(world.clock.now(), ...many));
    await world.clock.run(0);
    const accepted = new Set(
      world.peers
        .posts()
        .filter(({ status }) => status === 200)
        .flatMap(said),
    );
    expect(accepted.size).toBe(255);
    expect(world.store.deadLetters('r').map(({ labels, status }) => [labels, status])).toEqual([
      [{ alertname: 'poison' }, 400],
    ]);
    expect(world.store.cursor(receiver.consumers[0] ?? '')).toBe(256);
    // Once buried it is not sent again until something changes.
    const before = world.peers.posts().length;
    await world.clock.run(130_000);
    expect(world.peers.posts().slice(before).flatMap(said)).not.toContain('poison+');
    expect(world.metrics.gauges.get('dead_letters r')).toBe(1);
  });

  it.each([
    ['names the index', (at: number) => `{"code":601,"message":"${at}.generatorURL in body must be of type uri"}`],
    ['names a wrong index', (at: number) => `{"code":601,"message":"${(at + 1) % 256}.labels in body"}`],
    ['names none', () => '{"code":400,"message":"parsing alerts body failed"}'],
  ])('buries only the bad one when nothing was stored and the answer %s', async (_, message) => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://am', (request) => {
      const posted: readonly Posted[] = JSON.parse(String(request.body));
      const bad = posted.findIndex(({ labels }) => labels['alertname'] === 'poison');
      return bad === -1 ? { status: 200 } : { status: 422, body: message(bad) };
    });
    const many = Array.from({ length: 256 }, (__, at) => named(at === 77 ? 'poison' : `a${at}`, world.clock.now()));
    apply(world, receiver, fires(world.clock.now(), ...many));
    await world.clock.run(0);
    const accepted = new Set(
      world.peers
        .posts()
        .filter(({ status }) => status === 200)
        .flatMap(said),
    );
    expect(accepted.size).toBe(255);
    expect(world.store.deadLetters('r').map(({ labels }) => labels)).toEqual([{ alertname: 'poison' }]);
    expect(world.peers.posts().length).toBeLessThan(24);
  });

  it.each([301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 407, 409, 410, 415])(
    'holds everything on %i, says so, and goes on by itself',
    async (status) => {
      const world = makeWorld();
      const receiver = start(world);
      world.peers.behaviours.set(
        'http://am',
        answers(status, '<html>', { location: 'http://elsewhere/?token=s3cret' }),
      );
      const a = named('a', world.clock.now());
      apply(world, receiver, fires(world.clock.now(), a));
      await world.clock.run(3_600_000);
      expect(receiver.status()).toMatchObject({ queueLength: 1, targets: [{ state: 'configuration_error' }] });
      expect(world.metrics.gauges.get('configuration_error r')).toBe(1);
      expect(world.store.deadLetters(null)).toEqual([]);
      expect(world.store.cursor(receiver.consumers[0] ?? '')).toBe(0);
      // Full jitter up to five minutes.
      expect(world.peers.posts().length).toBeLessThan(60);
      expect(JSON.stringify([world.logger.lines, receiver.status()])).not.toContain('s3cret');
      world.peers.behaviours.set('http://am', ok);
      await world.clock.run(300_000);
      expect(receiver.status()).toMatchObject({ queueLength: 0, targets: [{ state: 'idle', problem: null }] });
      expect(world.metrics.gauges.get('configuration_error r')).toBe(0);
    },
  );

  it.each([
    ['408', answers(408), 'timeout'],
    ['425', answers(425), 'other'],
    ['429', answers(429), 'rate_limited'],
    ['500', answers(500), 'server_error'],
    ['502 with HTML', answers(502, '<html>'), 'server_error'],
    ['503', answers(503), 'server_error'],
    ['504', answers(504), 'server_error'],
    ['a refused connection', fails('network'), 'network'],
    ['a timeout', fails('timeout'), 'timeout'],
  ])('retries %s with growing waits up to a minute and loses nothing', async (_, behaviour, reason) => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://am', behaviour);
    apply(world, receiver, fires(world.clock.now(), named('a', world.clock.now())));
    await world.clock.run(2 * 3_600_000);
    expect(receiver.status()).toMatchObject({ queueLength: 1, targets: [{ state: 'retrying' }] });
    expect(new Set(world.metrics.failures.map((failure) => failure.reason))).toEqual(new Set([reason]));
    const gaps = world.peers.posts().map(({ at }, index, all) => at - (all[index - 1]?.at ?? at));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(60_001);
    expect(world.peers.posts().length).toBeGreaterThan(120);
    world.peers.behaviours.set('http://am', ok);
    await world.clock.run(61_000);
    expect(receiver.status().queueLength).toBe(0);
    expect(world.store.cursor(receiver.consumers[0] ?? '')).toBe(1);
  });

  it.each([
    ['seconds', '120', 120_000],
    ['a date', 'Sun, 22 Nov 2026 12:02:00 GMT', 120_000],
    ['more than five minutes', '86400', 300_000],
  ])('waits as long as Retry-After asks for: %s', async (_, header, wait) => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://am', answers(503, '', { 'retry-after': header }));
    apply(world, receiver, fires(world.clock.now(), named('a', world.clock.now())));
    await world.clock.run(wait - 1);
    expect(world.peers.posts()).toHaveLength(1);
    await world.clock.run(2);
    expect(world.peers.posts()).toHaveLength(2);
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

describe('an Alertmanager while a tower is held', () => {
  const listing = (...alerts: readonly BridgeAlert[]) =>
    JSON.stringify(alerts.map(({ fingerprint }) => ({ fingerprint })));

  it('extends only what this Alertmanager still shows, and goes on when the hold is over', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const [a, b, c] = ['a', 'b', 'c'].map((name) =>
      named(name, world.clock.now(), { source: 'cloudtower', tower: 't' }),
    );
    if (a === undefined || b === undefined || c === undefined) return expect.fail();
    apply(world, receiver, fires(world.clock.now(), a, b));
    await world.clock.run(1000);
    const hold = { reason: 'unreachable' as const, since: world.clock.now(), expired: false };
    for (const { fingerprint } of [a, b, c]) world.holds.set(fingerprint, hold);
    world.peers.behaviours.set('http://am', ({ method }) => ({
      status: 200,
      body: method === 'GET' ? listing(b) : '',
    }));
    apply(world, receiver, fires(world.clock.now(), c));
    const before = world.peers.posts().length;
    await world.clock.run(600_000);
    expect(new Set(world.peers.posts().slice(before).flatMap(said))).toEqual(new Set(['b+']));
    expect(world.peers.posts().length - before).toBeGreaterThanOrEqual(9);
    const list = world.peers.exchanges.find(({ request }) => request.method === 'GET')?.request.url ?? '';
    expect(new URL(list).searchParams.getAll('filter')).toEqual(['source="cloudtower"', 'tower="t"']);
    world.holds.clear();
    await world.clock.run(5000);
    expect(new Set(world.peers.posts().slice(-1).flatMap(said))).toContain('c+');
    await world.clock.run(70_000);
    expect(new Set(world.peers.posts().slice(-1).flatMap(said))).toEqual(new Set(['a+', 'b+', 'c+']));
  });

  it.each([
    ['is unreachable', fails('network')],
    ['answers 500', answers(500)],
    ['answers something else', answers(200, '{"status":"ok"}')],
    ['answers half a list', answers(200, '[{"fingerprint":')],
  ])('sends nothing while it cannot tell: the list %s', async (_, behaviour) => {
    const world = makeWorld();
    const receiver = start(world);
    const a = named('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    await world.clock.run(1000);
    world.holds.set(a.fingerprint, { reason: 'unreachable', since: world.clock.now(), expired: false });
    world.peers.behaviours.set('http://am', (request) =>
      request.method === 'GET' ? behaviour(request) : { status: 200 },
    );
    const before = world.peers.posts().length;
    await world.clock.run(600_000);
    expect(world.peers.posts()).toHaveLength(before);
  });

  it('does not repeat an end while nothing is known of the tower: the alert may fire again by now', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const a = named('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    await world.clock.run(1000);
    world.blind.add('t');
    apply(world, receiver, ends(world.clock.now(), a));
    await world.clock.run(300_000);
    expect(world.peers.posts().flatMap(said)).toEqual(['a+', 'a-']);
    world.blind.clear();
    await world.clock.run(70_000);
    expect(world.peers.posts().length).toBeGreaterThan(2);
  });

  it('lets an alert expire when the longest hold is over, and sends its end when that is known', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const a = named('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    await world.clock.run(1000);
    world.holds.set(a.fingerprint, { reason: 'unreachable', since: world.clock.now(), expired: true });
    const before = world.peers.posts().length;
    await world.clock.run(600_000);
    expect(world.peers.exchanges).toHaveLength(before);
    world.holds.clear();
    apply(world, receiver, ends(world.clock.now(), a));
    await world.clock.run(1000);
    expect(said(world.peers.posts().at(-1) ?? expect.fail())).toEqual(['a-']);
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
