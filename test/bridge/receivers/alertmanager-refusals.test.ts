import { describe, expect, it } from 'vitest';
import { fires } from '../support.ts';
import { alertmanagerStarter, alertsOf, named, type Posted, said } from './alertmanager-support.ts';
import { answers, apply, fails, makeWorld, ok, stoppedAfterEach } from './support.ts';

const start = alertmanagerStarter(stoppedAfterEach());

/** What the receiver has been told and has taken. */
const acceptedBy = ({ peers }: ReturnType<typeof makeWorld>): ReadonlySet<string> =>
  new Set(
    peers
      .posts()
      .filter(({ status }) => status === 200)
      .flatMap(said),
  );

describe('what an Alertmanager refuses', () => {
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
    expect(acceptedBy(world).size).toBe(255);
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
    expect(acceptedBy(world).size).toBe(255);
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
});
