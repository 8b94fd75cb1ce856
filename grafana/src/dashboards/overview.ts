import { boardUrl } from '../shared/dashboard.ts';
import type { Board } from '../shared/dashboard.ts';
import { barPanel, graphPanel, statPanel } from '../shared/panels.ts';
import { daysUntilFull, neverFull, orZero, series, storageGrowth, total } from '../shared/promql.ts';
import { tablePanel } from '../shared/table.ts';
import {
  daysLeft,
  filling,
  neutral,
  oneIsGood,
  textFrom,
  texts,
  zeroIsCalm,
  zeroIsGood,
} from '../shared/thresholds.ts';

const health = [
  statPanel(
    {
      title: 'Towers down',
      description:
        'Towers whose latest request no exporter got an answer to (cloudtower_up). Anything but 0: see the runbook CloudTowerTowerDown.',
      unit: 'short',
      steps: zeroIsGood,
    },
    `sum(1 - ${series('tower', 'cloudtower_up')})`,
  ),
  statPanel(
    {
      title: 'Clusters abnormal',
      description:
        'Clusters that are disconnected, in error or being removed (cloudtower_cluster_abnormal). The table below names them.',
      unit: 'short',
      steps: zeroIsGood,
    },
    total('cluster', 'cloudtower_cluster_abnormal'),
  ),
  statPanel(
    {
      title: 'Critical alerts',
      description:
        'Unresolved critical alerts of CloudTower, those without a cluster included. The board "Alerts and bridge" lists them.',
      unit: 'short',
      steps: zeroIsGood,
    },
    total('alert', 'cloudtower_alerts', { where: 'severity="critical"', keep: ['severity'] }),
  ),
  statPanel(
    {
      title: 'Other alerts',
      description: 'Unresolved alerts of severity notice, info or unknown, those without a cluster included.',
      unit: 'short',
      steps: zeroIsCalm,
    },
    total('alert', 'cloudtower_alerts', { where: 'severity!="critical"', keep: ['severity'] }),
  ),
  statPanel(
    {
      title: 'Hosts not healthy',
      description:
        'Hosts that are unhealthy, in error, being removed or in an unknown state. Idle hosts are not counted.',
      unit: 'short',
      steps: zeroIsGood,
    },
    total('cluster', 'cloudtower_cluster_hosts', { where: 'condition!~"healthy|idle"', keep: ['condition'] }),
  ),
  statPanel(
    {
      title: 'Disks in error',
      description:
        'Disks that are unhealthy, failing, failed their SMART test or have a broken software RAID. The board "Disks" lists them.',
      unit: 'short',
      steps: zeroIsGood,
    },
    total('cluster', 'cloudtower_cluster_disks', { where: 'condition="error"', keep: ['type', 'condition'] }),
  ),
  statPanel(
    {
      title: 'To recover',
      description:
        'Data that has fewer copies than it should and is being recovered. Above 0 for hours: see the runbook CloudTowerDataRecoveryLong.',
      unit: 'bytes',
      steps: zeroIsCalm,
    },
    total('cluster', 'cloudtower_cluster_data_recovery_remaining_bytes'),
  ),
  statPanel(
    {
      title: 'Collectors failing',
      description:
        'Collectors whose latest run failed in every exporter: what they bring is old or gone. See the board "Exporter health".',
      unit: 'short',
      steps: zeroIsGood,
    },
    `sum(1 - ${series('tower', 'cloudtower_collector_success', { keep: ['collector'] })})`,
  ),
];

const capacity = [
  barPanel(
    {
      title: 'Storage used',
      description: 'Used share of each cluster’s storage capacity, the fullest 20. CloudTower warns at 80 % and 90 %.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [`sort_desc(topk(20, ${series('cluster', 'cloudtower_cluster_storage_usage_ratio')}))`, '{{cluster_name}}'],
  ),
  barPanel(
    {
      title: 'Memory used',
      description:
        'Used share of each cluster’s memory, the fullest 20: on ELF what running and suspended VMs and the hosts’ systems hold, on vSphere what is measured.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [`sort_desc(topk(20, ${series('cluster', 'cloudtower_cluster_memory_usage_ratio')}))`, '{{cluster_name}}'],
  ),
  barPanel(
    {
      title: 'CPU used',
      description: 'Used share of each cluster’s CPU frequency, the busiest 20.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [`sort_desc(topk(20, ${series('cluster', 'cloudtower_cluster_cpu_usage_ratio')}))`, '{{cluster_name}}'],
  ),
  graphPanel(
    {
      title: 'Storage of the estate',
      description: 'Capacity and used space of all clusters in scope together. Failed space is part of the capacity.',
      unit: 'bytes',
    },
    [total('cluster', 'cloudtower_cluster_storage_capacity_bytes'), 'capacity'],
    [total('cluster', 'cloudtower_cluster_storage_used_bytes'), 'used'],
  ),
  graphPanel(
    {
      title: 'VMs',
      description: 'VMs of all clusters in scope by status, as the clusters count them.',
      unit: 'short',
      stacked: true,
    },
    [total('cluster', 'cloudtower_cluster_vms', { by: ['status'] }), '{{status}}'],
  ),
];

const forecast = tablePanel({
  title: 'What fills up first',
  description:
    'Storage of each cluster, the soonest full first. Growth is the slope of the line through the last day of use; days left divide the space that is free by it. A young installation needs a day for a steady figure.',
  labels: { cluster_name: 'Cluster', tower: 'Tower' },
  columns: [
    {
      name: 'Days until full',
      expression: daysUntilFull(),
      unit: 'd',
      steps: daysLeft,
      mappings: [textFrom(neverFull, 'not filling', 'green')],
    },
    {
      name: 'Used',
      expression: series('cluster', 'cloudtower_cluster_storage_usage_ratio'),
      unit: 'percentunit',
      steps: filling,
    },
    { name: 'Available', expression: series('cluster', 'cloudtower_cluster_storage_available_bytes'), unit: 'bytes' },
    { name: 'Growth a day', expression: storageGrowth(), unit: 'bytes' },
    {
      name: 'Failed',
      expression: series('cluster', 'cloudtower_cluster_storage_invalid_bytes'),
      unit: 'bytes',
      steps: zeroIsGood,
    },
  ],
  sort: { by: 'Days until full', descending: false },
  links: {
    Cluster: { title: 'Open the cluster', url: boardUrl('cloudtower-cluster', { tower: 'Tower', cluster: 'Cluster' }) },
  },
});

const deadlines = [
  barPanel(
    {
      title: 'Licences: days left',
      description:
        'Days until the licence of a cluster, or of CloudTower itself, expires, the 20 soonest. Perpetual licences are not shown; below 0: expired. Alerts at 30 and 7 days.',
      unit: 'd',
      steps: daysLeft,
    },
    [
      `sort(bottomk(20, (${series('cluster', 'cloudtower_cluster_license_expiry_timestamp_seconds')} - time()) / 86400))`,
      '{{cluster_name}}',
    ],
    [
      orZero(`(${series('tower', 'cloudtower_license_expiry_timestamp_seconds', { pick: 'min' })} - time()) / 86400`, {
        name: 'tower',
        value: '(no CloudTower licence that expires)',
      }),
      'CloudTower {{tower}}',
    ],
  ),
  barPanel(
    {
      title: 'The recycle bin gives back',
      description:
        'Space of VMs in the recycle bin that reach the end of their retention within a day (today), and after that within 7 days (7d). They cannot be restored afterwards.',
      unit: 'bytes',
      steps: neutral,
    },
    [total('cluster', 'cloudtower_recycle_bin_release_bytes', { by: ['window'] }), '{{window}}'],
  ),
  graphPanel(
    {
      title: 'Unresolved alerts',
      description: 'Alerts of CloudTower that have not ended, by severity, those without a cluster included.',
      unit: 'short',
      stacked: true,
      span: 8,
    },
    [total('alert', 'cloudtower_alerts', { by: ['severity'] }), '{{severity}}'],
  ),
];

const clusters = tablePanel({
  title: 'Clusters',
  description: 'Every cluster in scope, what it is and how it does. A click on the name opens its board.',
  labels: { cluster_name: 'Cluster', tower: 'Tower', type: 'Type', hypervisor: 'Hypervisor', version: 'Version' },
  columns: [
    {
      name: 'Info',
      expression: series('cluster', 'cloudtower_cluster_info', { keep: ['type', 'hypervisor', 'version'] }),
      unit: 'short',
      hidden: true,
    },
    {
      name: 'Connected',
      expression: `1 - ${series('cluster', 'cloudtower_cluster_abnormal')}`,
      unit: 'short',
      steps: oneIsGood,
      mappings: [texts({ 0: ['abnormal', 'red'], 1: ['yes', 'green'] })],
    },
    {
      name: 'CPU',
      expression: series('cluster', 'cloudtower_cluster_cpu_usage_ratio'),
      unit: 'percentunit',
      steps: filling,
    },
    {
      name: 'Memory',
      expression: series('cluster', 'cloudtower_cluster_memory_usage_ratio'),
      unit: 'percentunit',
      steps: filling,
    },
    {
      name: 'VMs running',
      expression: series('cluster', 'cloudtower_cluster_vms', { where: 'status="running"' }),
      unit: 'short',
    },
    {
      name: 'Critical alerts',
      expression: series('cluster', 'cloudtower_alerts', { where: 'severity="critical"' }),
      unit: 'short',
      steps: zeroIsGood,
    },
  ],
  sort: { by: 'Critical alerts', descending: true },
  links: {
    Cluster: { title: 'Open the cluster', url: boardUrl('cloudtower-cluster', { tower: 'Tower', cluster: 'Cluster' }) },
  },
});

/** The estate in one look: is it well, how full is it, what fills up or runs out first. */
export const overview: Board = {
  uid: 'cloudtower-overview',
  title: 'CloudTower / Overview',
  description: 'The whole estate: health, capacity, what fills up or runs out first.',
  variables: 'cluster',
  from: 'now-24h',
  rows: [
    { title: 'Is everything well?', panels: health },
    { title: 'How full is it?', panels: capacity },
    { title: 'What comes next?', panels: [forecast, ...deadlines] },
    { title: 'Clusters', panels: [clusters] },
  ],
};
