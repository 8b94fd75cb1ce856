import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { rowsOf, signedIn } from './talk.ts';

const minute = 60_000;
const hour = 60 * minute;

const running: Simulator[] = [];

const still = (): Clock => ({
  now: () => Date.parse('2026-05-05T05:05:05Z'),
  monotonic: () => 0,
  sleep: async () => {},
});

const start = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const size = { clusters: 3, hosts: 4, disks: 10, vms: 120, alerts: 12 };
  const simulator = await startSimulator({ ...size, clock: still(), ...options });
  running.push(simulator);
  return simulator;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** Looks at the estate every ten seconds for so long; answers what it saw. */
const watch = <T>(simulator: Simulator, duration: number, look: () => T): readonly T[] =>
  Array.from({ length: duration / 10_000 }, () => {
    simulator.advance(10_000);
    return look();
  });

test('what happens depends on the seed and the time alone, not on the steps it is asked in', async () => {
  const [once, often, other] = [await start(), await start(), await start({ seed: 2 })];
  once.advance(3 * hour);
  for (let step = 0; step < 108; step += 1) often.advance(100_000);
  other.advance(3 * hour);
  expect(often.state).toEqual(once.state);
  expect(other.state).not.toEqual(once.state);
});

test('nothing happens by itself unless it is told to', async () => {
  const simulator = await start({ clock: { ...still(), monotonic: () => performance.now() * 10_000 } });
  const before = structuredClone(simulator.state);
  await (await signedIn(simulator))('get-clusters');
  expect(simulator.state).toEqual(before);
});

test('with ticks it lives at the pace of its clock, times the scale', async () => {
  let elapsed = 0;
  const clock: Clock = { ...still(), monotonic: () => elapsed };
  const simulator = await start({ clock, tick: true, timeScale: 60 });
  const ask = await signedIn(simulator);
  const used = async (): Promise<unknown> => rowsOf(await ask('get-hosts', { first: 1 }))[0]?.['used_cpu_hz'];
  const before = await used();
  expect(await used()).toBe(before);
  elapsed += minute;
  expect(await used()).not.toBe(before);
  expect(simulator.now() - still().now()).toBe(hour);
  const twin = await start();
  twin.advance(hour);
  expect(simulator.state).toEqual(twin.state);
});

describe('over hours', () => {
  test('alerts start, change and end, about as many as before; open ones are stamped every 30 s', async () => {
    const simulator = await start({ alerts: 40 });
    const { alerts } = simulator.state;
    const open = (): readonly string[] => alerts.filter(({ ended }) => !ended).map(({ id }) => id);
    const before = new Set(open());
    simulator.advance(3 * hour);
    const after = open();
    expect(after.filter((id) => !before.has(id)).length).toBeGreaterThan(5);
    expect([...before].filter((id) => !after.includes(id)).length).toBeGreaterThan(5);
    expect(after.length).toBeGreaterThan(20);
    expect(after.length).toBeLessThan(80);
    const now = simulator.now();
    const lags = alerts.filter(({ ended }) => !ended).map((alert) => now - Date.parse(alert.local_update_time));
    expect(lags.filter((lag) => lag >= 0 && lag <= 40_000).length).toBeGreaterThan(after.length * 0.7);
    for (const alert of alerts) {
      if (alert.ended && Date.parse(alert.local_start_time) > still().now()) expect(alert.local_end_time).not.toBe('');
    }
  });

  test('VMs enter the recycle bin and leave it, and the counts follow', async () => {
    const simulator = await start();
    const { vms, clusters } = simulator.state;
    const binned = (): readonly string[] => vms.filter((vm) => vm.in_recycle_bin).map(({ id }) => id);
    const before = binned();
    simulator.advance(2 * hour);
    const after = binned();
    const entered = vms.filter((vm) => vm.in_recycle_bin && !before.includes(vm.id));
    expect(entered.length).toBeGreaterThan(5);
    expect(before.some((id) => !after.includes(id))).toBe(true);
    for (const vm of entered) {
      expect(vm).toMatchObject({ status: 'STOPPED', host: null, name: expect.stringContaining(`${vm.original_name}`) });
      expect(Date.parse(vm.deleted_at ?? '')).toBeGreaterThan(still().now());
    }
    for (const cluster of clusters) {
      expect(cluster.vm_num).toBe(vms.filter((vm) => vm.cluster?.id === cluster.id).length);
    }
    expect(vms.map(({ id }) => id)).toEqual(vms.map(({ id }) => id).toSorted());
  });

  test('a disk fails, is isolated, goes offline and is replaced; data is rebuilt meanwhile', async () => {
    const simulator = await start();
    const { disks, clusters, hosts } = simulator.state;
    const known = new Set(disks.map(({ id }) => id));
    const sick = new Set(disks.filter((disk) => disk.health_status !== 'HEALTHY').map(({ id }) => id));
    const seen = watch(simulator, 2 * hour, () => ({
      isolated: disks.some((disk) => !sick.has(disk.id) && disk.usage_status === 'ISOLATED'),
      offline: disks.some((disk) => !sick.has(disk.id) && disk.offline),
      recovering: clusters.some((cluster) => (cluster.recover_data_size ?? 0) > 0),
      rest: clusters.every((cluster) => (cluster.recover_data_size ?? 0) === 0),
      count: disks.length,
    }));
    expect(seen.some(({ isolated }) => isolated)).toBe(true);
    expect(seen.some(({ offline }) => offline)).toBe(true);
    expect(seen.some(({ recovering }) => recovering)).toBe(true);
    expect(seen.some(({ rest }) => rest)).toBe(true);
    expect(new Set(seen.map(({ count }) => count))).toEqual(new Set([known.size]));
    expect(disks.some(({ id }) => !known.has(id))).toBe(true);
    const nested = new Set(hosts.flatMap((host) => host.disks ?? []).map(({ id }) => id));
    expect(disks.every(({ id }) => nested.has(id))).toBe(true);
  });

  test('a host goes and comes back, with an alert that starts and ends', async () => {
    const simulator = await start();
    const { hosts, alerts, globalAlertRules, alertRules } = simulator.state;
    const healthy = new Set(hosts.filter((host) => host.status === 'CONNECTED_HEALTHY').map(({ id }) => id));
    const statuses = watch(simulator, 3 * hour, () =>
      hosts.filter((host) => healthy.has(host.id)).map((host) => host.status),
    ).flat();
    expect(new Set(statuses)).toEqual(new Set(['CONNECTED_HEALTHY', 'SESSION_EXPIRED', 'CONNECTING']));
    const rule = globalAlertRules.find(({ name }) => name === 'host_work_status_is_unknown');
    const locals = new Set(alertRules.filter((one) => one.global_alert_rule.id === rule?.id).map(({ id }) => id));
    const raised = alerts.filter(
      (alert) => locals.has(alert.alert_rule?.id ?? '') && Date.parse(alert.create_time ?? '') > still().now(),
    );
    expect(raised.some(({ ended }) => ended)).toBe(true);
  });

  test('usage swings within what there is, and clusters stay the sums of their hosts', async () => {
    const simulator = await start();
    const { hosts, clusters, vms } = simulator.state;
    const wrong = watch(simulator, hour, () => [
      ...hosts.filter((host) => (host.used_cpu_hz ?? 0) > host.total_cpu_hz),
      ...hosts.filter((host) => host.used_data_space + host.failure_data_space > host.total_data_capacity),
      ...vms.filter((vm) => (vm.cpu_usage ?? 0) > 100 || (vm.memory_usage ?? 0) > 100),
      ...clusters.filter((cluster) => {
        const own = hosts.filter((host) => host.cluster.id === cluster.id);
        const sum = own.reduce((total, host) => total + (host.used_cpu_hz ?? 0), 0);
        return Math.abs((cluster.used_cpu_hz ?? 0) - sum) > 1e-9 * sum;
      }),
    ]).flat();
    expect(wrong).toEqual([]);
  });
});

test('rows that a test takes away or changes are no trouble', async () => {
  const simulator = await start();
  const { vms, hosts, disks, alerts, clusters } = simulator.state;
  simulator.advance(10 * minute);
  vms.splice(0, 100);
  hosts.splice(0, 6);
  disks.splice(0, 60);
  alerts.splice(0);
  clusters.splice(0, 1);
  simulator.advance(2 * hour);
  [vms, hosts, disks, clusters].forEach((rows) => rows.splice(0));
  simulator.advance(2 * hour);
  expect(vms).toEqual([]);
});
