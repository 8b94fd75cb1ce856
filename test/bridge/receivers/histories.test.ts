import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReceiver } from '../../../src/bridge/receivers/create.ts';
import type { Receiver } from '../../../src/bridge/receiver.ts';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import type { ReceiverConfig } from '../../../src/config/schema.ts';
import { HttpError } from '../../../src/http/http-error.ts';
import { alertOf, ends, fires } from '../support.ts';
import { alertmanagerConfig, makeWorld, seeded, webhookConfig, type World } from './support.ts';

/** One thing that happens, and how long it is quiet afterwards (seconds). */
interface Step {
  readonly what: 'toggle' | 'forget' | 'restart' | 'jump' | 'weather';
  readonly which: number;
  readonly quiet: number;
}

/** Names that end in the same digit are in one group. */
const names = ['a1', 'b1', 'c1', 'd2', 'e2', 'f3'];

const steps = fc.array(
  fc.record<Step>({
    what: fc.oneof(
      { weight: 8, arbitrary: fc.constant('toggle' as const) },
      { weight: 1, arbitrary: fc.constant('forget' as const) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
      { weight: 1, arbitrary: fc.constant('jump' as const) },
      { weight: 2, arbitrary: fc.constant('weather' as const) },
    ),
    which: fc.nat(names.length - 1),
    quiet: fc.constantFrom(0, 0, 1, 7, 30, 70, 200),
  }),
  { minLength: 1, maxLength: 25 },
);

/** What a peer does with one request: the chances of success change with the weather. `lost`: accepted, but the answer is lost. */
type Fate = 'ok' | 'refused' | 'error' | 'unauthorized' | 'lost';
const weathers: readonly (readonly Fate[])[] = [
  ['ok'],
  ['error'],
  ['refused'],
  ['ok', 'error', 'lost', 'refused'],
  ['lost'],
  ['unauthorized', 'ok'],
];

interface Accepted {
  readonly url: string;
  readonly key: string;
  readonly body: string;
}

interface Played {
  /** Per alert: `firing`, `resolved` and `forgotten`, in order. */
  readonly history: ReadonlyMap<string, readonly string[]>;
  readonly accepted: readonly Accepted[];
  readonly world: World;
}

/** Plays a history against a receiver in virtual time, heals everything, and waits until it must have arrived. */
const play = async (config: ReceiverConfig, history: readonly Step[], seed: number): Promise<Played> => {
  const world = makeWorld({ random: seeded(seed) });
  const random = seeded(seed + 1);
  const accepted: Accepted[] = [];
  let weather: readonly Fate[] = ['ok'];
  const take = (url: string, key: string, body: string): Fate => {
    const fate = weather[Math.floor(random() * weather.length)] ?? 'ok';
    if (fate === 'ok' || fate === 'lost') accepted.push({ url, key, body });
    return fate;
  };
  for (const origin of ['http://am-0', 'http://am-1', 'http://hook']) {
    world.peers.behaviours.set(origin, ({ headers, body }) => {
      const fate = take(origin, headers?.['idempotency-key'] ?? '', Buffer.from(body ?? '').toString('utf8'));
      if (fate === 'lost') throw new HttpError('timeout', 'peer: timeout');
      if (fate === 'refused') throw new HttpError('network', 'peer: refused');
      return { status: fate === 'ok' ? 200 : fate === 'error' ? 503 : 401 };
    });
  }
  const told = new Map<string, string[]>();
  const firing = new Map<string, BridgeAlert>();
  const note = (name: string, kind: string): void => {
    told.set(name, [...(told.get(name) ?? []), kind]);
  };
  const begin = (): Receiver => {
    const receiver = createReceiver(config, world.deps, world.peers.createClient);
    receiver.start();
    return receiver;
  };
  let receiver = begin();
  for (const { what, which, quiet } of history) {
    const name = names[which] ?? '';
    const known = firing.get(name);
    const now = world.clock.now();
    if (what === 'restart') {
      await receiver.stop(0);
      receiver = begin();
    } else if (what === 'jump') world.clock.jump((which - 3) * 43_200_000);
    else if (what === 'weather') weather = weathers[which] ?? ['ok'];
    else if (known === undefined) {
      const alert = alertOf({ alertname: `g${name.slice(1)}`, name }, { startsAt: now, firstSeen: now });
      firing.set(name, alert);
      note(name, 'firing');
      world.store.applyPoll('t', fires(now, alert));
    } else {
      firing.delete(name);
      const ended = ends(now, known);
      const kind = what === 'forget' ? 'forgotten' : 'resolved';
      note(name, kind);
      const forgotten = [{ kind, at: now, alert: known } as const];
      world.store.applyPoll('t', kind === 'resolved' ? ended : { ...ended, transitions: forgotten });
    }
    receiver.wake();
    await world.clock.run(quiet * 1000);
  }
  weather = ['ok'];
  await world.clock.run(15 * 60_000);
  await receiver.stop(0);
  return { history: told, accepted, world };
};

interface Payload {
  readonly groupKey: string;
  readonly alerts: readonly { readonly status: string; readonly labels: { readonly name: string } }[];
}

describe('whatever happens upstream and whatever fails', () => {
  it('a webhook is told every change in order, each with its whole group', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (history, seed) => {
        const config = webhookConfig({ group_by: ['alertname'], group_interval: '30s', repeat_interval: '5m' });
        const { history: upstream, accepted, world } = await play(config, history, seed);
        // A receiver that honours the key drops what it had already.
        const fresh = accepted.filter(({ key }, index) => accepted.findIndex((one) => one.key === key) === index);
        const seen = new Map<string, string[]>();
        const firing = new Map<string, Set<string>>();
        const forgotten = new Set(
          [...upstream].filter(([, kinds]) => kinds.includes('forgotten')).map(([name]) => name),
        );
        for (const { body } of fresh) {
          const { groupKey, alerts }: Payload = JSON.parse(body);
          const before = firing.get(groupKey) ?? new Set();
          const listed = new Set(alerts.map(({ labels }) => labels.name));
          for (const name of before) if (!forgotten.has(name)) expect(listed).toContain(name);
          const after = new Set<string>();
          for (const { status, labels } of alerts) {
            if (status === 'firing') after.add(labels.name);
            const isNew = status === 'firing' ? !before.has(labels.name) : true;
            if (isNew) seen.set(labels.name, [...(seen.get(labels.name) ?? []), status]);
          }
          firing.set(groupKey, after);
        }
        for (const [name, kinds] of upstream) {
          if (!forgotten.has(name)) expect([name, seen.get(name)]).toEqual([name, kinds]);
          // What is forgotten is never resolved for that reason.
          const resolves = (list: readonly string[] = []): number => list.filter((kind) => kind === 'resolved').length;
          expect(resolves(seen.get(name))).toBeLessThanOrEqual(resolves(kinds));
        }
        expect(world.store.outboxSize('r').rows).toBe(0);
        expect(world.store.cursor('r')).toBe(world.store.lastSeq());
        expect(world.store.deadLetters(null)).toEqual([]);
        const open = [...upstream].filter(([, kinds]) => kinds.at(-1) === 'firing').map(([name]) => name);
        expect(world.store.groups('r').size).toBe(new Set(open.map((name) => name.slice(1))).size);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('every Alertmanager ends at the upstream state, and is told of no end that was none', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (history, seed) => {
        const config = alertmanagerConfig({ urls: ['http://am-0', 'http://am-1'] });
        const { history: upstream, accepted, world } = await play(config, history, seed);
        for (const url of ['http://am-0', 'http://am-1']) {
          const latest = new Map<string, { readonly startsAt: string; readonly endsAt: string }>();
          for (const { body } of accepted.filter((one) => one.url === url)) {
            const alerts: readonly {
              readonly labels: { readonly name: string };
              readonly startsAt: string;
              readonly endsAt: string;
            }[] = JSON.parse(body);
            for (const { labels, ...times } of alerts) {
              expect(times.endsAt >= times.startsAt).toBe(true);
              latest.set(labels.name, times);
            }
          }
          for (const [name, kinds] of upstream) {
            const at = latest.get(name);
            const isFiring = Date.parse(at?.endsAt ?? '') > world.clock.now();
            if (kinds.at(-1) === 'firing') expect([url, name, isFiring]).toEqual([url, name, true]);
            if (kinds.at(-1) === 'resolved')
              expect([url, name, isFiring, at !== undefined]).toEqual([url, name, false, true]);
          }
        }
        for (const consumer of world.store.consumers().values()) expect(consumer).toBe(world.store.lastSeq());
        expect(world.store.deadLetters(null)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});
