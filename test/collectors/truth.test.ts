import { afterAll, describe, expect, it } from 'vitest';
import { createTowerClient } from '../../src/client/tower-client.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { createTowerRuntime } from '../../src/collectors/runner.ts';
import type { TowerSettings } from '../../src/collectors/settings.ts';
import { silentLogger } from '../../src/log.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { versions } from '../../src/simulator/versions.ts';
import { parseExposition } from '../support/exposition.ts';
import { textOf } from '../support/metrics.ts';
import { expectedSeries, keyOf, type Truth } from './support/oracle.ts';
import { settings } from './support/runtime.ts';

const simulators: Simulator[] = [];
afterAll(async () => {
  await Promise.all(simulators.map((simulator) => simulator.close()));
});

const simulate = async (options: SimulatorOptions): Promise<Simulator> => {
  const simulator = await startSimulator(options);
  simulators.push(simulator);
  return simulator;
};

/** All collectors, over HTTP, once; the series as a scrape would show them. */
const collect = async (
  simulator: Simulator,
  now: number,
  config: TowerSettings,
): Promise<{ series: Map<string, number>; duplicates: string[]; errors: string[]; requests: number }> => {
  const clock: Clock = { ...systemClock, now: () => now };
  const client = createTowerClient({
    config: {
      name: config.name,
      url: simulator.url,
      username: simulator.username,
      source: 'LOCAL',
      password: { reveal: () => simulator.password },
      timeout: 10_000,
      page_size: config.page_size,
      max_concurrency: 4,
      max_response_bytes: 2 ** 28,
    },
    clock,
    random: Math.random,
  });
  const duplicates: string[] = [];
  const snapshot = new Snapshot({ onDuplicate: (family, labels) => void duplicates.push(family.name + labels) });
  // Lists, not pages.
  let requests = 0;
  const runtime = createTowerRuntime({
    config,
    reader: {
      list: (resource, query) => {
        requests += 1;
        return client.list(resource, query);
      },
      count: (resource, query) => client.count(resource, query),
    },
    snapshot,
    metrics: { collectorRun: () => {}, unknownEnumValue: () => {} },
    clock,
    random: Math.random,
    logger: silentLogger,
  });
  const states = await runtime.runOnce();
  await runtime.stop();
  await client.close();
  const { samples } = parseExposition(textOf(snapshot.families()));
  const series = new Map(samples.map(({ name, labels, value }) => [keyOf(name, labels), value]));
  expect(series.size).toBe(samples.length);
  const errors = states.flatMap(({ name, lastError }) => (lastError === null ? [] : `${name}: ${lastError.message}`));
  return { series, duplicates, errors, requests };
};

/** The rows as they go over the wire. */
const truthOf = (state: Simulator['state']): Truth => JSON.parse(JSON.stringify(state));

/** Fails with the series that differ, not with two maps of thousands. */
const compare = (got: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): void => {
  const differences: string[] = [];
  for (const [key, value] of wanted) {
    const other = got.get(key);
    if (other === undefined) differences.push(`missing: ${key} ${value}`);
    else if (Math.abs(other - value) > 1e-9 * Math.max(1, Math.abs(value))) {
      differences.push(`${key}: ${other} instead of ${value}`);
    }
  }
  for (const [key, value] of got) if (!wanted.has(key)) differences.push(`not expected: ${key} ${value}`);
  expect(differences.slice(0, 20)).toEqual([]);
};

const everything = (page_size = 500): TowerSettings => {
  const { collectors, ...rest } = settings();
  return { ...rest, page_size, collectors: { ...collectors, vms: { ...collectors.vms, enabled: true } } };
};

const estate = { clusters: 14, hosts: 3, disks: 6, vms: 300, alerts: 80 };

describe('every series over HTTP is what the tower’s state says', () => {
  it.each(versions)('version %s', async (version) => {
    const simulator = await simulate({ ...estate, version, seed: 7 });
    const now = simulator.now() + 1000;
    const { series, duplicates, errors, requests } = await collect(simulator, now, everything());
    expect(errors).toEqual([]);
    expect(duplicates).toEqual([]);
    // One list a resource: clusters, hosts, disks, alerts and their rules, VMs, both settings, releases, licences, datacenters.
    expect(requests).toBe(11);
    expect(series.size).toBeGreaterThan(5000);
    compare(series, expectedSeries(truthOf(simulator.state), 't', now));
  });

  it('after two days in the life of a tower, through small pages', async () => {
    const simulator = await simulate({ ...estate, seed: 11 });
    for (let hour = 0; hour < 48; hour++) simulator.advance(3_600_000);
    const now = simulator.now() + 1000;
    const { series, errors } = await collect(simulator, now, everything(37));
    expect(errors).toEqual([]);
    compare(series, expectedSeries(truthOf(simulator.state), 't', now));
  });

  it('with values from another world', async () => {
    const simulator = await simulate({ ...estate, seed: 3 });
    const { clusters, hosts, disks, vms, alerts } = simulator.state;
    const poison = (rows: readonly object[], at: number, values: object): void => {
      Object.assign(rows[at] ?? {}, values);
    };
    poison(clusters, 0, { name: 'a"b\\c\nd,e="f"', connect_state: 'HIBERNATING', type: 'SMTX_NEXT' });
    poison(clusters, 1, { total_data_capacity: 2 ** 53 + 2, used_data_space: 1.5, failure_data_space: 0 });
    poison(clusters, 2, { total_cpu_hz: 0, used_cpu_hz: 1e308, version: '11.0' });
    poison(clusters, 3, { connect_state: null, version: null, vhost_enabled: null });
    poison(hosts, 0, { status: 'LEVITATING', name: '上海\u202e💾', cluster: { id: 'nobody', name: 'knows' } });
    poison(hosts, 1, { os_memory_bytes: null, cpu_temperature_celsius: [null, 40.5] });
    poison(disks, 0, { type: 'TAPE', health_status: 'FROZEN', usage_status: 'LENT', host: { id: 'h', name: 'gone' } });
    poison(disks, 1, { host: null, remaining_life_percent: 0 });
    poison(vms, 0, { status: 'DREAMING', cluster: null, host: null, in_recycle_bin: true, deleted_at: null, size: 7 });
    poison(vms, 1, { in_recycle_bin: true, deleted_at: 'yesterday', size: null, used_size: 0.25 });
    poison(alerts, 0, { ended: false, severity: 'critical', cluster: null, local_start_time: '-1' });
    poison(alerts, 1, { ended: false, severity: '', host: null, disk: null, alert_rule: { id: 'nowhere' } });
    poison(alerts, 2, { ended: false, local_start_time: '', local_create_time: null, create_time: null });
    const now = simulator.now() + 1000;
    const { series, errors, duplicates } = await collect(simulator, now, everything());
    expect(errors).toEqual([]);
    expect(duplicates).toEqual([]);
    compare(series, expectedSeries(truthOf(simulator.state), 't', now));
  });

  it('within a scope: what is left of the state when the rest is taken away', async () => {
    const simulator = await simulate({ ...estate, seed: 5 });
    const truth = truthOf(simulator.state);
    const ids = new Set(truth.clusters.slice(2, 5).map((cluster) => String(cluster['id'])));
    const inScope = (row: Record<string, unknown>): boolean => {
      const cluster = row['cluster'];
      return typeof cluster === 'object' && cluster !== null && 'id' in cluster && ids.has(String(cluster.id));
    };
    const hosts = truth.hosts.filter(inScope);
    const hostIds = new Set(hosts.map((host) => host['id']));
    const left: Truth = {
      ...truth,
      clusters: truth.clusters.filter((cluster) => ids.has(String(cluster['id']))),
      hosts,
      disks: truth.disks.filter((disk) => hostIds.has(idOf(disk['host']))),
      vms: truth.vms.filter(inScope),
      alerts: truth.alerts.filter(inScope),
      clusterSettings: truth.clusterSettings.filter(inScope),
      datacenters: truth.datacenters.map(({ id, name, clusters }) => {
        const members: readonly unknown[] = Array.isArray(clusters) ? clusters : [];
        return { id, name, clusters: members.filter((cluster) => ids.has(String(idOf(cluster)))) };
      }),
    };
    const now = simulator.now() + 1000;
    const config = { ...everything(), scope: { datacenter_ids: [], cluster_ids: [...ids] } };
    const { series, errors } = await collect(simulator, now, config);
    expect(errors).toEqual([]);
    compare(series, expectedSeries(left, 't', now));
  });

  it('from a tower that caps its pages', async () => {
    const simulator = await simulate({ ...estate, seed: 13 });
    simulator.faults.pageCap(37);
    const now = simulator.now() + 1000;
    const { series, errors } = await collect(simulator, now, everything());
    expect(errors).toEqual([]);
    compare(series, expectedSeries(truthOf(simulator.state), 't', now));
  });

  it('from a tower that hides its licences and its clusters’ settings', async () => {
    const simulator = await simulate({ ...estate, seed: 17 });
    simulator.faults.forbid('get-licenses');
    simulator.faults.status('get-cluster-settingses', 404);
    const now = simulator.now() + 1000;
    const { series, errors } = await collect(simulator, now, everything());
    expect(errors).toEqual([]);
    const wanted = expectedSeries({ ...truthOf(simulator.state), licenses: [] }, 't', now);
    const isPolicy = (key: string): boolean => /^cloudtower_recycle_bin_(?:release|retention|enabled)/.test(key);
    const rest = (all: ReadonlyMap<string, number>) => new Map([...all].filter(([key]) => !isPolicy(key)));
    compare(rest(series), rest(wanted));
    const names = new Set([...series.keys()].map((key) => key.split(' ')[0]));
    expect(names).not.toContain('cloudtower_recycle_bin_retention_days');
  });

  it('but no alerts from a tower whose count disagrees with its list; the others are as they were', async () => {
    const simulator = await simulate({ ...estate, seed: 19 });
    simulator.faults.miscount('get-alerts', 1);
    const now = simulator.now() + 1000;
    const { series, errors } = await collect(simulator, now, everything());
    expect(errors).toEqual([expect.stringMatching(/^alerts: /)]);
    const wanted = expectedSeries(truthOf(simulator.state), 't', now);
    compare(series, new Map([...wanted].filter(([key]) => !key.startsWith('cloudtower_alert'))));
  });

  it('shows the newest alerts up to the limit', async () => {
    const simulator = await simulate({ ...estate, seed: 9 });
    const now = simulator.now() + 1000;
    const { collectors, ...rest } = everything();
    const config = { ...rest, collectors: { ...collectors, alerts: { ...collectors.alerts, max_series: 25 } } };
    const { series } = await collect(simulator, now, config);
    compare(series, expectedSeries(truthOf(simulator.state), 't', now, 25));
  });
});

const idOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
