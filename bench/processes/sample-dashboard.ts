// The reference of a refresh of the dashboard, the way of the vendor's SDK sample: every list in one answer, one after another,
// with fetch; all of it through JSON.parse and kept; then the sums. sample-dashboard.ts ACCESS (JSON)
import { z } from 'zod';
import { Meter } from './meter.ts';
import { answer } from './worker.ts';

const access = z
  .object({ url: z.string(), username: z.string(), password: z.string() })
  .parse(JSON.parse(process.argv[2] ?? ''));

/** An object as it came, with all of its fields. */
type Row = Readonly<Record<string, unknown>>;

const headers: Record<string, string> = { 'content-type': 'application/json' };
const post = async (operation: string, body: object): Promise<unknown> => {
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${access.url}/v2/api/${operation}`, init);
  const answered: unknown = JSON.parse(await response.text());
  return answered;
};
const list = async (operation: string, where?: object): Promise<readonly Row[]> => {
  const rows = await post(operation, where === undefined ? {} : { where });
  if (!Array.isArray(rows)) throw new TypeError(`${operation} answered no list`);
  return rows;
};

const { username, password } = access;
const login = z.object({ data: z.object({ token: z.string() }) });
headers['authorization'] = login.parse(await post('login', { username, password, source: 'LOCAL' })).data.token;

const read = async () => {
  const clusters = await list('get-clusters');
  const ids = clusters.map((cluster) => cluster['id']);
  const inClusters = { cluster: { id_in: ids } };
  return {
    clusters,
    alerts: await list('get-alerts', { ended: false, ...inClusters }),
    disks: await list('get-disks', { host: inClusters }),
    hosts: await list('get-hosts', inClusters),
    recycledVms: await list('get-vms', { in_recycle_bin: true, ...inClusters }),
    clusterSettings: await list('get-cluster-settingses', inClusters),
    globalSettings: await list('get-global-settingses'),
  };
};
type Objects = Awaited<ReturnType<typeof read>>;

const number = (row: Row, key: string): number => (typeof row[key] === 'number' ? row[key] : 0);
const sum = (rows: readonly Row[], ...keys: readonly string[]): number =>
  rows.reduce((total, row) => keys.reduce((of, key) => of + number(row, key), total), 0);
const countBy = (rows: readonly Row[], ...keys: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const of = keys.map((key) => String(row[key])).join('/');
    counts[of] = (counts[of] ?? 0) + 1;
  }
  return counts;
};

const sums = ({ clusters, alerts, disks, hosts, recycledVms }: Objects) => ({
  alerts: countBy(alerts, 'severity'),
  disks: countBy(disks, 'type', 'health_status', 'usage_status'),
  hosts: countBy(hosts, 'state', 'status'),
  clusters: countBy(clusters, 'type', 'hypervisor', 'connect_state'),
  cpu: {
    total: sum(clusters, 'total_cpu_hz'),
    used: sum(clusters, 'used_cpu_hz'),
    cores: sum(clusters, 'total_cpu_cores'),
  },
  memory: {
    total: sum(hosts, 'total_memory_bytes'),
    used: sum(hosts, 'running_pause_vm_memory_bytes', 'os_memory_bytes'),
  },
  storage: {
    total: sum(clusters, 'total_data_capacity'),
    used: sum(clusters, 'used_data_space'),
    invalid: sum(clusters, 'failure_data_space'),
  },
  recovery: clusters.filter((cluster) => number(cluster, 'recover_data_size') > 0).map((cluster) => cluster['name']),
  recycleBin: { vms: recycledVms.length, bytes: sum(recycledVms, 'size') },
});

const meter = new Meter();
/** The objects of the last refresh, as the sample holds them. */
let kept: Objects | null = null;
answer(z.literal('refresh'), async () => {
  meter.reset();
  kept = await read();
  const shown = sums(kept);
  const text = JSON.stringify(shown);
  return {
    ...meter.read(),
    bytes: text.length,
    shown: { disks: kept.disks.length, used: shown.storage.used },
  };
});
process.send?.('ready');
