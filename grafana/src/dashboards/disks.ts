import type { Board } from '../shared/dashboard.ts';
import { barPanel, graphPanel, statPanel } from '../shared/panels.ts';
import { series, total } from '../shared/promql.ts';
import { tablePanel } from '../shared/table.ts';
import { texts, zeroIsCalm, zeroIsGood } from '../shared/thresholds.ts';
import type { Steps } from '../shared/thresholds.ts';

const name = '{{host_name}} {{disk_name}}';
const life: Steps = ['red', [0.1, 'orange'], [0.3, 'green']];

const disksIn = (condition: string): string =>
  total('disk', 'cloudtower_disk_condition', { where: `condition="${condition}"`, keep: ['condition'] });

/** 2 for a disk in error, 1 for a warning, 0 for a healthy one: the worst first, and never an empty table. */
const badness = `2 * ${series('disk', 'cloudtower_disk_condition', { where: 'condition="error"' })} + ${series('disk', 'cloudtower_disk_condition', { where: 'condition="warning"' })}`;

const counts = [
  statPanel(
    { title: 'Healthy', description: 'Disks without any finding.', unit: 'short', span: 6 },
    disksIn('healthy'),
  ),
  statPanel(
    {
      title: 'Warning',
      description: 'Disks that are unmounted, partly mounted or isolated. See the runbook CloudTowerDiskWarning.',
      unit: 'short',
      steps: zeroIsCalm,
      span: 6,
    },
    disksIn('warning'),
  ),
  statPanel(
    {
      title: 'Error',
      description:
        'Disks that are unhealthy, failing, failed their SMART test or have a broken software RAID. See the runbook CloudTowerDiskError.',
      unit: 'short',
      steps: zeroIsGood,
      span: 6,
    },
    disksIn('error'),
  ),
  statPanel(
    {
      title: 'Shortest life left',
      description:
        'The least remaining life of any disk that reports it (flash wears out). Below 10 %: see the runbook CloudTowerDiskWornOut.',
      unit: 'percentunit',
      steps: life,
      span: 6,
    },
    `min(${series('disk', 'cloudtower_disk_remaining_life_ratio', { pick: 'min' })})`,
  ),
];

const attention = tablePanel({
  title: 'Disks, the worst first',
  description:
    'Up to 100 disks by condition: those in error, then warnings, then healthy ones. Model and serial number are what a replacement needs.',
  height: 10,
  labels: {
    host_name: 'Host',
    disk_name: 'Disk',
    cluster_name: 'Cluster',
    tower: 'Tower',
    type: 'Type',
    model: 'Model',
    serial: 'Serial number',
    firmware: 'Firmware',
    usage: 'Usage',
    function: 'Function',
  },
  columns: [
    {
      name: 'Condition',
      expression: `topk(100, (${badness}) * on (tower, disk_id) group_left (type, model, serial, firmware, usage, function) ${series('disk', 'cloudtower_disk_info', { keep: ['type', 'model', 'serial', 'firmware', 'usage', 'function'] })})`,
      unit: 'short',
      steps: ['green', [1, 'orange'], [2, 'red']],
      mappings: [texts({ 0: ['healthy', 'green'], 1: ['warning', 'orange'], 2: ['error', 'red'] })],
    },
  ],
  sort: { by: 'Condition', descending: true },
});

const wear = [
  barPanel(
    {
      title: 'Life left',
      description: 'The 20 disks with the least remaining life. Disks that do not report it are not shown.',
      unit: 'percentunit',
      steps: life,
      max: 1,
      span: 12,
    },
    [`sort(bottomk(20, ${series('disk', 'cloudtower_disk_remaining_life_ratio', { pick: 'min' })}))`, name],
  ),
  graphPanel(
    {
      title: 'Not healthy',
      description: 'Disks with a warning or in error, by type, as the clusters’ counts say.',
      unit: 'short',
    },
    [
      total('cluster', 'cloudtower_cluster_disks', { by: ['type', 'condition'], where: 'condition!="healthy"' }),
      '{{type}} {{condition}}',
    ],
  ),
  barPanel(
    {
      title: 'Disks by type',
      description: 'Number of disks of each type in the chosen clusters.',
      unit: 'short',
      span: 12,
    },
    [total('cluster', 'cloudtower_cluster_disks', { by: ['type'], keep: ['condition'] }), '{{type}}'],
  ),
  barPanel(
    {
      title: 'Capacity by host',
      description: 'Sizes of all disks of a host added up, the 20 largest. Hosts of one cluster should be alike.',
      unit: 'bytes',
      span: 12,
    },
    [
      `sort_desc(topk(20, ${total('disk', 'cloudtower_disk_size_bytes', { by: ['tower', 'cluster_name', 'host_name'] })}))`,
      '{{cluster_name}} {{host_name}}',
    ],
  ),
];

/** All disks in scope. */
export const disks: Board = {
  uid: 'cloudtower-disks',
  title: 'CloudTower / Disks',
  description: 'Disks in scope: which to replace, which wear out, what is where.',
  variables: 'host',
  rows: [
    { title: 'Condition', panels: counts },
    { title: 'Which ones', panels: [attention] },
    { title: 'Wear and numbers', panels: wear },
  ],
};
