import type { Board } from '../shared/dashboard.ts';
import { barPanel, graphPanel, statPanel } from '../shared/panels.ts';
import { daysUntilFull, neverFull, onePer, selector, series, total } from '../shared/promql.ts';
import { tablePanel } from '../shared/table.ts';
import { daysLeft, filling, neutral, textFrom, texts, zeroIsCalm, zeroIsGood } from '../shared/thresholds.ts';

const name = '{{cluster_name}}';

const now = [
  tablePanel({
    title: 'What it is',
    description: 'Release, hardware and licence of each chosen cluster, and its connection to CloudTower.',
    height: 5,
    labels: {
      cluster_name: 'Cluster',
      tower: 'Tower',
      state: 'Connection',
      type: 'Type',
      hypervisor: 'Hypervisor',
      version: 'Version',
      architecture: 'Architecture',
      software_edition: 'Edition',
      license_type: 'Licence',
    },
    columns: [
      {
        name: 'Info',
        expression: series('cluster', 'cloudtower_cluster_info', {
          keep: ['type', 'hypervisor', 'version', 'architecture', 'software_edition', 'license_type'],
        }),
        unit: 'short',
        hidden: true,
      },
      {
        name: 'State',
        expression: `${series('cluster', 'cloudtower_cluster_connect_state', { keep: ['state'] })} == 1`,
        unit: 'short',
        hidden: true,
      },
      { name: 'Cores', expression: series('cluster', 'cloudtower_cluster_cpu_cores'), unit: 'short' },
    ],
  }),
  statPanel(
    {
      title: 'Abnormal',
      description: 'Chosen clusters that are disconnected, in error or being removed.',
      unit: 'short',
      steps: zeroIsGood,
    },
    total('cluster', 'cloudtower_cluster_abnormal'),
  ),
  statPanel(
    {
      title: 'Critical alerts',
      description: 'Unresolved critical alerts of the chosen clusters.',
      unit: 'short',
      steps: zeroIsGood,
    },
    total('cluster', 'cloudtower_alerts', { where: 'severity="critical"' }),
  ),
  statPanel(
    {
      title: 'Soonest full',
      description: 'Days until the first of the chosen clusters has no storage left, at the rate of the last day.',
      unit: 'd',
      decimals: 0,
      steps: daysLeft,
      mappings: [textFrom(neverFull, 'not filling', 'green')],
    },
    `min(${daysUntilFull()})`,
  ),
  statPanel(
    {
      title: 'Available',
      description: 'Storage that can still be written: capacity less used less failed.',
      unit: 'bytes',
      steps: neutral,
    },
    total('cluster', 'cloudtower_cluster_storage_available_bytes'),
  ),
  statPanel(
    {
      title: 'Failed storage',
      description: 'Storage on parts that have failed. See the runbook CloudTowerClusterStorageFailed.',
      unit: 'bytes',
      steps: zeroIsGood,
    },
    total('cluster', 'cloudtower_cluster_storage_invalid_bytes'),
  ),
  statPanel(
    {
      title: 'To recover',
      description: 'Data with fewer copies than it should have, waiting for recovery.',
      unit: 'bytes',
      steps: zeroIsCalm,
    },
    total('cluster', 'cloudtower_cluster_data_recovery_remaining_bytes'),
  ),
  statPanel(
    {
      title: 'VMs running',
      description: 'Running VMs of the chosen clusters, as the clusters count them.',
      unit: 'short',
    },
    total('cluster', 'cloudtower_cluster_vms', { where: 'status="running"' }),
  ),
  statPanel(
    { title: 'Hosts', description: 'Hosts of the chosen clusters in any condition.', unit: 'short' },
    total('cluster', 'cloudtower_cluster_hosts', { keep: ['condition'] }),
  ),
];

const use = [
  graphPanel(
    {
      title: 'CPU used',
      description: 'Used share of the CPU frequency.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
      span: 8,
    },
    [series('cluster', 'cloudtower_cluster_cpu_usage_ratio'), name],
  ),
  graphPanel(
    {
      title: 'Memory used',
      description:
        'Used share of the memory: on ELF what running and suspended VMs and the hosts’ systems hold, on vSphere what is measured.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
      span: 8,
    },
    [series('cluster', 'cloudtower_cluster_memory_usage_ratio'), name],
  ),
  graphPanel(
    {
      title: 'Provisioned to VMs',
      description:
        'vCPUs given to VMs for each CPU core. Above 1 cores are shared; how much is too much depends on the load.',
      unit: 'short',
      decimals: 2,
      span: 8,
    },
    [
      `${series('cluster', 'cloudtower_cluster_provisioned_cpu_cores')} / (${series('cluster', 'cloudtower_cluster_cpu_cores')} > 0)`,
      `${name} vCPUs a core`,
    ],
  ),
  graphPanel(
    { title: 'VMs', description: 'VMs by status, as the clusters count them.', unit: 'short', stacked: true },
    [total('cluster', 'cloudtower_cluster_vms', { by: ['cluster_name', 'status'] }), `${name} {{status}}`],
  ),
  graphPanel(
    {
      title: 'Memory: used, given to VMs, there',
      description: 'Bytes of memory in use, provisioned to VMs (stopped ones included), and the capacity.',
      unit: 'bytes',
    },
    [series('cluster', 'cloudtower_cluster_memory_used_bytes'), `${name} used`],
    [series('cluster', 'cloudtower_cluster_provisioned_memory_bytes'), `${name} provisioned`],
    [series('cluster', 'cloudtower_cluster_memory_capacity_bytes'), `${name} capacity`],
  ),
];

const used = selector('cluster', 'cloudtower_cluster_storage_used_bytes');

const storage = [
  graphPanel(
    {
      title: 'Storage used',
      description: 'Used share of the storage capacity.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [series('cluster', 'cloudtower_cluster_storage_usage_ratio'), name],
  ),
  graphPanel(
    {
      title: 'Storage: used, in a week, there',
      description:
        'Used space, used space in seven days if it goes on as in the last day, and what the cluster can hold (capacity less failed space). Where the second line is above the third, the cluster fills up within the week.',
      unit: 'bytes',
    },
    [series('cluster', 'cloudtower_cluster_storage_used_bytes'), `${name} used`],
    [onePer('cluster', `predict_linear(${used}[1d], 7 * 86400)`), `${name} in 7 days`],
    [
      `${series('cluster', 'cloudtower_cluster_storage_capacity_bytes')} - ${series('cluster', 'cloudtower_cluster_storage_invalid_bytes')}`,
      `${name} can hold`,
    ],
  ),
  graphPanel(
    {
      title: 'Data recovery',
      description:
        'Data still to be recovered. It should fall steadily to 0; level for half an hour: see the runbook CloudTowerDataRecoveryStuck.',
      unit: 'bytes',
      span: 8,
    },
    [series('cluster', 'cloudtower_cluster_data_recovery_remaining_bytes'), name],
  ),
  graphPanel({ title: 'Recovery rate', description: 'Bytes recovered a second.', unit: 'binBps', span: 8 }, [
    series('cluster', 'cloudtower_cluster_data_recovery_bytes_per_second'),
    name,
  ]),
  barPanel(
    {
      title: 'Disks',
      description: 'Disks of the chosen clusters by condition. Everything but healthy is listed in the board "Disks".',
      unit: 'short',
    },
    [total('cluster', 'cloudtower_cluster_disks', { by: ['type', 'condition'] }), '{{type}} {{condition}}'],
  ),
];

const rest = [
  barPanel(
    {
      title: 'Hosts by condition',
      description: 'Hosts of the chosen clusters in each condition.',
      unit: 'short',
      span: 6,
    },
    [total('cluster', 'cloudtower_cluster_hosts', { by: ['condition'] }), '{{condition}}'],
  ),
  barPanel(
    {
      title: 'Alerts by severity',
      description: 'Unresolved alerts of the chosen clusters.',
      unit: 'short',
      steps: zeroIsCalm,
      span: 6,
    },
    [total('cluster', 'cloudtower_alerts', { by: ['severity'] }), '{{severity}}'],
  ),
  tablePanel({
    title: 'Recycle bin and modes',
    description: 'What lies in the recycle bin, what it gives back when retention ends, and the storage modes in use.',
    span: 12,
    height: 8,
    labels: { cluster_name: 'Cluster', tower: 'Tower' },
    columns: [
      {
        name: 'Bin',
        expression: series('cluster', 'cloudtower_recycle_bin_enabled'),
        unit: 'short',
        mappings: [texts({ 0: ['off', 'orange'], 1: ['on', 'green'] })],
      },
      { name: 'Kept', expression: series('cluster', 'cloudtower_recycle_bin_retention_days'), unit: 'd' },
      { name: 'VMs', expression: series('cluster', 'cloudtower_recycle_bin_vms'), unit: 'short' },
      { name: 'Space', expression: series('cluster', 'cloudtower_recycle_bin_bytes'), unit: 'bytes' },
      {
        name: 'Gone today',
        expression: series('cluster', 'cloudtower_recycle_bin_release_bytes', { where: 'window="today"' }),
        unit: 'bytes',
      },
      {
        name: 'Gone in 7 days',
        expression: series('cluster', 'cloudtower_recycle_bin_release_bytes', { where: 'window="7d"' }),
        unit: 'bytes',
      },
      {
        name: 'Modes',
        expression: `sum by (tower, cluster_id, cluster_name) (${series('cluster', 'cloudtower_cluster_mode', { keep: ['mode'] })})`,
        unit: 'short',
      },
    ],
  }),
];

/** One cluster, or a few side by side. */
export const cluster: Board = {
  uid: 'cloudtower-cluster',
  title: 'CloudTower / Cluster',
  description: 'One cluster, or a few side by side: use, storage and its forecast, recovery, recycle bin.',
  variables: 'cluster',
  from: 'now-24h',
  rows: [
    { title: 'Now', panels: now },
    { title: 'Use', panels: use },
    { title: 'Storage', panels: storage },
    { title: 'Hosts, alerts, recycle bin', panels: rest },
  ],
};
