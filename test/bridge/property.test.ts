import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Oracle, Violation } from './property/oracle.ts';
import { type Action, History } from './property/run.ts';
import type { Fault } from './property/world.ts';
import { alertOf } from './support.ts';
import { pollOf, rowOf } from './polls.ts';

const severity = fc.constantFrom('CRITICAL', 'NOTICE', 'INFO');
const pick = fc.double({ min: 0, max: 0.999, noNaN: true });
const time = fc.constantFrom(
  null,
  '',
  'soon',
  '1970-01-01T00:00:00Z',
  '2026-11-22T11:00:00Z',
  '2026-11-22T12:03:00Z',
  '2026-11-22 20:01:00+08:00',
  '1795341600',
  '2030-01-01T00:00:00Z',
);
const share = fc.double({ min: 0, max: 1, noNaN: true });

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  { weight: 2, arbitrary: fc.constant<Fault>({ kind: 'unreachable' }) },
  { weight: 2, arbitrary: share.map((part): Fault => ({ kind: 'incomplete', share: part })) },
  { weight: 2, arbitrary: fc.constant<Fault>({ kind: 'blind' }) },
  { weight: 2, arbitrary: share.map((part): Fault => ({ kind: 'lookups', share: part })) },
  { weight: 1, arbitrary: fc.constant<Fault>({ kind: 'torn' }) },
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: fault.map((value): Action => ({ kind: 'poll', fault: value })) },
  {
    weight: 4,
    arbitrary: fc
      .record({ count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 15 })), severity, started: time })
      .map((value): Action => Object.assign(value, { kind: 'start' as const })),
  },
  {
    weight: 3,
    arbitrary: fc.record({ pick, ended: time }).map((value): Action => Object.assign(value, { kind: 'end' as const })),
  },
  { weight: 1, arbitrary: pick.map((value): Action => ({ kind: 'remove', pick: value })) },
  { weight: 2, arbitrary: pick.map((value): Action => ({ kind: 'reopen', pick: value })) },
  {
    weight: 2,
    arbitrary: fc.record({ pick, severity }).map((value): Action => Object.assign(value, { kind: 'change' as const })),
  },
  { weight: 1, arbitrary: fc.constantFrom(-24, 24, -1, 1).map((hours): Action => ({ kind: 'jump', hours })) },
  {
    weight: 2,
    arbitrary: fc
      .record({ index: fc.nat({ max: 1 }), down: fc.boolean() })
      .map((value): Action => Object.assign(value, { kind: 'receiver' as const })),
  },
  { weight: 2, arbitrary: fc.boolean().map((clean): Action => ({ kind: 'restart', clean })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }).map((writes): Action => ({ kind: 'full', writes })) },
);

const runs = Number(process.env['PROPERTY_RUNS'] ?? 2000);
const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);

describe('any history of alerts and faults', () => {
  it(`is told whole, in order, and without a resolve that nobody has evidence for (seed ${seed})`, async () => {
    console.info(`property of the bridge: ${runs} histories, PROPERTY_SEED=${seed}`);
    let told = 0;
    let kinds = new Set<string>();
    const history = fc.array(action, { minLength: 5, maxLength: 60, size: 'max' });
    // Reopening a file takes time: one history in forty is on the disk.
    const onDisk = fc.nat({ max: 39 }).map((number) => number === 0);
    const property = fc.asyncProperty(history, onDisk, async (actions, disk) => {
      const run = new History(disk);
      try {
        await run.begin();
        for (const each of actions) await run.act(each);
        await run.finish();
      } catch (error) {
        run.close();
        throw error;
      }
      told += run.oracle.log.length;
      kinds = new Set([
        ...kinds,
        ...run.oracle.log.map(({ kind, alert }) => `${kind} ${alert.annotations['resolved_reason'] ?? ''}`),
      ]);
    });
    await fc.assert(property, { numRuns: runs, seed });
    // The histories were worth running.
    expect(told).toBeGreaterThan(runs);
    expect([...kinds].sort()).toEqual(['firing ', 'resolved ', 'resolved deleted', 'resolved severity_changed']);
  }, 600_000);
});

describe('the oracle', () => {
  const a = alertOf({ alert_id: 'a', severity: 'critical' }, { startsAt: Date.UTC(2026, 0, 1) });
  const now = Date.UTC(2026, 1, 1);
  const firing = { seq: 1, tower: 't', kind: 'firing' as const, at: now, alert: a };
  const resolved = { ...firing, seq: 2, kind: 'resolved' as const, alert: { ...a, endsAt: now } };

  it.each([
    ['a resolve without evidence', pollOf([]), [resolved]],
    ['a resolve by an incomplete poll', pollOf([], { outcome: 'incomplete' }), [resolved]],
    ['a second firing', pollOf([rowOf('a')]), [{ ...firing, seq: 2 }]],
    [
      'an end in the future',
      pollOf([rowOf('a', { ended: true })]),
      [{ ...resolved, alert: { ...a, endsAt: now + 1 } }],
    ],
    ['an alert that nobody was told of', pollOf([rowOf('a'), rowOf('b')]), []],
  ])('sees %s', (_, poll, written) => {
    const oracle = new Oracle();
    oracle.judge(pollOf([rowOf('a')]), [firing], now);
    expect(() => oracle.judge(poll, written, now)).toThrow(Violation);
  });

  it('sees a transition that a receiver missed or got too late', () => {
    const oracle = new Oracle();
    oracle.judge(pollOf([rowOf('a')]), [firing], now);
    oracle.judge(pollOf([rowOf('a', { ended: true })]), [resolved], now);
    expect(() => oracle.judgeReceiver('r', [firing])).toThrow(Violation);
    expect(() => oracle.judgeReceiver('r', [resolved, firing])).toThrow(Violation);
    oracle.judgeReceiver('r', [firing, firing, resolved]);
  });
});
