import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import { ends, fires } from '../support.ts';
import { apply, makeWorld, stoppedAfterEach } from './support.ts';
import { accepted, on, payloadOf, said, webhookStarter } from './webhook-support.ts';

const start = webhookStarter(stoppedAfterEach());

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
});
