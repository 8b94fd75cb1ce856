import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createReceiver } from '../../../src/bridge/receivers/create.ts';
import { createWebhookReceiver } from '../../../src/bridge/receivers/webhook.ts';
import type { Receiver } from '../../../src/bridge/receiver.ts';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import { alertOf, ends, fires } from '../support.ts';
import { answers, type Exchange, fails, hangs, makeWorld, ok, webhookConfig, type World } from './support.ts';

const running: Receiver[] = [];
afterEach(async () => {
  for (const receiver of running.splice(0)) await receiver.stop(0);
});

const start = (world: World, value: object = {}, over: object = {}): Receiver => {
  const receiver = createReceiver(webhookConfig(value, over), world.deps, world.peers.createClient);
  running.push(receiver);
  receiver.start();
  return receiver;
};

interface Payload {
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
  }[];
  readonly groupKey: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly commonLabels: Readonly<Record<string, string>>;
}

const payloadOf = ({ body }: Exchange): Payload => {
  const parsed: Payload = JSON.parse(body);
  return parsed;
};

/** What a notification says: `host+` for firing, `host-` for resolved. */
const said = (exchange: Exchange): readonly string[] =>
  payloadOf(exchange)
    .alerts.map(({ labels, status }) => `${labels['host']}${status === 'firing' ? '+' : '-'}`)
    .sort();

const accepted = (world: World): readonly Exchange[] => world.peers.posts().filter(({ status }) => status === 200);

const on = (host: string, at: number, labels: Readonly<Record<string, string>> = {}): BridgeAlert =>
  alertOf({ alertname: 'disk', tower: 't', cluster_id: 'c', host, ...labels }, { startsAt: at, firstSeen: at });

const apply = (
  world: World,
  receiver: Receiver,
  ...changes: readonly Parameters<World['store']['applyPoll']>[1][]
): void => {
  for (const change of changes) world.store.applyPoll('t', change);
  receiver.wake();
};

describe('the webhook receiver', () => {
  it("sends Alertmanager's payload, key for key", async () => {
    const world = makeWorld();
    const receiver = start(world, { external_url: 'https://exporter.example' });
    const now = world.clock.now();
    const a: BridgeAlert = {
      ...on('上海', now),
      annotations: { summary: 's', only: 'a' },
      generatorURL: 'https://tower.example/x',
    };
    const b: BridgeAlert = { ...on('h2', now + 1), annotations: { summary: 's' } };
    apply(world, receiver, fires(now, a, b));
    await world.clock.run(10_000);
    expect(world.peers.posts()).toHaveLength(1);
    const [post] = world.peers.posts();
    expect(post?.request.headers).toMatchObject({ 'content-type': 'application/json' });
    const shared = { alertname: 'disk', cluster_id: 'c', tower: 't' };
    expect(JSON.parse(post?.body ?? '')).toEqual({
      receiver: 'r',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: { ...shared, host: '上海' },
          annotations: { summary: 's', only: 'a' },
          startsAt: new Date(now).toISOString(),
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'https://tower.example/x',
          fingerprint: a.fingerprint,
        },
        {
          status: 'firing',
          labels: { ...shared, host: 'h2' },
          annotations: { summary: 's' },
          startsAt: new Date(now + 1).toISOString(),
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: '',
          fingerprint: b.fingerprint,
        },
      ],
      groupLabels: shared,
      commonLabels: shared,
      commonAnnotations: { summary: 's' },
      externalURL: 'https://exporter.example',
      version: '4',
      groupKey: '{}:{alertname="disk", cluster_id="c", tower="t"}',
      truncatedAlerts: 0,
    });
    expect(Object.keys(JSON.parse(post?.body ?? ''))).toEqual([
      'receiver',
      'status',
      'alerts',
      'groupLabels',
      'commonLabels',
      'commonAnnotations',
      'externalURL',
      'version',
      'groupKey',
      'truncatedAlerts',
    ]);
  });

  it('waits for a group, then for its interval, tells the whole group each time, and repeats', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const t0 = world.clock.now();
    const [a, b, c] = [on('a', t0), on('b', t0), on('c', t0)];
    apply(world, receiver, fires(t0, a));
    await world.clock.run(5000);
    apply(world, receiver, fires(world.clock.now(), b));
    await world.clock.run(10_000);
    apply(world, receiver, fires(world.clock.now(), c), ends(world.clock.now(), a));
    await world.clock.run(120_000);
    expect(accepted(world).map((post) => [post.at - t0, said(post)])).toEqual([
      [10_000, ['a+', 'b+']],
      [70_000, ['a-', 'b+', 'c+']],
    ]);
    await world.clock.run(4 * 3_600_000);
    expect(accepted(world).map((post) => [post.at - t0, said(post)])[2]).toEqual([
      70_000 + 4 * 3_600_000,
      ['b+', 'c+'],
    ]);
    apply(world, receiver, ends(world.clock.now(), b, c));
    await world.clock.run(120_000);
    expect(payloadOf(accepted(world).at(-1) ?? expect.fail())).toMatchObject({ status: 'resolved' });
    expect(world.store.groups('r').size).toBe(0);
    await world.clock.run(24 * 3_600_000);
    expect(accepted(world)).toHaveLength(4);
  });

  it('never repeats with repeat_interval 0', async () => {
    const world = makeWorld();
    const receiver = start(world, { repeat_interval: 0 });
    apply(world, receiver, fires(world.clock.now(), on('a', world.clock.now())));
    await world.clock.run(86_400_000);
    expect(world.peers.posts()).toHaveLength(1);
  });

  it('tells an alert that ended before its first notification: firing, then resolved', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const a = on('a', world.clock.now());
    apply(world, receiver, fires(world.clock.now(), a), ends(world.clock.now() + 1000, a));
    await world.clock.run(10_000);
    expect(accepted(world).map(said)).toEqual([['a+'], ['a-']]);
    expect(accepted(world).map((post) => payloadOf(post).alerts[0]?.endsAt)).toEqual([
      '0001-01-01T00:00:00Z',
      new Date(a.startsAt + 1000).toISOString(),
    ]);
    expect(world.store.groups('r').size).toBe(0);
  });

  it('tells every flap, in order', async () => {
    const world = makeWorld();
    const receiver = start(world);
    const now = world.clock.now();
    const a = on('a', now);
    apply(world, receiver, fires(now, a), ends(now, a), fires(now, a), ends(now, a), fires(now, a));
    await world.clock.run(10_000);
    expect(accepted(world).map(said)).toEqual([['a+'], ['a-'], ['a+'], ['a-'], ['a+']]);
    expect(new Set(accepted(world).map(({ request }) => request.headers?.['idempotency-key'])).size).toBe(5);
  });

  it('leaves ends out with send_resolved: false', async () => {
    const world = makeWorld();
    const receiver = start(world, { send_resolved: false });
    const now = world.clock.now();
    const [a, b] = [on('a', now), on('b', now)];
    apply(world, receiver, fires(now, a), ends(now, a), fires(now, b));
    await world.clock.run(10_000);
    expect(accepted(world).map(said)).toEqual([['a+', 'b+']]);
    apply(world, receiver, ends(world.clock.now(), b));
    await world.clock.run(600_000);
    expect(accepted(world)).toHaveLength(1);
    expect(world.store.groups('r').size).toBe(0);
  });

  it('groups by the labels asked for; ... gives every alert its own', async () => {
    const world = makeWorld();
    const receiver = start(world, { group_by: ['...'] });
    const now = world.clock.now();
    apply(world, receiver, fires(now, on('a', now), on('b', now)));
    await world.clock.run(10_000);
    expect(accepted(world).map((post) => payloadOf(post).groupKey)).toEqual([
      '{}:{alertname="disk", cluster_id="c", host="a", tower="t"}',
      '{}:{alertname="disk", cluster_id="c", host="b", tower="t"}',
    ]);
  });

  it('splits a group that is too large, keeps alerts in their part, and truncates nothing', async () => {
    const world = makeWorld();
    const receiver = start(world, { max_alerts: 2 });
    const now = world.clock.now();
    const alerts = ['a', 'b', 'c', 'd', 'e'].map((host) => on(host, now));
    apply(world, receiver, fires(now, ...alerts));
    await world.clock.run(10_000);
    const key = '{}:{alertname="disk", cluster_id="c", tower="t"}';
    const seen = (): readonly (readonly [string, readonly string[]])[] =>
      accepted(world).map((post) => [payloadOf(post).groupKey, said(post)]);
    expect(seen()).toEqual([
      [key, ['a+', 'b+']],
      [`${key}#2`, ['c+', 'd+']],
      [`${key}#3`, ['e+']],
    ]);
    expect(accepted(world).every(({ body }) => body.includes('"truncatedAlerts":0'))).toBe(true);
    apply(world, receiver, ends(world.clock.now(), ...alerts.filter((_, index) => index === 0 || index === 3)));
    await world.clock.run(60_000);
    expect(seen().slice(3)).toEqual([
      [key, ['a-', 'b+']],
      [`${key}#2`, ['c+', 'd-']],
    ]);
  });

  it('signs the body, and keeps the URL byte for byte', async () => {
    const world = makeWorld();
    const url = 'http://hook/a%2fb/?token=%7ex&y=';
    const receiver = start(world, { url, hmac_secret: 'k', hmac_header: 'X-Sig' });
    apply(world, receiver, fires(world.clock.now(), on('a', world.clock.now())));
    await world.clock.run(10_000);
    const [post] = world.peers.posts();
    expect(post?.request.url).toBe(url);
    const signature = createHmac('sha256', 'k')
      .update(post?.body ?? '')
      .digest('hex');
    expect(post?.request.headers?.['x-sig']).toBe(`sha256=${signature}`);
    expect(JSON.stringify([world.logger.lines, receiver.status()])).not.toContain('token');
  });

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
