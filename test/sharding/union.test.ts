import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertPoll } from '../../src/bridge/poll.ts';
import { createTowerClient } from '../../src/client/tower-client.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { createTowerRuntime } from '../../src/collectors/runner.ts';
import type { ScopeSettings } from '../../src/collectors/settings.ts';
import { silentLogger } from '../../src/log.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { type Shard, shardOf } from '../../src/sharding.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { settings } from '../collectors/support/runtime.ts';
import { textOf } from '../support/metrics.ts';

let tower: Simulator;
let now: number;

beforeAll(async () => {
  tower = await startSimulator({ clusters: 9, hosts: 3, disks: 3, vms: 120, alerts: 60, seed: 3 });
  const { clusters, hosts, disks, vms, alerts } = tower.state;
  // What belongs to no cluster, or to one that the tower does not list.
  Object.assign(hosts[0] ?? {}, { cluster: null });
  Object.assign(hosts[4] ?? {}, { cluster: { id: 'nobody', name: 'knows' } });
  Object.assign(disks[2] ?? {}, { host: null });
  Object.assign(vms[0] ?? {}, { cluster: null, in_recycle_bin: true, deleted_at: null, size: 7 });
  Object.assign(alerts[0] ?? {}, { ended: false, cluster: null });
  Object.assign(alerts[1] ?? {}, { ended: false, cluster: { id: 'nobody', name: 'knows' } });
  Object.assign(clusters[0] ?? {}, { name: 'a"b\\c\nd' });
  now = tower.now() + 1000;
});

afterAll(async () => {
  await tower.close();
});

interface Collected {
  /** Samples, as they stand in an exposition. */
  readonly lines: readonly string[];
  readonly polls: readonly AlertPoll[];
  /** The filters of the lists that were asked for, by operation. */
  readonly asked: ReadonlyMap<string, string>;
}

const everything: ScopeSettings = { datacenter_ids: [], cluster_ids: [] };

const collect = async (
  shard: Shard | null,
  scope = everything,
  openAlertIds: readonly string[] = [],
): Promise<Collected> => {
  const clock: Clock = { ...systemClock, now: () => now };
  const base = settings({ scope });
  const config = { ...base, collectors: { ...base.collectors, vms: { ...base.collectors.vms, enabled: true } } };
  const client = createTowerClient({
    config: {
      name: 't',
      url: tower.url,
      username: tower.username,
      password: { reveal: () => tower.password },
      timeout: 10_000,
      page_size: 500,
      max_concurrency: 4,
      max_response_bytes: 2 ** 28,
    },
    clock,
    random: Math.random,
  });
  const asked = new Map<string, string>();
  const polls: AlertPoll[] = [];
  const snapshot = new Snapshot({});
  const runtime = createTowerRuntime({
    config,
    reader: {
      list: (resource, query) => {
        asked.set(resource.operation, JSON.stringify(query.where ?? null));
        return client.list(resource, query);
      },
      count: (resource, query) => client.count(resource, query),
    },
    snapshot,
    metrics: { collectorRun: () => {}, unknownEnumValue: () => {} },
    clock,
    random: Math.random,
    logger: silentLogger,
    consumer: {
      openAlertIds: () => openAlertIds,
      accept: async (poll) => void polls.push(poll),
    },
    shard,
  });
  const states = await runtime.runOnce();
  await runtime.stop();
  await client.close();
  expect(states.filter(({ lastError }) => lastError !== null)).toEqual([]);
  const lines = textOf(snapshot.families())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return { lines, polls, asked };
};

const shards = (count: number): Shard[] => Array.from({ length: count }, (_, at) => ({ index: at + 1, count }));
const clusterIds = (): string[] => tower.state.clusters.map(({ id }) => String(id));

describe.each([1, 2, 3, 4, 5, 6, 7])('%i shards', (count) => {
  it('show together, byte for byte and each series once, what one exporter shows', async () => {
    const whole = await collect(null);
    const parts = [];
    for (const shard of shards(count)) parts.push(await collect(shard));
    expect(whole.lines.length).toBeGreaterThan(1500);
    expect(parts.flatMap(({ lines }) => lines).sort()).toEqual([...whole.lines].sort());
  });

  it('forward together the alerts that one bridge forwards, each once, and each knows its own clusters', async () => {
    const whole = await collect(null);
    const parts = [];
    for (const shard of shards(count)) parts.push(await collect(shard));
    const ids = (of: Collected): string[] => of.polls.flatMap(({ alerts }) => alerts.map(({ id }) => id));
    expect(ids(whole).length).toBeGreaterThan(50);
    expect(parts.flatMap(ids).sort()).toEqual(ids(whole).sort());
    for (const [at, { polls }] of parts.entries()) {
      const [poll] = polls;
      // A shard without a cluster has seen that it has none: nothing is in doubt.
      expect(poll?.outcome).toBe('complete');
      for (const id of clusterIds()) expect(poll?.scope?.has(id)).toBe(shardOf(id, count) === at + 1);
      expect([poll?.scope?.has(''), poll?.scope?.has('nobody')]).toEqual(at === 0 ? [true, true] : [false, false]);
      for (const { cluster } of poll?.alerts ?? []) expect(poll?.scope?.has(cluster?.id ?? '')).toBe(true);
    }
  });
});

it('shards within a scope show together what one exporter shows in it', async () => {
  const [datacenter] = tower.state.datacenters;
  const scopes: ScopeSettings[] = [
    { datacenter_ids: [], cluster_ids: clusterIds().slice(2, 7) },
    { datacenter_ids: [String(datacenter?.id)], cluster_ids: [] },
    { datacenter_ids: [String(datacenter?.id)], cluster_ids: clusterIds().slice(0, 2) },
  ];
  for (const scope of scopes) {
    const whole = await collect(null, scope);
    const parts = [];
    for (const shard of shards(4)) parts.push(await collect(shard, scope));
    expect(whole.lines.length).toBeGreaterThan(100);
    expect(parts.flatMap(({ lines }) => lines).sort()).toEqual([...whole.lines].sort());
  }
});

it('a shard asks for its own clusters only, and the tower itself is asked about by the first', async () => {
  const count = 3;
  for (const shard of shards(count)) {
    const { asked } = await collect(shard);
    const mine = clusterIds().filter((id) => shardOf(id, count) === shard.index);
    const others = clusterIds().filter((id) => !mine.includes(id));
    for (const operation of [
      'get-hosts',
      'get-disks',
      'get-vms',
      'get-alerts',
      'get-cluster-settingses',
      'get-datacenters',
    ]) {
      const where = asked.get(operation) ?? '';
      const named = shard.index === 1 ? others : mine;
      for (const id of clusterIds())
        expect([operation, id, where.includes(id)]).toEqual([operation, id, named.includes(id)]);
    }
    expect(asked.has('get-deploys')).toBe(shard.index === 1);
    expect(asked.has('get-licenses')).toBe(shard.index === 1);
  }
});

it('the other shards have no series of the tower itself', async () => {
  const { lines } = await collect({ index: 2, count: 3 });
  expect(lines.filter((line) => /^cloudtower_(?:info|license|alerts_not_shown)/.test(line))).toEqual([]);
});
