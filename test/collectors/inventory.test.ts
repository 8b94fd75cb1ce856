import { afterEach, describe, expect, it } from 'vitest';
import type { TowerSettings } from '../../src/collectors/settings.ts';
import { towerError } from './support/fake-tower.ts';
import { only, type Rig, type RigOptions, rig as makeRig, settings } from './support/runtime.ts';

const started: Rig[] = [];
const rig = (options?: RigOptions): Rig => {
  const made = makeRig(options);
  started.push(made);
  const { rows } = made.tower;
  rows['get-clusters'] = [
    { id: 'c1', name: 'one', hypervisor: 'ELF', datacenters: [{ id: 'dc1', name: 'd' }] },
    { id: 'c2', name: 'two', hypervisor: 'VMWARE', datacenters: [{ id: 'dc2', name: 'e' }] },
  ];
  rows['get-hosts'] = [
    { id: 'h1', name: 'host', cluster: { id: 'c1', name: 'one' }, total_memory_bytes: 10, used_memory_bytes: 5 },
  ];
  rows['get-disks'] = [{ id: 'd1', name: 'sda', host: { id: 'h1', name: 'host' }, size: 7 }];
  rows['get-vms'] = [
    { id: 'v1', name: 'a', cluster: { id: 'c1', name: 'one' }, in_recycle_bin: true, size: 3 },
    { id: 'v2', name: 'b', cluster: { id: 'c1', name: 'one' }, in_recycle_bin: false, size: 4 },
  ];
  return made;
};

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ runtime }) => runtime.stop()));
});

const withVms = (): TowerSettings => {
  const { collectors, ...rest } = settings();
  return { ...rest, collectors: { ...collectors, vms: { ...collectors.vms, enabled: true } } };
};

const wheres = ({ tower }: Rig, operation: string): unknown[] =>
  tower.asked.filter((asked) => asked.operation === operation).map(({ where }) => where);

describe('sharing reads', () => {
  it('downloads nothing twice in a cycle', async () => {
    const { runtime, clock, tower } = rig();
    runtime.start();
    await clock.advance(1000);
    expect(tower.counts).toEqual({
      'get-clusters': 1,
      'get-hosts': 1,
      'get-disks': 1,
      'get-alerts': 1,
      'get-vms': 1,
      'get-cluster-settingses': 1,
      'get-global-settingses': 1,
      'get-deploys': 1,
      'get-licenses': 1,
      'get-datacenters': 1,
    });
    await clock.advance(30_000);
    expect(tower.counts).toMatchObject({ 'get-clusters': 2, 'get-hosts': 2, 'get-alerts': 2, 'get-disks': 1 });
    await clock.advance(270_000);
    expect(tower.counts).toMatchObject({ 'get-clusters': 11, 'get-hosts': 11, 'get-alerts': 11, 'get-disks': 2 });
  });

  it('waits together for a slow read', async () => {
    const { runtime, clock, tower, published } = rig();
    const release = tower.hold('get-clusters');
    runtime.start();
    await clock.advance(10_000);
    expect(published.has('hosts')).toBe(false);
    release();
    await clock.settle();
    expect(tower.counts['get-clusters']).toBe(1);
    expect(published.get('hosts')?.join('\n')).toContain('cluster_name="one"');
  });

  it('reuses a read for less than half its owner’s interval, and the owner reads anew at its own', async () => {
    const { collectors, ...rest } = only('clusters', 'disks');
    const disks = { enabled: true, interval: 40_000, stale_after: 200_000 };
    const { runtime, clock, tower } = rig({ config: { ...rest, collectors: { ...collectors, disks } } });
    runtime.start();
    await clock.advance(39_999);
    expect(tower.counts).toMatchObject({ 'get-clusters': 2, 'get-disks': 1 });
    await clock.advance(1);
    // Ten seconds after the clusters collector read them.
    expect(tower.counts).toMatchObject({ 'get-clusters': 2, 'get-disks': 2 });
    await clock.advance(40_000);
    // Twenty seconds after.
    expect(tower.counts).toMatchObject({ 'get-clusters': 4, 'get-disks': 3 });
  });

  it('reads what a disabled collector would own at the interval of who needs it', async () => {
    const { runtime, clock, tower } = rig({ config: only('disks') });
    runtime.start();
    await clock.advance(299_000);
    expect(tower.counts).toEqual({ 'get-disks': 1, 'get-hosts': 1, 'get-clusters': 1 });
    await clock.advance(2000);
    expect(tower.counts).toEqual({ 'get-disks': 2, 'get-hosts': 2, 'get-clusters': 2 });
  });

  it('takes recycled VMs from the vms collector where that runs', async () => {
    const alone = rig({ config: only('recycle_bin') });
    alone.runtime.start();
    await alone.clock.advance(1000);
    expect(wheres(alone, 'get-vms')).toEqual([{ in_recycle_bin: true }]);
    const shared = rig({ config: withVms() });
    shared.runtime.start();
    await shared.clock.advance(1000);
    expect(wheres(shared, 'get-vms')).toEqual([undefined]);
    expect(shared.published.get('recycle_bin')).toEqual(
      expect.arrayContaining([...(alone.published.get('recycle_bin') ?? ['nothing'])]),
    );
    expect(shared.published.get('recycle_bin')).toContain(
      'cloudtower_recycle_bin_bytes{cluster_id="c1",cluster_name="one"} 3',
    );
    await shared.clock.advance(300_000);
    expect(wheres(shared, 'get-vms')).toEqual(Array.from({ length: 6 }));
  });

  it.each([
    [600, [undefined, { in_recycle_bin: true }]],
    [660, [undefined]],
  ])(
    'with VMs every %i s, reads the recycled ones alone unless that read is fresh enough',
    async (seconds, expected) => {
      const { collectors, ...rest } = only('recycle_bin');
      const vms = { enabled: true, interval: seconds * 1000, stale_after: seconds * 5000 };
      const made = rig({ config: { ...rest, collectors: { ...collectors, vms } } });
      made.runtime.start();
      await made.clock.advance(301_000);
      expect(wheres(made, 'get-vms')).toEqual(expected);
    },
  );

  it('reads the recycled VMs alone when the vms collector’s read fails', async () => {
    const { runtime, clock, tower, reports } = rig({ config: withVms() });
    const all = tower.rows['get-vms'] ?? [];
    tower.answers.set('get-vms', ({ where }) =>
      where === undefined ? Promise.reject(towerError('too_large')) : Promise.resolve(all.slice(0, 1)),
    );
    runtime.start();
    await clock.advance(1000);
    expect(reports.filter(({ success }) => !success).map(({ collector }) => collector)).toEqual(['vms']);
  });

  it('shows the latest rows and when they were read', async () => {
    const { runtime, clock, tower } = rig();
    expect(runtime.inventory.latest('hosts')).toBeNull();
    runtime.start();
    await clock.advance(1000);
    expect(runtime.inventory.latest('hosts')?.rows.map(({ id }) => id)).toEqual(['h1']);
    const { at } = runtime.inventory.latest('hosts') ?? {};
    expect(at).toBe(clock.now() - 1000);
    tower.fail('get-hosts', 'network');
    await clock.advance(30_000);
    expect(runtime.inventory.latest('hosts')?.at).toBe(at);
  });
});

describe('joining what cannot be read', () => {
  it('takes the last known rows until they are stale, then what the rows say themselves', async () => {
    const { runtime, clock, tower, published } = rig({ config: only('clusters', 'hosts') });
    tower.rows['get-hosts'] = [{ id: 'h1', name: 'n', cluster: { id: 'c1', name: 'old name' }, total_cpu_cores: 4 }];
    runtime.start();
    await clock.advance(1000);
    tower.fail('get-clusters', 'network');
    const cores = () => published.get('hosts')?.find((line) => line.startsWith('cloudtower_host_cpu_cores'));
    await clock.advance(120_000);
    expect(cores()).toContain('cluster_name="one"');
    await clock.advance(60_000);
    expect(cores()).toContain('cluster_id="c1",cluster_name="old name"');
  });

  it('does not fail with the others’ failures', async () => {
    const { runtime, clock, tower, reports, published } = rig();
    tower.fail('get-clusters', 'forbidden');
    tower.fail('get-hosts', 'invalid');
    runtime.start();
    await clock.advance(1000);
    const failed = reports.filter(({ success }) => !success).map(({ collector }) => collector);
    expect(failed.toSorted()).toEqual(['clusters', 'hosts']);
    expect(published.get('disks')).toContain(
      'cloudtower_disk_size_bytes{cluster_id="",cluster_name="",host_id="h1",host_name="host",disk_id="d1",disk_name="sda"} 7',
    );
  });

  it('waits for a hanging join no longer than half the run', async () => {
    const { runtime, clock, tower, published } = rig({ config: only('hosts') });
    tower.hold('get-clusters');
    runtime.start();
    await clock.advance(14_000);
    expect(published.has('hosts')).toBe(false);
    await clock.advance(1000);
    expect(published.has('hosts')).toBe(true);
  });
});

describe('scope', () => {
  const scoped = (scope: TowerSettings['scope']): Rig => {
    const made = rig({ config: { ...withVms(), scope } });
    made.tower.rows['get-datacenters'] = [
      {
        id: 'dc1',
        name: 'd',
        clusters: [
          { id: 'c1', name: 'one' },
          { id: 'c3', name: 'three' },
        ],
      },
    ];
    return made;
  };
  const shapes = async (scope: TowerSettings['scope']): Promise<Record<string, unknown>> => {
    const { runtime, clock, tower } = scoped(scope);
    runtime.start();
    await clock.advance(1000);
    expect(Object.values(tower.counts).every((count) => count === 1)).toBe(true);
    return Object.fromEntries(tower.asked.map(({ operation, where }) => [operation, where]));
  };
  const inScope = (ids: readonly string[]) => ({
    'get-hosts': { cluster: { id_in: ids } },
    'get-disks': { host: { cluster: { id_in: ids } } },
    'get-alerts': { ended: false, cluster: { id_in: ids } },
    'get-vms': { cluster: { id_in: ids } },
    'get-cluster-settingses': { cluster: { id_in: ids } },
    'get-datacenters': { clusters_some: { id_in: ids } },
    'get-global-settingses': undefined,
    'get-deploys': undefined,
    'get-licenses': undefined,
  });

  it('reads everything when there is none', async () => {
    expect(await shapes({ datacenter_ids: [], cluster_ids: [] })).toEqual({
      'get-clusters': undefined,
      'get-hosts': undefined,
      'get-disks': undefined,
      'get-alerts': { ended: false },
      'get-vms': undefined,
      'get-cluster-settingses': undefined,
      'get-global-settingses': undefined,
      'get-deploys': undefined,
      'get-licenses': undefined,
      'get-datacenters': undefined,
    });
  });

  it('goes into every filter: clusters as named', async () => {
    expect(await shapes({ datacenter_ids: [], cluster_ids: ['c1', 'c9'] })).toEqual({
      'get-clusters': { id_in: ['c1', 'c9'] },
      ...inScope(['c1', 'c9']),
    });
  });

  it('goes into every filter: the clusters of datacenters', async () => {
    expect(await shapes({ datacenter_ids: ['dc1'], cluster_ids: [] })).toEqual({
      'get-clusters': { datacenters_some: { id_in: ['dc1'] } },
      ...inScope(['c1']),
    });
  });

  it('is the union of both', async () => {
    expect(await shapes({ datacenter_ids: ['dc1'], cluster_ids: ['c2'] })).toEqual({
      'get-clusters': { OR: [{ id_in: ['c2'] }, { datacenters_some: { id_in: ['dc1'] } }] },
      ...inScope(['c1', 'c2']),
    });
  });

  it('reads nothing rather than everything when it is empty', async () => {
    const { runtime, clock, tower, reports, published } = scoped({ datacenter_ids: ['dc9'], cluster_ids: [] });
    runtime.start();
    await clock.advance(1000);
    expect(Object.keys(tower.counts).toSorted()).toEqual([
      'get-clusters',
      'get-deploys',
      'get-global-settingses',
      'get-licenses',
    ]);
    expect(reports.every(({ success }) => success)).toBe(true);
    expect(published.get('hosts')).toEqual([]);
    expect(published.get('alerts')).toEqual(['cloudtower_alerts_not_shown{} 0']);
  });

  it('keeps to the last known clusters while they cannot be read, and then reads nothing', async () => {
    const made = scoped({ datacenter_ids: ['dc1'], cluster_ids: [] });
    made.runtime.start();
    await made.clock.advance(1000);
    made.tower.fail('get-clusters', 'network');
    await made.clock.advance(120_000);
    expect(wheres(made, 'get-hosts').at(-1)).toEqual({ cluster: { id_in: ['c1'] } });
    expect(made.reports.findLast(({ collector }) => collector === 'hosts')?.success).toBe(true);
    const asked = made.tower.counts['get-hosts'];
    await made.clock.advance(120_000);
    expect(made.reports.findLast(({ collector }) => collector === 'hosts')?.success).toBe(false);
    expect(made.tower.counts['get-hosts']).toBeLessThanOrEqual((asked ?? 0) + 1);
  });

  it('shows only memberships of clusters in scope', async () => {
    const { runtime, clock, published } = scoped({ datacenter_ids: ['dc1'], cluster_ids: [] });
    runtime.start();
    await clock.advance(1000);
    expect(published.get('tower')?.filter((line) => line.includes('datacenter_id'))).toEqual([
      'cloudtower_datacenter_cluster{datacenter_id="dc1",datacenter_name="d",cluster_id="c1",cluster_name="one"} 1',
    ]);
  });

  it('drops alerts without a cluster when there is one, and keeps them when there is none', async () => {
    const alerts = [
      { id: 'a1', severity: 'INFO', ended: false, cluster: null },
      { id: 'a2', severity: 'INFO', ended: false, cluster: { id: 'c1', name: 'one' } },
    ];
    const counted = async (scope: TowerSettings['scope']): Promise<number | undefined> => {
      const made = scoped(scope);
      made.tower.rows['get-alerts'] = alerts;
      made.runtime.start();
      await made.clock.advance(1000);
      return made.runtime.inventory.latest('alerts')?.rows.length;
    };
    expect(await counted({ datacenter_ids: [], cluster_ids: [] })).toBe(2);
    expect(await counted({ datacenter_ids: [], cluster_ids: ['c1'] })).toBe(1);
  });

  it('takes no alert for unresolved that says it has ended', async () => {
    const made = scoped({ datacenter_ids: [], cluster_ids: [] });
    made.tower.answers.set('get-alerts', () =>
      Promise.resolve([
        { id: 'a1', ended: true },
        { id: 'a2', ended: null },
      ]),
    );
    made.runtime.start();
    await made.clock.advance(1000);
    expect(made.runtime.inventory.latest('alerts')?.rows.map(({ id }) => id)).toEqual(['a2']);
  });

  it('proves the alerts, and nothing else', async () => {
    const { runtime, clock, tower } = scoped({ datacenter_ids: [], cluster_ids: [] });
    runtime.start();
    await clock.advance(1000);
    expect(tower.asked.filter(({ prove }) => prove).map(({ operation }) => operation)).toEqual(['get-alerts']);
  });
});
