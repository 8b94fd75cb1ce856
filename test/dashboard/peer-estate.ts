import type { TowerObjects } from '../../src/dashboard/objects.ts';
import { cluster, disk, host, polledAlert, vm } from '../collectors/support/rows.ts';
import { now, tower } from './estate.ts';

const hour = 3_600_000;
const at = (hours: number): string => new Date(now - hours * hour).toISOString();

/** Names that want to be markup, code, or written from right to left. */
export const hostileNames = [
  `<script>globalThis.attacked=1</script>`,
  `"><img src=x onerror="globalThis.attacked=2">`,
  `' onfocus='globalThis.attacked=3' autofocus='`,
  `\u202Eיורש\u0000 خادم`,
  '&lt;b&gt;'.repeat(50),
] as const;

/** A tower whose every name is hostile. */
export const hostileTower: TowerObjects = tower({
  tower: hostileNames[0],
  clusters: hostileNames.map((name, index) => cluster({ id: `${name}${index}`, name, version: name, local_id: name })),
  alerts: hostileNames.map((name, index) =>
    polledAlert({
      id: `${name}${index}`,
      message: name,
      cause: name,
      impact: name,
      solution: name,
      rule: name,
      cluster: { id: `${name}${index}`, name },
      host: { id: name, name },
    }),
  ),
  datacenters: hostileNames.map((name) => ({ id: name, name, clusters: [] })),
});

/** An estate with something of everything. */
export const variedTower = (): TowerObjects =>
  tower({
    clusters: [
      cluster({ id: 'c1', name: '上海-生产', datacenters: [{ id: 'd1', name: 'Shanghai' }] }),
      cluster({ id: 'c2', name: 'beijing-edge', connect_state: 'DISCONNECTED', used_data_space: 9300 }),
      cluster({ id: 'c3', name: 'blocks', type: 'SMTX_ZBS', recover_data_size: 1024 ** 4, recover_speed: 2 ** 27 }),
    ],
    hosts: [
      host({ id: 'h1' }),
      host({ id: 'h2', cluster: { id: 'c2', name: '' }, status: 'CONNECTED_ERROR' }),
      host({ id: 'h3', status: 'CONNECTED_WARNING' }),
    ],
    disks: [disk({ id: 'k1' }), disk({ id: 'k2', type: 'HDD', health_status: 'UNHEALTHY' })],
    alerts: [
      polledAlert({ id: 'a1', severity: 'INFO', message: 'for information', local_start_time: at(1) }),
      polledAlert({
        id: 'a2',
        message: 'the disk is worn out',
        cause: 'age',
        impact: 'data',
        solution: 'replace it',
        local_start_time: at(30),
      }),
      polledAlert({ id: 'a3', message: 'newest critical', local_start_time: at(2), cluster: { id: 'c2', name: '' } }),
    ],
    recycledVms: [vm({ id: 'v1', in_recycle_bin: true, deleted_at: at(29.5 * 24), size: 1024 ** 3 })],
    datacenters: [{ id: 'd1', name: 'Shanghai', clusters: [{ id: 'c1', name: '' }] }],
  });
