import { describe, expect, it } from 'vitest';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import { ends, fires } from '../support.ts';
import { alertmanagerStarter, named, said } from './alertmanager-support.ts';
import { answers, apply, fails, makeWorld, stoppedAfterEach } from './support.ts';

const start = alertmanagerStarter(stoppedAfterEach());

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
