import { afterEach, describe, expect, it } from 'vitest';
import type { AlertConsumer, AlertPoll } from '../../src/bridge/poll.ts';
import type { TowerErrorCode } from '../../src/client/errors.ts';
import { resources } from '../../src/client/rows.ts';
import { towerError } from './support/fake-tower.ts';
import { only, type Rig, type RigOptions, rig as makeRig } from './support/runtime.ts';

const started: Rig[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ runtime }) => runtime.stop()));
});

class Bridge implements AlertConsumer {
  readonly polls: AlertPoll[] = [];
  open: string[] = [];
  accepting: () => Promise<void> = () => Promise.resolve();
  private busy = false;

  openAlertIds(): readonly string[] {
    return this.open;
  }

  async accept(poll: AlertPoll): Promise<void> {
    expect(this.busy, 'one poll at a time').toBe(false);
    this.busy = true;
    this.polls.push(poll);
    try {
      await this.accepting();
    } finally {
      this.busy = false;
    }
  }
}

const raw = (id: string, fields: object = {}): object => ({
  id,
  severity: 'CRITICAL',
  ended: false,
  local_start_time: '2026-01-01T00:00:00Z',
  cluster: { id: 'c1', name: 'one' },
  ...fields,
});

const feeding = (options: RigOptions = {}): Rig & { bridge: Bridge } => {
  const bridge = new Bridge();
  const made = makeRig({ config: only('alerts'), consumer: bridge, ...options });
  started.push(made);
  return { ...made, bridge };
};

describe('handing polls to the bridge', () => {
  it('hands over a complete poll with rules joined', async () => {
    const { runtime, clock, tower, bridge } = feeding();
    tower.rows['get-alerts'] = [raw('a1', { alert_rule: { id: 'r1' } }), raw('a2')];
    tower.rows['get-alert-rules'] = [{ id: 'r1', global_alert_rule: { id: 'g1', name: 'brick_power_is_on' } }];
    tower.rows['get-global-alert-rules'] = [{ id: 'g1', name: 'brick_power_is_on', boolean: true }];
    runtime.start();
    await clock.advance(1000);
    expect(bridge.polls).toMatchObject([
      {
        tower: 't',
        outcome: 'complete',
        reason: null,
        at: clock.now() - 1000,
        scope: null,
        alerts: [
          { id: 'a1', rule: 'brick_power_is_on', rule_boolean: true },
          { id: 'a2', rule: null, rule_boolean: null },
        ],
      },
    ]);
    expect(bridge.polls[0]?.lookups.size).toBe(0);
  });

  it('looks up what the bridge holds and the poll does not list, without regard to state and scope', async () => {
    const scope = { datacenter_ids: [], cluster_ids: ['c1'] };
    const { runtime, clock, tower, bridge } = feeding({ config: { ...only('alerts'), page_size: 2, scope } });
    tower.rows['get-alerts'] = [
      raw('a1'),
      raw('a2', { ended: true, alert_rule: { id: 'r1' } }),
      raw('a3', { cluster: { id: 'c2', name: 'two' } }),
    ];
    tower.rows['get-alert-rules'] = [{ id: 'r1', global_alert_rule: { id: 'g1', name: 'known' } }];
    bridge.open = ['a1', 'a2', 'a3', 'a4', 'a4'];
    runtime.start();
    await clock.advance(1000);
    const [poll] = bridge.polls;
    expect(poll?.alerts.map(({ id }) => id)).toEqual(['a1']);
    expect(poll?.scope).toEqual(new Set(['c1']));
    expect([...(poll?.lookups ?? [])]).toMatchObject([
      ['a2', { id: 'a2', ended: true, rule: 'known' }],
      ['a3', { id: 'a3', ended: false }],
      ['a4', 'not_found'],
    ]);
    const asked = tower.asked.filter(({ operation }) => operation === 'get-alerts').slice(1);
    expect(asked.map(({ where, prove }) => ({ where, prove }))).toEqual([
      { where: { id_in: ['a2', 'a3'] }, prove: true },
      { where: { id_in: ['a4'] }, prove: true },
    ]);
  });

  it('concludes nothing from a look-up that failed', async () => {
    const { runtime, clock, tower, bridge, complaints } = feeding({ config: { ...only('alerts'), page_size: 1 } });
    tower.answers.set('get-alerts', ({ where }) => {
      const ids = where?.['id_in'];
      if (!Array.isArray(ids)) return Promise.resolve([]);
      return ids.includes('a2') ? Promise.reject(towerError('status')) : Promise.resolve([]);
    });
    bridge.open = ['a1', 'a2', 'a3'];
    runtime.start();
    await clock.advance(31_000);
    expect(bridge.polls).toHaveLength(2);
    expect([...(bridge.polls[0]?.lookups ?? [])]).toEqual([['a1', 'not_found']]);
    expect(complaints()).toHaveLength(1);
  });

  it('takes what an incomplete look-up did bring, and asks for the other chunks', async () => {
    const { runtime, clock, tower, bridge } = feeding({ config: { ...only('alerts'), page_size: 2 } });
    runtime.start();
    await clock.advance(1000);
    tower.incomplete(resources.alerts, [raw('a1', { ended: true })]);
    const incomplete = tower.answers.get('get-alerts');
    tower.answers.set('get-alerts', (query) => {
      const ids = query.where?.['id_in'];
      if (!Array.isArray(ids) || incomplete === undefined) return Promise.resolve([]);
      return ids.includes('a1') ? incomplete(query) : Promise.resolve([]);
    });
    bridge.open = ['a1', 'a2', 'a3'];
    await clock.advance(30_000);
    const lookups = [...(bridge.polls[1]?.lookups ?? [])];
    expect(lookups).toMatchObject([
      ['a1', { ended: true }],
      ['a3', 'not_found'],
    ]);
  });

  it('does not let a hanging look-up hold the poll back for ever', async () => {
    const { runtime, clock, tower, bridge } = feeding();
    tower.answers.set('get-alerts', ({ where }) =>
      where?.['id_in'] === undefined ? Promise.resolve([]) : new Promise(() => {}),
    );
    bridge.open = ['a1'];
    runtime.start();
    await clock.advance(28_999);
    expect(bridge.polls).toEqual([]);
    await clock.advance(1);
    expect(bridge.polls).toMatchObject([{ outcome: 'complete' }]);
    expect(bridge.polls[0]?.lookups.size).toBe(0);
  });

  it('hands over the rows of a read that broke off as an incomplete poll, without look-ups', async () => {
    const { runtime, clock, tower, bridge } = feeding();
    tower.incomplete(resources.alerts, [raw('a1', { alert_rule: { id: 'r1' } }), raw('a2', { ended: true })]);
    tower.rows['get-alert-rules'] = [{ id: 'r1', global_alert_rule: { id: 'g1', name: 'known' } }];
    bridge.open = ['a9'];
    runtime.start();
    await clock.advance(1000);
    expect(bridge.polls).toMatchObject([
      { outcome: 'incomplete', reason: 'page 2 did not come', alerts: [{ id: 'a1', rule: 'known' }] },
    ]);
    expect(bridge.polls[0]?.lookups.size).toBe(0);
    expect(tower.counts['get-alerts']).toBe(1);
  });

  it.each<[TowerErrorCode, number | undefined, AlertPoll['outcome']]>([
    ['network', undefined, 'unreachable'],
    ['tls', undefined, 'unreachable'],
    ['timeout', undefined, 'unreachable'],
    ['aborted', undefined, 'unreachable'],
    ['status', 500, 'unreachable'],
    ['status', 502, 'unreachable'],
    ['status', 400, 'incomplete'],
    ['unauthenticated', 401, 'unreachable'],
    ['login_rejected', undefined, 'unreachable'],
    ['login_paused', undefined, 'unreachable'],
    ['forbidden', 403, 'incomplete'],
    ['missing_operation', 404, 'incomplete'],
    ['rate_limited', 429, 'incomplete'],
    ['invalid', undefined, 'incomplete'],
    ['too_large', undefined, 'incomplete'],
  ])('a failure of code %s %s makes the poll %s… %s', async (code, status, outcome) => {
    const { runtime, clock, tower, bridge } = feeding();
    tower.fail('get-alerts', towerError(code, 'get-alerts', status));
    runtime.start();
    await clock.advance(1000);
    expect(bridge.polls).toMatchObject([
      { outcome, reason: `the tower said ${code}`, alerts: [], at: clock.now() - 1000 },
    ]);
  });

  it('does not pass off the alerts of an earlier poll as a new one', async () => {
    const { runtime, clock, tower, bridge } = feeding();
    tower.rows['get-alerts'] = [raw('a1')];
    runtime.start();
    await clock.advance(1000);
    tower.fail('get-alerts', 'network');
    await clock.advance(30_000);
    expect(bridge.polls).toMatchObject([
      { outcome: 'complete', alerts: [{ id: 'a1' }] },
      { outcome: 'unreachable', alerts: [], at: clock.now() - 1000 },
    ]);
  });

  it('calls a tower that hangs unreachable', async () => {
    const { runtime, clock, tower, bridge } = feeding();
    tower.hold('get-alerts');
    runtime.start();
    await clock.advance(29_000);
    expect(bridge.polls).toMatchObject([{ outcome: 'unreachable', alerts: [] }]);
  });

  it('hands over the pages that came before one that hangs, as an incomplete poll', async () => {
    const { runtime, clock, tower, bridge, reports } = feeding();
    tower.breakOff(resources.alerts, [raw('a1', { alert_rule: { id: 'r1' } }), raw('a2', { ended: true })]);
    tower.rows['get-alert-rules'] = [{ id: 'r1', global_alert_rule: { id: 'g1', name: 'known' } }];
    bridge.open = ['a9'];
    runtime.start();
    await clock.advance(29_000);
    expect(bridge.polls).toMatchObject([
      { outcome: 'incomplete', reason: 'page 2 did not come', alerts: [{ id: 'a1', rule: 'known' }] },
    ]);
    expect(bridge.polls[0]?.lookups.size).toBe(0);
    expect(reports).toMatchObject([{ success: false }]);
  });

  it('waits no longer than a moment for a read that does not heed that it is given up', async () => {
    const { runtime, clock, tower, bridge, reports } = feeding();
    tower.answers.set('get-alerts', () => new Promise(() => {}));
    runtime.start();
    await clock.advance(30_000);
    expect(bridge.polls).toMatchObject([{ outcome: 'unreachable', alerts: [] }]);
    expect(reports).toMatchObject([{ success: false }]);
  });

  it('takes an empty scope for no evidence', async () => {
    const scope = { datacenter_ids: ['dc1'], cluster_ids: [] };
    const { runtime, clock, bridge } = feeding({ config: { ...only('alerts'), scope } });
    bridge.open = ['a1'];
    runtime.start();
    await clock.advance(1000);
    expect(bridge.polls).toMatchObject([{ outcome: 'incomplete', reason: 'the scope holds no cluster' }]);
  });

  it('goes on measuring while the bridge is slow, and hands over in order', async () => {
    const { runtime, clock, bridge, reports } = feeding();
    bridge.accepting = () => clock.sleep(100_000);
    runtime.start();
    await clock.advance(91_000);
    expect(reports).toHaveLength(4);
    expect(bridge.polls).toHaveLength(1);
    bridge.accepting = () => Promise.resolve();
    await clock.advance(9000);
    expect(bridge.polls).toHaveLength(4);
    const times = bridge.polls.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
  });

  it('keeps a bounded number of polls for a bridge that hangs, the newest ones', async () => {
    const { runtime, clock, bridge, complaints } = feeding();
    let release = (): void => {};
    bridge.accepting = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    runtime.start();
    await clock.advance(30 * 30_000 + 1000);
    expect(complaints()).toContain('the bridge is slow to take polls; the oldest is left out');
    bridge.accepting = () => Promise.resolve();
    release();
    await clock.settle();
    expect(bridge.polls).toHaveLength(17);
    expect(bridge.polls.at(-1)?.at).toBe(clock.now() - 1000);
  });

  it('survives a bridge that fails, and says so once', async () => {
    const { runtime, clock, bridge, reports, complaints } = feeding();
    bridge.accepting = () => Promise.reject(new Error('disk full'));
    runtime.start();
    await clock.advance(61_000);
    expect(reports.map(({ success }) => success)).toEqual([true, true, true]);
    expect(bridge.polls).toHaveLength(3);
    expect(complaints()).toEqual(['handing alerts to the bridge fails: disk full']);
  });

  it('says nothing of the tower when it is stopped in the middle of a read', async () => {
    const { runtime, clock, tower, bridge } = feeding();
    tower.hold('get-alerts');
    runtime.start();
    await clock.advance(5000);
    await runtime.stop();
    expect(bridge.polls).toEqual([]);
  });

  it('hands over nothing when it is stopped in the middle of a look-up', async () => {
    const { runtime, clock, tower, bridge } = feeding();
    tower.answers.set('get-alerts', ({ where }) =>
      where?.['id_in'] === undefined ? Promise.resolve([]) : new Promise(() => {}),
    );
    bridge.open = ['a1'];
    runtime.start();
    await clock.advance(5000);
    await runtime.stop();
    await clock.settle();
    expect(bridge.polls).toEqual([]);
  });

  it('waits with the stop for the delivery under way', async () => {
    const { runtime, clock, bridge } = feeding();
    let stored = false;
    bridge.accepting = async () => {
      await clock.sleep(500);
      stored = true;
    };
    runtime.start();
    await clock.advance(100);
    const stopped = runtime.stop();
    await clock.advance(1000);
    await stopped;
    expect(stored).toBe(true);
  });

  it('is awaited by a single run', async () => {
    const { runtime, bridge } = feeding();
    await runtime.runOnce();
    expect(bridge.polls).toHaveLength(1);
  });
});
