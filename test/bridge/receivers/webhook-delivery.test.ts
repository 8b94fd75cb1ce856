import { describe, expect, it } from 'vitest';
import { createReceiver } from '../../../src/bridge/receivers/create.ts';
import { createWebhookReceiver } from '../../../src/bridge/receivers/webhook.ts';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import { ends, fires } from '../support.ts';
import { answers, apply, fails, hangs, makeWorld, ok, webhookConfig, stoppedAfterEach } from './support.ts';
import { accepted, on, payloadOf, said, webhookStarter } from './webhook-support.ts';

const running = stoppedAfterEach();
const start = webhookStarter(running);

describe('what becomes of a notification', () => {
  it('repeats the same bytes and key through two hours of 500s across fire and end, then the end, in order', async () => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://hook', answers(500));
    const a = on('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    await world.clock.run(3_600_000);
    apply(world, receiver, ends(world.clock.now(), a));
    await world.clock.run(3_600_000);
    const tries = world.peers.posts();
    expect(tries.length).toBeGreaterThan(120);
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
    expect(new Set(tries.map(({ request }) => request.headers?.['idempotency-key'])).size).toBe(1);
    expect(receiver.status()).toMatchObject({ queueLength: 2, targets: [{ state: 'retrying' }] });
    world.peers.behaviours.set('http://hook', ok);
    await world.clock.run(61_000);
    expect(accepted(world).map(said)).toEqual([['a+'], ['a-']]);
    expect(accepted(world)[0]?.body).toBe(tries[0]?.body);
    expect(receiver.status().queueLength).toBe(0);
  });

  it.each([
    ['408', answers(408)],
    ['425', answers(425)],
    ['429', answers(429)],
    ['502', answers(502, '<html>')],
    ['a reset', fails('network')],
    ['a timeout', fails('timeout')],
    ['an untrusted certificate', fails('tls')],
    ['301', answers(301)],
    ['302', answers(302)],
    ['307', answers(307)],
    ['308', answers(308)],
    ['401', answers(401)],
    ['403', answers(403)],
    ['404', answers(404)],
    ['405', answers(405)],
    ['410', answers(410)],
    ['415', answers(415)],
    ['plain HTTP to TLS', answers(400, 'Client sent an HTTP request to an HTTPS server.\n')],
  ])('keeps everything for ever on %s', async (_, behaviour) => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://hook', behaviour);
    const a = on('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    await world.clock.run(2 * 3_600_000);
    apply(world, receiver, ends(world.clock.now(), a));
    await world.clock.run(2 * 3_600_000);
    expect(world.store.deadLetters(null)).toEqual([]);
    expect(accepted(world)).toEqual([]);
    world.peers.behaviours.set('http://hook', ok);
    await world.clock.run(400_000);
    expect(accepted(world).map(said)).toEqual([['a+'], ['a-']]);
  });

  it.each([200, 201, 202, 204, 299])('takes %i for accepted', async (status) => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://hook', answers(status));
    apply(world, receiver, fires(world.clock.now(), on('a', world.clock.now())));
    await world.clock.run(600_000);
    expect(world.peers.posts()).toHaveLength(1);
    expect(receiver.status().queueLength).toBe(0);
  });

  it.each([400, 413, 422])('buries what is refused with %i four times, and delivers the rest', async (status) => {
    const world = makeWorld();
    const receiver = start(world);
    world.peers.behaviours.set('http://hook', ({ body }) => ({
      status: Buffer.from(body ?? '').includes('poison') ? status : 200,
    }));
    const now = world.clock.now();
    apply(
      world,
      receiver,
      fires(now, on('a', now), on('p', now, { alertname: 'poison' }), on('z', now, { alertname: 'zz' })),
    );
    await world.clock.run(120_000);
    const poisoned = world.peers.posts().filter(({ body }) => body.includes('poison'));
    expect(poisoned).toHaveLength(4);
    expect(new Set(poisoned.map(({ body }) => body)).size).toBe(1);
    expect(accepted(world).flatMap(said)).toEqual(['a+', 'z+']);
    const [letter] = world.store.deadLetters('r');
    expect(letter).toMatchObject({ receiver: 'r', status });
    expect(Buffer.from(letter?.body ?? '').toString()).toBe(poisoned[0]?.body);
    expect(receiver.status()).toMatchObject({ queueLength: 0, deadLetters: 1, targets: [{ problem: null }] });
  });

  it.each([0, 2, 4])('delivers the rest of a group when it refuses one alert of five, at index %i', async (index) => {
    const world = makeWorld();
    const receiver = start(world);
    let outage = false;
    world.peers.behaviours.set('http://hook', ({ body }) => {
      const poisoned = Buffer.from(body ?? '').includes('poison');
      // The server also fails now and then while the group is taken apart.
      outage = !outage && world.peers.posts().length > 4;
      return { status: poisoned ? 400 : outage ? 503 : 200 };
    });
    const now = world.clock.now();
    const alerts = [0, 1, 2, 3, 4].map((at) => on(at === index ? 'poison' : `h${at}`, now + at));
    apply(world, receiver, fires(now, ...alerts));
    await world.clock.run(600_000);
    expect(accepted(world).flatMap(said).sort()).toEqual(
      alerts.filter((_, at) => at !== index).map(({ labels }) => `${labels['host']}+`),
    );
    const keys = new Set(accepted(world).map((exchange) => payloadOf(exchange).groupKey));
    expect(keys.size).toBe(1);
    const letters = world.store.deadLetters('r');
    expect(letters.map(({ labels }) => labels?.['host'])).toEqual(['poison']);
    expect(receiver.status()).toMatchObject({ queueLength: 0, deadLetters: 1, targets: [{ problem: null }] });
    // The end of a good one is told as ever, in order behind what was refused.
    apply(world, receiver, ends(world.clock.now(), ...alerts.filter((_, at) => at !== index).slice(0, 1)));
    await world.clock.run(600_000);
    expect(
      accepted(world)
        .flatMap(said)
        .filter((what) => what.endsWith('-')),
    ).toHaveLength(1);
  });

  it('stops at the cap of its outbox, drops nothing, and catches up in order', async () => {
    const world = makeWorld();
    const config = webhookConfig({ group_by: ['...'], group_wait: 0, group_interval: 0 });
    const receiver = createWebhookReceiver(config, world.deps, world.peers.createClient, { rows: 20, bytes: 1e9 });
    running.push(receiver);
    receiver.start();
    world.peers.behaviours.set('http://hook', answers(503));
    const alerts: BridgeAlert[] = [];
    for (let index = 0; index < 100; index += 1) {
      const alert = on(`h${index}`, world.clock.now());
      alerts.push(alert);
      apply(world, receiver, fires(world.clock.now(), alert));
      await world.clock.run(10_000);
      apply(world, receiver, ends(world.clock.now(), alert));
      await world.clock.run(10_000);
    }
    expect(world.store.outboxSize('r').rows).toBe(20);
    expect(world.store.cursor('r')).toBeLessThan(60);
    world.peers.behaviours.set('http://hook', ok);
    await world.clock.run(3_600_000);
    expect(accepted(world).flatMap(said)).toEqual(
      alerts.flatMap((alert) => [`${alert.labels['host']}+`, `${alert.labels['host']}-`]),
    );
    expect(world.store.outboxSize('r').rows).toBe(0);
  });

  it('takes a forgotten alert out of its group without a word', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const now = world.clock.now();
    const [a, b] = [on('a', now), on('b', now)];
    apply(world, receiver, fires(now, a, b));
    await world.clock.run(10_000);
    const { transitions: _, ...rest } = ends(world.clock.now(), a);
    apply(world, receiver, { ...rest, transitions: [{ kind: 'forgotten', at: world.clock.now(), alert: a }] });
    await world.clock.run(5 * 3_600_000);
    expect(accepted(world).map(said)).toEqual([['a+', 'b+'], ['b+']]);
  });

  it('is not misled by a clock that is set back a day', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const a = on('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a));
    world.clock.jump(-86_400_000);
    await world.clock.run(125_000);
    expect(accepted(world).map(said)).toEqual([['a+']]);
    world.clock.jump(86_400_000);
    await world.clock.run(1000);
    world.clock.jump(-86_400_000);
    apply(world, receiver, ends(world.clock.now(), a));
    await world.clock.run(125_000);
    expect(accepted(world).at(-1)).toBeDefined();
    expect(said(accepted(world).at(-1) ?? expect.fail())).toEqual(['a-']);
  });

  it('goes on where it was after a restart, also with another grouping', async () => {
    const world = makeWorld();
    const first = start(world);
    const now = world.clock.now();
    const [a, b] = [on('a', now), on('b', now)];
    apply(world, first, fires(now, a, b));
    await world.clock.run(5000);
    await first.stop(0);
    expect(world.peers.posts()).toEqual([]);
    const second = start(world);
    await world.clock.run(5000);
    expect(accepted(world).map(said)).toEqual([['a+', 'b+']]);
    await second.stop(0);
    world.store.applyPoll('t', ends(world.clock.now(), a));
    const third = start(world, { group_by: ['host'] });
    await world.clock.run(120_000);
    expect(accepted(world).slice(1).map(said).toSorted()).toEqual([['a-'], ['b+']]);
    await third.stop(0);
    start(world, { group_by: ['host'] }, { match: ['host!="b"'] });
    await world.clock.run(5 * 3_600_000);
    expect(accepted(world)).toHaveLength(3);
    expect(world.store.groups('r').size).toBe(0);
  });

  it('delays no other receiver by a hanging one', async () => {
    const world = makeWorld();
    world.peers.behaviours.set('http://dead', hangs(world.clock));
    const receivers = [
      createReceiver(webhookConfig({ url: 'http://dead/' }, { name: 'dead' }), world.deps, world.peers.createClient),
      createReceiver(webhookConfig({ group_by: ['...'] }, { name: 'live' }), world.deps, world.peers.createClient),
    ];
    for (const receiver of receivers) {
      running.push(receiver);
      receiver.start();
    }
    for (let round = 0; round < 30; round += 1) {
      world.store.applyPoll('t', fires(world.clock.now(), on(`h${round}`, world.clock.now())));
      for (const receiver of receivers) receiver.wake();
      await world.clock.run(30_000);
    }
    const delays = world.metrics.delays.filter(({ receiver }) => receiver === 'live').map(({ seconds }) => seconds);
    expect(delays).toHaveLength(30);
    expect(Math.max(...delays)).toBe(10);
    expect(world.metrics.delays.some(({ receiver }) => receiver === 'dead')).toBe(false);
  });

  it('prints payloads instead of sending them in a dry run', async () => {
    const printed: string[] = [];
    const world = makeWorld({ dryRun: (text) => printed.push(text) });
    const receiver = start(world);
    apply(world, receiver, fires(world.clock.now(), on('a', world.clock.now())));
    await world.clock.run(10_000);
    expect(world.peers.exchanges).toEqual([]);
    expect(printed).toHaveLength(1);
    expect(printed[0]).toContain('"groupKey"');
  });
});
