import { describe, expect, it } from 'vitest';
import { createDashboard } from '../../src/dashboard/model.ts';
import type { TowerObjects } from '../../src/dashboard/objects.ts';
import { everything } from '../../src/dashboard/scope.ts';
import { cluster, disk, host, polledAlert, vm } from '../collectors/support/rows.ts';
import { now, scope, tower, unread } from './estate.ts';
import { asSum, expected } from './oracle.ts';

const ago = (days: number): string => new Date(now - days * 86_400_000).toISOString();
const inCluster = (id: string) => ({ id, name: id });

/** One estate for each place where the sample errs, and some where it is right. The numbers are API.md's. */
const estates: readonly (readonly [string, readonly TowerObjects[]])[] = [
  [
    'an ordinary cluster',
    [tower({ clusters: [cluster({ id: 'c1' })], hosts: [host({ id: 'h1' }), host({ id: 'h2' })] })],
  ],
  [
    'two towers with the same ids',
    [tower({ clusters: [cluster({ id: 'c1' })] }), tower({ tower: 'b', clusters: [cluster({ id: 'c1' })] })],
  ],
  [
    '2: alerts without a cluster, with severities that nobody knows',
    [
      tower({
        alerts: [null, 'SEVERITY_UNSPECIFIED', 'fatal', 'CRITICAL', 'NOTICE', 'INFO'].map((severity, at) =>
          polledAlert({ id: `a${at}`, severity, cluster: at % 2 === 0 ? null : inCluster('c1') }),
        ),
      }),
    ],
  ],
  [
    '4: only ZBS clusters',
    [tower({ clusters: [cluster({ id: 'c1', type: 'SMTX_ZBS' }), cluster({ id: 'c2', type: 'SMTX_ZBS' })] })],
  ],
  [
    '4: totals of zero',
    [
      tower({
        clusters: [
          cluster({ id: 'c1', total_cpu_hz: 0, total_data_capacity: 0, used_data_space: 0, failure_data_space: 0 }),
        ],
      }),
    ],
  ],
  ['5: no cluster at all', [tower()]],
  [
    '7: hosts in every state, and of a cluster that is not listed',
    [
      tower({
        clusters: [cluster({ id: 'c1' })],
        hosts: [
          host({ id: 'h1', state: 'IDLE', status: 'CONNECTED_ERROR' }),
          host({ id: 'h2', state: 'REMOVING' }),
          host({ id: 'h3', status: 'CONNECTED_WARNING' }),
          host({ id: 'h4', status: 'CONNECTED_ERROR' }),
          host({ id: 'h5', status: 'SESSION_EXPIRED' }),
          host({ id: 'h6', status: 'CONNECTING' }),
          host({ id: 'h7', status: null }),
          host({ id: 'h8', cluster: inCluster('gone') }),
          host({ id: 'h9', cluster: null }),
        ],
      }),
    ],
  ],
  [
    '8: recovery of null, zero and some',
    [
      tower({
        clusters: [
          cluster({ id: 'c1', recover_data_size: null }),
          cluster({ id: 'c2', recover_data_size: 0 }),
          cluster({ id: 'c3', recover_data_size: 5, recover_speed: null }),
        ],
      }),
    ],
  ],
  [
    '9: every product and state',
    [
      tower({
        clusters: [
          cluster({ id: 'c1', type: 'SMTX_ELF', total_data_capacity: null }),
          cluster({ id: 'c2', hypervisor: 'XENSERVER' }),
          cluster({ id: 'c3', type: 'BLUESHARK', connect_state: 'CONNECTED_ERROR' }),
          cluster({ id: 'c4', hypervisor: 'VMWARE', connect_state: 'DISCONNECTED' }),
          cluster({ id: 'c5', type: null, connect_state: 'REMOVING' }),
          cluster({ id: 'c6', connect_state: 'INITIALIZING' }),
        ],
      }),
    ],
  ],
  [
    '10: ELF memory of its hosts, vSphere memory of the cluster',
    [
      tower({
        clusters: [
          cluster({ id: 'c1' }),
          cluster({ id: 'c2', hypervisor: 'VMWARE', total_memory_bytes: 5000, used_memory_bytes: 1 }),
        ],
        hosts: [
          host({ id: 'h1' }),
          host({ id: 'h2', os_memory_bytes: null }),
          host({ id: 'h3', os_memory_bytes: null, running_pause_vm_memory_bytes: null }),
          host({ id: 'h4', cluster: inCluster('c2') }),
        ],
      }),
    ],
  ],
  [
    '11: nulls among the sums, and less than nothing available',
    [
      tower({
        clusters: [
          cluster({ id: 'c1', used_data_space: 9900 }),
          cluster({ id: 'c2', total_data_capacity: null }),
          cluster({ id: 'c3', used_cpu_hz: null, total_cpu_cores: null }),
        ],
      }),
    ],
  ],
  [
    '12, 13: disks of every spelling and verdict',
    [
      tower({
        disks: ['SSD', 'NVMe_SSD', 'SATA_OR_SAS_SSD', 'HDD', 'PMem', 'TAPE', null].flatMap((type) =>
          [null, 'HEALTHY', 'UNHEALTHY', 'SUBHEALTHY', 'SMART_FAILED', 'SOFTWARE_RAID_FAILURE', 'NEW'].flatMap(
            (health_status) =>
              [null, 'MOUNTED', 'UNMOUNTED', 'PARTIAL_MOUNTED', 'ISOLATED', 'NEW'].map((usage_status) =>
                disk({ id: `${type}${health_status}${usage_status}`, type, health_status, usage_status }),
              ),
          ),
        ),
      }),
    ],
  ],
  [
    '17–21: the recycle bin',
    [
      tower({
        clusters: [cluster({ id: 'c1' }), cluster({ id: 'c2' })],
        clusterSettings: [
          { id: 's1', cluster: inCluster('c1'), vm_recycle_bin: null },
          { id: 's2', cluster: inCluster('c2'), vm_recycle_bin: { enabled: true, retain: 7 } },
        ],
        recycledVms: [0, 0.5, 5.99, 6, 22.9, 23, 28.99, 29, 30, 99]
          .flatMap((days, at) => [
            vm({ id: `v${at}`, deleted_at: ago(days), size: 2 ** at }),
            vm({ id: `w${at}`, cluster: inCluster('c2'), deleted_at: ago(days), size: 3 ** at }),
          ])
          .concat([
            vm({ id: 'x', deleted_at: null, size: 7 }),
            vm({ id: 'y', cluster: null, size: null, deleted_at: ago(30) }),
          ]),
      }),
    ],
  ],
];

describe('the dashboard equals the official sample where that is right, and corrects it elsewhere', () => {
  it.each(estates)('%s', (_title, towers) => {
    const shown = createDashboard(towers, everything, now);
    const truth = expected(towers, now);
    expect(shown.alerts).toEqual(truth.alerts);
    expect(shown.disks).toEqual(truth.disks);
    expect(shown.hosts).toEqual(truth.hosts);
    expect(shown.products).toEqual(truth.products);
    if (shown.cpu === null) expect(truth.cores.parts).toBe(0);
    else {
      expect(shown.cpu.cores).toEqual(asSum(truth.cores));
      expect(shown.cpu.total).toEqual(asSum(truth.cpuTotal));
      expect(shown.cpu.used).toEqual(asSum(truth.cpuUsed));
    }
    if (shown.memory !== null && truth.memoryTotal.parts > 0 && (towers[0]?.hosts ?? []).length > 0) {
      expect(shown.memory.total).toEqual(asSum(truth.memoryTotal));
      expect(shown.memory.used).toEqual(asSum(truth.memoryUsed));
    }
    expect(shown.storage?.total).toEqual(asSum(truth.storageTotal));
    expect(shown.storage?.used).toEqual(asSum(truth.storageUsed));
    expect(shown.storage?.invalid).toEqual(asSum(truth.storageInvalid));
    expect(shown.storage?.available).toEqual(asSum(truth.available));
    expect(shown.recovery).toHaveLength(truth.recovery);
    expect(shown.recycleBin?.vms).toBe(truth.bin.vms);
    expect(shown.recycleBin?.size.value ?? 0).toBe(truth.bin.size);
    expect(shown.recycleBin?.today.value ?? 0).toBe(truth.bin.today);
    expect(shown.recycleBin?.week.value ?? 0).toBe(truth.bin.week);
  });
});

describe('usage', () => {
  it('is a share of what reported both, and none of nothing', () => {
    const clusters = [
      cluster({ id: 'c1', used_cpu_hz: 1, total_cpu_hz: 4 }),
      cluster({ id: 'c2', used_cpu_hz: null, total_cpu_hz: 4 }),
    ];
    expect(createDashboard([tower({ clusters })], everything, now).cpu?.usage).toBe(0.25);
    const idle = [cluster({ id: 'c1', used_cpu_hz: 0, total_cpu_hz: 0 })];
    expect(createDashboard([tower({ clusters: idle })], everything, now).cpu?.usage).toBeNull();
  });

  it('leaves processors and memory out where only ZBS clusters are in scope', () => {
    const clusters = [cluster({ id: 'c1', type: 'SMTX_ZBS' }), cluster({ id: 'c2' })];
    const towers = [tower({ clusters })];
    expect(createDashboard(towers, scope({ cluster_id: 'c1' }), now)).toMatchObject({ cpu: null, memory: null });
    expect(createDashboard(towers, everything, now).cpu?.total).toEqual({ value: 200e9, missing: 0 });
  });

  it('says that the memory of an ELF cluster without known hosts is missing', () => {
    const memory = createDashboard([tower({ clusters: [cluster({ id: 'c1' })] })], everything, now).memory;
    expect(memory).toEqual({ total: { value: null, missing: 1 }, used: { value: null, missing: 1 }, usage: null });
  });
});

describe('cluster info', () => {
  const infoOf = (fields: Parameters<typeof cluster>[0]) =>
    createDashboard([tower({ clusters: [cluster(fields)] })], everything, now).clusters[0];

  it.each([
    ['5.0.0', { boost: true, rdma: true, pmem: null }],
    ['10.1', { boost: true, rdma: true, pmem: null }],
    ['4.9.9', { boost: false, rdma: false, pmem: null }],
    [null, { boost: false, rdma: false, pmem: null }],
  ])('14, 15: the modes of version %s', (version, modes) => {
    expect(infoOf({ id: 'c1', version, vhost_enabled: null, rdma_enabled: true })?.modes).toEqual(modes);
  });

  it.each([
    ['PERPETUAL', '2027-01-01T00:00:00Z', 'perpetual'],
    ['SUBSCRIPTION', null, null],
    ['SUBSCRIPTION', '1970-01-01T00:00:00.000Z', null],
    ['TRIAL', '2027-01-01T00:00:00Z', Date.UTC(2027, 0) / 1000],
  ])('16: a licence %s until %s ends %s', (license_type, license_expire_date, expiry) => {
    expect(infoOf({ id: 'c1', license_type, license_expire_date })?.license.expiry).toBe(expiry);
  });
});

describe('the scope', () => {
  const towers = [
    tower({
      clusters: [cluster({ id: 'c1', datacenters: [inCluster('d2')] }), cluster({ id: 'c2' }), cluster({ id: 'c3' })],
      hosts: [host({ id: 'h1' }), host({ id: 'h2', cluster: inCluster('c2') })],
      disks: [disk({ id: 'd1' }), disk({ id: 'd2', host: { id: 'h2', name: '' } }), disk({ id: 'd3', host: null })],
      alerts: [
        polledAlert({ id: 'a1' }),
        polledAlert({ id: 'a2', cluster: null }),
        polledAlert({ id: 'a3', cluster: inCluster('c2') }),
      ],
      recycledVms: [vm({ id: 'v1' }), vm({ id: 'v2', cluster: null })],
      datacenters: [{ id: 'd1', name: 'one', clusters: [inCluster('c1'), inCluster('c2')] }],
    }),
    tower({ tower: 'b', clusters: [cluster({ id: 'c1' })], alerts: [polledAlert({ id: 'a1' })] }),
  ];
  const counted = (fields: Parameters<typeof scope>[0]) => {
    const { clusters, hosts, disks, alerts, recycleBin } = createDashboard(towers, scope(fields), now);
    return [clusters.length, hosts?.total, disks?.ssd.total, alerts?.total, recycleBin?.vms];
  };

  it.each([
    [{}, [4, 2, 3, 4, 2]],
    [{ tower: 'shanghai' }, [3, 2, 3, 3, 2]],
    [{ tower: 'b' }, [1, 0, 0, 1, 0]],
    [{ cluster_id: 'c1' }, [2, 1, 1, 2, 1]],
    [{ tower: 'shanghai', cluster_id: 'c1' }, [1, 1, 1, 1, 1]],
    [{ datacenter_id: 'd1' }, [2, 2, 2, 2, 1]],
    [{ datacenter_id: 'd2' }, [1, 1, 1, 1, 1]],
    [{ datacenter_id: 'd1', cluster_id: 'c2' }, [1, 1, 1, 1, 0]],
    [{ datacenter_id: 'd1', cluster_id: 'c3' }, [0, 0, 0, 0, 0]],
    [{ cluster_id: 'nowhere' }, [0, 0, 0, 0, 0]],
  ])('%j holds %j', (fields, counts) => {
    expect(counted(fields)).toEqual(counts);
  });

  it('22: an empty one is an empty dashboard, one that was never read holds nothing that could be mistaken for zero', () => {
    expect(createDashboard(towers, scope({ datacenter_id: 'nowhere' }), now)).toMatchObject({
      cpu: null,
      clusters: [],
      recovery: [],
      alertList: [],
    });
    expect(createDashboard([unread], everything, now)).toMatchObject({
      alerts: null,
      disks: null,
      hosts: null,
      products: null,
      storage: null,
      recycleBin: null,
    });
    expect(
      createDashboard([unread, tower({ tower: 'b', alerts: [polledAlert({ id: 'a' })] })], everything, now).alerts
        ?.total,
    ).toBe(1);
  });
});

describe('the list of alerts', () => {
  it('begins with the worst, of those with the newest', () => {
    const times: readonly (readonly [string, string | null, string])[] = [
      ['old-critical', ago(9), 'CRITICAL'],
      ['info', ago(1), 'INFO'],
      ['new-critical', ago(1), 'CRITICAL'],
      ['timeless-critical', null, 'CRITICAL'],
      ['notice', ago(2), 'NOTICE'],
      ['strange', ago(3), 'FATAL'],
    ];
    const alerts = times.map(([id, local_start_time, severity]) => polledAlert({ id, local_start_time, severity }));
    const { alertList } = createDashboard([tower({ alerts })], everything, now);
    expect(alertList.map(({ id }) => id)).toEqual([
      'new-critical',
      'old-critical',
      'timeless-critical',
      'strange',
      'notice',
      'info',
    ]);
  });
});
