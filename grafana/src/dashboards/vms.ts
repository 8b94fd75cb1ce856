import type { Board } from '../shared/dashboard.ts';
import { barPanel, graphPanel, statPanel } from '../shared/panels.ts';
import { series, total } from '../shared/promql.ts';
import { tablePanel } from '../shared/table.ts';
import { filling, zeroIsCalm } from '../shared/thresholds.ts';

const name = '{{cluster_name}} {{vm_name}}';

const vmsIn = (status: string): string =>
  total('vm', 'cloudtower_vm_status', { where: `status=~"${status}"`, keep: ['status'] });

const counts = [
  statPanel(
    { title: 'Running', description: 'VMs that are switched on and run.', unit: 'short', span: 4 },
    vmsIn('running'),
  ),
  statPanel({ title: 'Stopped', description: 'VMs that are shut down.', unit: 'short', span: 4 }, vmsIn('stopped')),
  statPanel(
    { title: 'Suspended', description: 'VMs that are suspended; they hold their memory.', unit: 'short', span: 4 },
    vmsIn('suspended'),
  ),
  statPanel(
    {
      title: 'Unknown',
      description: 'VMs whose status is unknown to CloudTower or to this version of the exporter.',
      unit: 'short',
      steps: zeroIsCalm,
      span: 4,
    },
    vmsIn('unknown'),
  ),
  statPanel(
    { title: 'vCPUs', description: 'vCPUs of all VMs in scope.', unit: 'short', span: 4 },
    total('vm', 'cloudtower_vm_cpu_cores'),
  ),
  statPanel(
    { title: 'Memory', description: 'Memory of all VMs in scope, stopped ones included.', unit: 'bytes', span: 4 },
    total('vm', 'cloudtower_vm_memory_bytes'),
  ),
];

const busiest = [
  graphPanel(
    {
      title: 'CPU used',
      description: 'Used share of the vCPUs, the 15 busiest VMs at each moment.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [`topk(15, ${series('vm', 'cloudtower_vm_cpu_usage_ratio')})`, name],
  ),
  graphPanel(
    {
      title: 'Memory used',
      description: 'Used share of the memory, the 15 fullest VMs at each moment.',
      unit: 'percentunit',
      steps: filling,
      max: 1,
    },
    [`topk(15, ${series('vm', 'cloudtower_vm_memory_usage_ratio')})`, name],
  ),
  barPanel(
    {
      title: 'Largest: own space',
      description: 'Space that belongs to one VM alone and comes free when it goes, the 15 largest.',
      unit: 'bytes',
      span: 12,
    },
    [`sort_desc(topk(15, ${series('vm', 'cloudtower_vm_storage_unique_bytes')}))`, name],
  ),
  barPanel(
    {
      title: 'Largest: provisioned',
      description: 'Space promised to a VM’s disks, the 15 largest.',
      unit: 'bytes',
      span: 12,
    },
    [`sort_desc(topk(15, ${series('vm', 'cloudtower_vm_storage_provisioned_bytes')}))`, name],
  ),
];

const list = tablePanel({
  title: 'VMs with the most provisioned storage',
  description: 'Up to 200 VMs by provisioned storage, with their status, host and guest system.',
  height: 12,
  labels: {
    vm_name: 'VM',
    cluster_name: 'Cluster',
    tower: 'Tower',
    host_name: 'Host',
    guest_os_type: 'Guest',
    vm_tools_status: 'VM tools',
    ha: 'HA',
  },
  columns: [
    {
      name: 'Provisioned',
      expression: `topk(200, ${series('vm', 'cloudtower_vm_storage_provisioned_bytes')} * on (tower, vm_id) group_left (host_name, guest_os_type, vm_tools_status, ha) ${series('vm', 'cloudtower_vm_info', { keep: ['host_name', 'guest_os_type', 'vm_tools_status', 'ha'] })})`,
      unit: 'bytes',
    },
  ],
  sort: { by: 'Provisioned', descending: true },
});

/** VMs: needs the collector `vms`, which is off unless it is enabled. */
export const vms: Board = {
  uid: 'cloudtower-vms',
  title: 'CloudTower / VMs',
  description:
    'VMs in scope: which are busy, which are large. Needs the collector vms (collectors: {vms: {enabled: true}}).',
  variables: 'cluster',
  rows: [
    { title: 'How many', panels: counts },
    { title: 'Busy and large', panels: busiest },
    { title: 'VMs', panels: [list] },
  ],
};
