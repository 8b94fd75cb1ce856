import type { Board } from '../shared/dashboard.ts';
import { barPanel, graphPanel, statPanel } from '../shared/panels.ts';
import { series, total } from '../shared/promql.ts';
import { tablePanel } from '../shared/table.ts';
import { filling, zeroIsCalm, zeroIsGood } from '../shared/thresholds.ts';
import type { Steps } from '../shared/thresholds.ts';

const name = '{{cluster_name}} {{host_name}}';
const warm: Steps = ['green', [75, 'yellow'], [85, 'red']];

const hostsIn = (condition: string): string =>
  total('host', 'cloudtower_host_condition', { where: `condition=~"${condition}"`, keep: ['condition'] });

const conditions = [
  statPanel(
    { title: 'Healthy', description: 'Hosts that are connected and healthy.', unit: 'short', span: 4 },
    hostsIn('healthy'),
  ),
  statPanel(
    {
      title: 'Unhealthy',
      description: 'Hosts that are connected but report a warning. See the runbook CloudTowerHostUnhealthy.',
      unit: 'short',
      steps: zeroIsCalm,
      span: 4,
    },
    hostsIn('unhealthy'),
  ),
  statPanel(
    {
      title: 'In error',
      description: 'Hosts that are disconnected or in error. See the runbook CloudTowerHostError.',
      unit: 'short',
      steps: zeroIsGood,
      span: 4,
    },
    hostsIn('error'),
  ),
  statPanel(
    {
      title: 'Idle',
      description: 'Hosts that are attached but not yet members of their cluster.',
      unit: 'short',
      span: 4,
    },
    hostsIn('idle'),
  ),
  statPanel(
    {
      title: 'Being removed',
      description: 'Hosts on their way out of their cluster.',
      unit: 'short',
      steps: zeroIsCalm,
      span: 4,
    },
    hostsIn('removing'),
  ),
  statPanel(
    {
      title: 'Unknown',
      description: 'Hosts that are connecting, initialising, or in a state this version of the exporter does not know.',
      unit: 'short',
      steps: zeroIsCalm,
      span: 4,
    },
    hostsIn('unknown'),
  ),
];

const list = tablePanel({
  title: 'Hosts',
  description: 'Every chosen host with its condition, hardware and use.',
  height: 10,
  labels: {
    host_name: 'Host',
    cluster_name: 'Cluster',
    tower: 'Tower',
    condition: 'Condition',
    management_ip: 'Management address',
    model: 'Model',
    os_version: 'System',
  },
  columns: [
    {
      name: 'Info',
      expression: series('host', 'cloudtower_host_info', { keep: ['management_ip', 'model', 'os_version'] }),
      unit: 'short',
      hidden: true,
    },
    {
      name: 'State',
      expression: `${series('host', 'cloudtower_host_condition', { keep: ['condition'] })} == 1`,
      unit: 'short',
      hidden: true,
    },
    { name: 'Cores', expression: series('host', 'cloudtower_host_cpu_cores'), unit: 'short' },
    { name: 'CPU', expression: series('host', 'cloudtower_host_cpu_usage_ratio'), unit: 'percentunit', steps: filling },
    {
      name: 'Memory',
      expression: series('host', 'cloudtower_host_memory_usage_ratio'),
      unit: 'percentunit',
      steps: filling,
    },
    { name: 'Memory size', expression: series('host', 'cloudtower_host_memory_capacity_bytes'), unit: 'bytes' },
    {
      name: 'VMs running',
      expression: series('host', 'cloudtower_host_vms', { where: 'status="running"' }),
      unit: 'short',
    },
  ],
  sort: { by: 'Memory', descending: true },
});

const use = [
  graphPanel(
    {
      title: 'CPU used',
      description: 'Used share of the CPU frequency, the 20 busiest hosts at each moment.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [`topk(20, ${series('host', 'cloudtower_host_cpu_usage_ratio')})`, name],
  ),
  graphPanel(
    {
      title: 'Memory used',
      description:
        'Used share of the memory, the 20 fullest hosts at each moment. On ELF: what running and suspended VMs and the system hold.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [`topk(20, ${series('host', 'cloudtower_host_memory_usage_ratio')})`, name],
  ),
  graphPanel(
    {
      title: 'Storage used',
      description:
        'Used share of each host’s storage, the 20 fullest. Hosts of one cluster should be alike; data migration evens them out.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [
      `topk(20, ${series('host', 'cloudtower_host_storage_used_bytes')} / (${series('host', 'cloudtower_host_storage_capacity_bytes')} > 0))`,
      name,
    ],
  ),
  graphPanel(
    {
      title: 'CPU temperature',
      description: 'The hottest sensor of each host, the 20 hottest hosts. Above 85 °C processors slow down.',
      unit: 'celsius',
      steps: warm,
    },
    [`topk(20, ${series('host', 'cloudtower_host_cpu_temperature_celsius')})`, name],
  ),
  barPanel(
    {
      title: 'Most VMs',
      description: 'The 20 hosts with the most running VMs: what a failure of one would move.',
      unit: 'short',
      span: 12,
    },
    [`sort_desc(topk(20, ${series('host', 'cloudtower_host_vms', { where: 'status="running"' })}))`, name],
  ),
  barPanel(
    {
      title: 'Failed storage',
      description: 'Storage on failed parts by host, the 20 with the most. All at 0 is well.',
      unit: 'bytes',
      steps: zeroIsGood,
      span: 12,
    },
    [`sort_desc(topk(20, ${series('host', 'cloudtower_host_storage_invalid_bytes')}))`, name],
  ),
];

/** All hosts in scope. */
export const hosts: Board = {
  uid: 'cloudtower-hosts',
  title: 'CloudTower / Hosts',
  description: 'Hosts in scope: condition, use, temperature, and what runs on them.',
  variables: 'host',
  rows: [
    { title: 'Condition', panels: conditions },
    { title: 'Hosts', panels: [list] },
    { title: 'Use', panels: use },
  ],
};
