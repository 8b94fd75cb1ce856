import { afterEach, describe, expect, it } from 'vitest';
import { type Bridge, createBridge } from '../../src/bridge/bridge.ts';
import { noBridgeMetrics } from '../../src/bridge/metrics.ts';
import type { AlertPoll } from '../../src/bridge/poll.ts';
import type { BridgeStore } from '../../src/bridge/store/bridge-store.ts';
import { openStore } from '../../src/bridge/store/sqlite.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { configSchema } from '../../src/config/schema.ts';
import { createTowerUnit, type TowerUnit } from '../../src/exporter/tower-unit.ts';
import { silentLogger } from '../../src/log.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { bridgeConfig } from './config.ts';
import { type Inbox, modelReceiver, newInbox } from './model.ts';

/** The machine's clock, ahead of it: half a minute more with each poll, which is when a collector reads anew. */
const aheadClock = (): Clock & { ahead: number } => ({
  ahead: 0,
  now() {
    return systemClock.now() + this.ahead;
  },
  monotonic() {
    return systemClock.monotonic() + this.ahead;
  },
  // Back-offs are not worth waiting for; deadlines are long.
  sleep: (ms, signal) => systemClock.sleep(ms < 5000 ? ms / 50 : ms, signal),
});

/** A simulated tower, the collector that reads it, and the bridge: everything real but the receiver. */
interface Chain extends AsyncDisposable {
  readonly tower: Simulator;
  readonly inbox: Inbox;
  readonly store: BridgeStore;
  readonly outcomes: AlertPoll['outcome'][];
  /** Polls so many times, and judges what was told each time. */
  poll(times?: number): Promise<void>;
  unresolved(): readonly string[];
  firing(): readonly string[];
}

const chains: Chain[] = [];
afterEach(async () => {
  for (const chain of chains.splice(0)) await chain[Symbol.asyncDispose]();
});

const begin = async (alerts = 50): Promise<Chain> => {
  const clock = aheadClock();
  const tower = await startSimulator({ clusters: 2, hosts: 2, disks: 2, vms: 10, alerts });
  const off = { enabled: false };
  const config = configSchema({ directory: '/' }).parse({
    towers: [
      {
        name: 't',
        url: tower.url,
        username: tower.username,
        password: tower.password,
        page_size: 11,
        timeout: '400ms',
        collectors: { clusters: off, hosts: off, disks: off, recycle_bin: off, vms: off, tower: off },
      },
    ],
  });
  const [towerConfig] = config.towers;
  if (towerConfig === undefined) throw new Error('no tower');
  const store = openStore({ directory: null, clock, logger: silentLogger });
  const inbox = newInbox();
  const bridge: Bridge = createBridge({
    config: bridgeConfig(),
    towers: [{ name: 't', url: tower.url, pollInterval: 30_000 }],
    store,
    clock,
    random: Math.random,
    logger: silentLogger,
    metrics: noBridgeMetrics,
    dryRun: null,
    createReceiver: ({ name }, deps) => modelReceiver(name, deps, inbox, 10_000),
  });
  bridge.start();
  const outcomes: AlertPoll['outcome'][] = [];
  const unit: TowerUnit = createTowerUnit(towerConfig, {
    snapshot: new Snapshot(),
    metrics: new ExporterMetrics({ version: '', revision: '', processMetrics: false }),
    clock,
    random: Math.random,
    logger: silentLogger,
    consumer: {
      openAlertIds: (name) => bridge.openAlertIds(name),
      accept: (poll) => {
        outcomes.push(poll.outcome);
        return bridge.accept(poll);
      },
    },
    assumeOffsetMinutes: 0,
  });
  const unresolved = (): readonly string[] =>
    tower.state.alerts
      .filter(({ ended }) => !ended)
      .map(({ id }) => String(id))
      .sort();
  const chain: Chain = {
    tower,
    inbox,
    store,
    outcomes,
    unresolved,
    firing: () =>
      store
        .firing()
        .flatMap(({ labels }) => labels['alert_id'] ?? [])
        .sort(),
    poll: async (times = 1) => {
      for (let time = 0; time < times; time += 1) {
        clock.ahead += 30_000;
        await unit.runtime.runOnce();
        const open = new Set(unresolved());
        for (const { kind, alert } of inbox.accepted) {
          const id = alert.labels['alert_id'] ?? '';
          if (kind === 'resolved' && open.has(id)) throw new Error(`${id} is resolved and goes on`);
        }
      }
    },
    [Symbol.asyncDispose]: async () => {
      await unit.stop();
      await bridge.stop(0);
      await tower.close();
    },
  };
  chains.push(chain);
  return chain;
};

const alertsOnly = 'get-alerts';

interface Case {
  readonly name: string;
  readonly strike: (tower: Simulator) => void;
  readonly polls?: number;
  readonly outcome: AlertPoll['outcome'];
}

const cases: readonly Case[] = [
  {
    name: 'connections reset, ten polls long',
    strike: ({ faults }) => faults.reset('*'),
    polls: 10,
    outcome: 'unreachable',
  },
  { name: '500', strike: ({ faults }) => faults.status(alertsOnly, 500), outcome: 'unreachable' },
  {
    name: '502 with HTML',
    strike: ({ faults }) => faults.status(alertsOnly, 502, { body: 'html' }),
    outcome: 'unreachable',
  },
  { name: 'a cut body', strike: ({ faults }) => faults.cut(alertsOnly), outcome: 'incomplete' },
  {
    name: 'an object for an array',
    strike: ({ faults }) => faults.add({ operation: alertsOnly, action: { kind: 'object' } }),
    outcome: 'incomplete',
  },
  {
    name: 'null',
    strike: ({ faults }) => faults.add({ operation: alertsOnly, action: { kind: 'null' } }),
    outcome: 'incomplete',
  },
  { name: 'no answer ever', strike: ({ faults }) => faults.hang('*'), polls: 2, outcome: 'unreachable' },
  {
    name: '403',
    strike: ({ faults }) => faults.add({ operation: 'get-alerts*', action: { kind: 'forbidden', as: 'status' } }),
    outcome: 'incomplete',
  },
  {
    name: '200 with nothing in it',
    strike: ({ faults }) => faults.add({ operation: 'get-alerts*', action: { kind: 'forbidden', as: 'empty' } }),
    polls: 6,
    outcome: 'complete',
  },
  {
    name: '[] against its own count',
    strike: ({ faults }) => faults.add({ operation: alertsOnly, action: { kind: 'forbidden', as: 'empty' } }),
    polls: 6,
    outcome: 'incomplete',
  },
  {
    name: 'a second page that fails',
    strike: ({ faults }) => faults.status(alertsOnly, 500, { skip: 1 }),
    outcome: 'incomplete',
  },
  {
    name: 'a count that disagrees twice',
    strike: ({ faults }) => faults.add({ operation: 'get-alerts-connection', action: { kind: 'count', delta: 3 } }),
    polls: 4,
    outcome: 'incomplete',
  },
  {
    name: 'a cursor that is ignored',
    strike: ({ faults }) => faults.add({ operation: alertsOnly, action: { kind: 'stuck' } }),
    outcome: 'incomplete',
  },
  {
    name: 'rows that are no rows',
    strike: ({ faults }) => faults.add({ operation: alertsOnly, action: { kind: 'nonsense' } }),
    polls: 4,
    outcome: 'incomplete',
  },
];

describe('a tower that fails by', () => {
  it.each(cases)(
    '$name ends no alert, and is caught up with afterwards',
    async ({ strike, polls = 3, outcome }) => {
      const chain = await begin();
      await chain.poll();
      expect(chain.firing()).toEqual(chain.unresolved());
      strike(chain.tower);
      const before = chain.outcomes.length;
      await chain.poll(polls);
      const seen = new Set(chain.outcomes.slice(before));
      expect([...seen]).toContain(outcome);
      expect(chain.inbox.accepted.filter(({ kind, tower }) => kind !== 'firing' && tower === 't')).toEqual([]);
      expect(chain.firing()).toEqual(chain.unresolved());
      chain.tower.faults.clear();
      // What ended meanwhile is told now, and nothing else.
      const first = chain.tower.state.alerts.find(({ ended }) => !ended);
      if (first !== undefined) Object.assign(first, { ended: true, local_end_time: '' });
      for (let tries = 0; tries < 50 && chain.firing().length !== chain.unresolved().length; tries += 1) {
        await chain.poll();
        await systemClock.sleep(100);
      }
      expect(chain.firing()).toEqual(chain.unresolved());
      expect(chain.inbox.accepted.filter(({ kind, tower }) => kind === 'resolved' && tower === 't')).toHaveLength(1);
    },
    60_000,
  );
});

describe('a tower that goes on', () => {
  it('with a token that expires costs one login and no poll', async () => {
    const chain = await begin();
    await chain.poll();
    chain.tower.faults.expireTokens();
    const logins = chain.tower.requests.count('login');
    await chain.poll(2);
    expect(chain.outcomes).toEqual(['complete', 'complete', 'complete']);
    expect(chain.tower.requests.count('login') - logins).toBe(1);
    expect(chain.firing()).toEqual(chain.unresolved());
  });

  it.each(['shift', 'overlap', 'page_cap'] as const)(
    'with pages that are not what they were (%s) ends nothing wrongly',
    async (kind) => {
      const chain = await begin();
      await chain.poll();
      chain.tower.faults.add({ operation: alertsOnly, action: kind === 'page_cap' ? { kind, rows: 7 } : { kind } });
      await chain.poll(4);
      chain.tower.faults.clear();
      await chain.poll(4);
      expect(chain.firing()).toEqual(chain.unresolved());
    },
  );

  it('with alerts of every odd shape tells all of them', async () => {
    const chain = await begin();
    const odd: readonly object[] = [
      { severity: 'critical', message: 'NUL \u0000 and \u202e and {{ .Labels }}' },
      { severity: '', message: '\ud800' },
      { severity: 'SEVERITY_UNSPECIFIED', local_start_time: '' },
      { local_start_time: '1795341600', value: null },
      { local_start_time: '2026-11-22 10:00:00', cluster: null, host: null, disk: null, alert_rule: null },
      { message: 'x'.repeat(2_000_000) },
      { vms: Array.from({ length: 500 }, (_, index) => ({ id: `v${index}`, name: `虚拟机 ${index}` })) },
    ];
    const open = chain.tower.state.alerts.filter(({ ended }) => !ended);
    odd.forEach((shape, index) => Object.assign(open[index] ?? {}, shape));
    await chain.poll();
    expect(chain.firing()).toEqual(chain.unresolved());
    for (const { startsAt, annotations, labels } of chain.store.firing()) {
      expect(startsAt).toBeGreaterThan(Date.UTC(1971, 0, 1));
      expect(JSON.stringify({ annotations, labels }).length).toBeLessThan(40_000);
      expect(
        Object.values({ ...annotations, ...labels }).every((text) => text.isWellFormed() && !text.includes('\u0000')),
      ).toBe(true);
    }
    open.forEach((row, index) =>
      Object.assign(row, {
        ended: true,
        local_end_time: ['', null, 'garbage', '2001-01-01T00:00:00Z', '2999-01-01T00:00:00Z'][index % 5],
      }),
    );
    await chain.poll();
    expect(chain.firing()).toEqual([]);
    for (const { kind, at, alert } of chain.inbox.accepted) {
      if (kind !== 'resolved') continue;
      expect(alert.endsAt).toBeGreaterThanOrEqual(alert.startsAt);
      expect(alert.endsAt).toBeLessThanOrEqual(at);
    }
  });

  it('while a row is deleted for good resolves it after three polls', async () => {
    const chain = await begin();
    await chain.poll();
    const gone = chain.tower.state.alerts.find(({ ended }) => !ended);
    chain.tower.state.alerts.splice(
      chain.tower.state.alerts.findIndex((row) => row === gone),
      1,
    );
    await chain.poll(2);
    expect(chain.inbox.accepted.filter(({ kind }) => kind === 'resolved')).toEqual([]);
    await chain.poll();
    expect(
      chain.inbox.accepted
        .filter(({ kind }) => kind === 'resolved')
        .map(({ alert }) => [alert.labels['alert_id'], alert.annotations['resolved_reason']]),
    ).toEqual([[gone?.id, 'deleted']]);
  });

  it('while its rules cannot be read keeps the first name it told', async () => {
    const chain = await begin();
    chain.tower.faults.status('get-alert-rules', 500, { times: 1 });
    chain.tower.faults.status('get-global-alert-rules', 500, { times: 1 });
    await chain.poll();
    const before = new Map(chain.store.firing().map((alert) => [alert.fingerprint, alert.labels['alertname']]));
    await chain.poll(2);
    expect(new Map(chain.store.firing().map((alert) => [alert.fingerprint, alert.labels['alertname']]))).toEqual(
      before,
    );
    expect(chain.inbox.accepted.every(({ kind }) => kind === 'firing')).toBe(true);
  });
});
