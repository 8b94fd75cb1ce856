import type { Estate } from '../estate/estate.ts';
import { readListRequest, selectRows } from '../query/page.ts';
import { BadRequestError } from '../query/errors.ts';
import { hash32 } from '../random.ts';
import type { AnyRow } from '../schema/column.ts';
import type { ResourceName } from '../schema/resources.ts';
import { tableOf } from '../estate/estate.ts';
import type { Call, Tower } from './operations.ts';
import { resolver } from './lists.ts';

/** One metrics operation: whose series it answers, and which names are known to it. */
interface Source {
  /** The body's key that holds the filter. */
  readonly scope: string;
  readonly resource: ResourceName;
  readonly names: RegExp;
  readonly labels: (row: AnyRow) => Readonly<Record<string, string>>;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const nestedId = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'id' in value ? text(value.id) : '';

const ofCluster = (row: AnyRow) => ({ _cluster: text(row['local_id']) });
const ofHost = (row: AnyRow) => ({ _host: text(row['local_id']), _cluster: nestedId(row['cluster']) });

/** The sources by operation. */
export const metricSources: Readonly<Record<string, Source>> = {
  'get-cluster-metrics': {
    scope: 'clusters',
    resource: 'cluster',
    names: /^(zbs_cluster|cluster|elf_cluster|zbs_timemachine)_/,
    labels: ofCluster,
  },
  'get-host-metrics': {
    scope: 'hosts',
    resource: 'host',
    names: /^(zbs_chunk|elf_host|host_(?!disk|network_(?!ping)))/,
    labels: ofHost,
  },
  'get-vm-metrics': {
    scope: 'vms',
    resource: 'vm',
    names: /^(elf_vm|vmware_vm)_/,
    labels: (row) => ({ _vm: text(row['local_id']) }),
  },
  'get-disk-metrics': {
    scope: 'disks',
    resource: 'disk',
    names: /^host_disk_/,
    labels: (row) => ({ _device: text(row['name']), serial_number: text(row['serial']) }),
  },
  'get-host-network-metrics': { scope: 'hosts', resource: 'host', names: /^host_network_/, labels: ofHost },
  'get-scvm-metrics': { scope: 'hosts', resource: 'host', names: /^scvm_/, labels: ofHost },
  'get-zone-metrics': { scope: 'clusters', resource: 'cluster', names: /^zbs_zone_/, labels: ofCluster },
  'get-witness-metrics': { scope: 'clusters', resource: 'cluster', names: /^witness_/, labels: ofCluster },
};

/** Unit and size of a metric's values by the end of its name. */
const suffixes: readonly (readonly [RegExp, string, number])[] = [
  [/_percent(_|$)/, 'PERCENT', 100],
  [/_bytes$/, 'DATA_SIZE', 4e11],
  [/_bitps$/, 'DATA_RATE_BIT', 4e9],
  [/_bps$/, 'DATA_RATE_BYTE', 4e8],
  [/_hz$/, 'FREQUENCY', 2e11],
  [/_ns$/, 'TIME', 5e6],
  [/_celsius$/, 'TEMPERATURE', 70],
  [/_ratio$/, 'RATIO', 1],
  [/_load$/, 'LOAD', 20],
  [/./, 'COUNT', 1000],
];

const shapeOf = (metric: string) => suffixes.find(([pattern]) => pattern.test(metric)) ?? ([/./, 'COUNT', 1] as const);

const milliseconds: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

interface MetricRequest {
  readonly metrics: readonly string[];
  readonly range: number;
  readonly where: unknown;
}

const read = (body: unknown, scope: string): MetricRequest => {
  const values = new Map<string, unknown>(typeof body === 'object' && body !== null ? Object.entries(body) : []);
  const [metrics, range] = [values.get('metrics'), values.get('range')];
  const match = typeof range === 'string' ? /^(\d+)([mhd])$/.exec(range) : null;
  if (match === null) throw new BadRequestError("body.range: '2h', '24h', '7d' and the like are expected");
  if (!Array.isArray(metrics)) throw new BadRequestError('body.metrics: an array is expected');
  if (typeof values.get(scope) !== 'object') throw new BadRequestError(`body.${scope}: '${scope}' is required`);
  return {
    metrics: metrics.map(String),
    range: Number(match[1]) * (milliseconds[match[2] ?? ''] ?? 0),
    where: values.get(scope),
  };
};

const rowsOf = (estate: Estate, version: Tower['version'], source: Source, where: unknown): readonly AnyRow[] =>
  selectRows(tableOf(estate, source.resource), readListRequest({ where }), source.resource, {
    version,
    resolve: resolver(estate),
    // A stopped VM has no series.
  }).filter((row) => source.resource !== 'vm' || row['status'] === 'RUNNING');

/** A smooth series of its own for every object and metric; a gap now and then. */
const valueAt = (row: AnyRow, metric: string, time: number, most: number): number | null => {
  const seed = hash32(0, `${row.id} ${metric}`);
  if (hash32(seed, String(Math.floor(time / 60_000))) % 97 === 0) return null;
  const phase = (seed / 2 ** 32) * 2 * Math.PI;
  return most * (0.4 + 0.3 * Math.sin(time / 1_800_000 + phase));
};

const pointsOf = (row: AnyRow, metric: string, now: number, range: number, step: number, most: number) =>
  Array.from({ length: Math.floor(range / step) + 1 }, (_, index) => {
    const t = Math.floor(now / step) * step - range + index * step;
    return { t, v: valueAt(row, metric, t, most) };
  });

/** Answers a `get-…-metrics`: a name that is not known gives an empty series, not an error. */
export const answerMetrics = (tower: Tower, call: Call, source: Source): unknown => {
  const request = read(call.body, source.scope);
  const rows = rowsOf(tower.estate, tower.version, source, request.where);
  // About two hundred points, in whole half minutes.
  const step = Math.max(30_000, Math.ceil(request.range / 200 / 30_000) * 30_000);
  return request.metrics.map((metric) => {
    const [, unit, most] = shapeOf(metric);
    const known = source.names.test(metric) ? rows : [];
    const streams = known.map((row) => ({
      labels: { metric_name: metric, ...source.labels(row) },
      points: pointsOf(row, metric, tower.now(), request.range, step, most),
    }));
    return { task_id: null, data: { unit, step: step / 1000, dropped: false, samples: null, sample_streams: streams } };
  });
};

/** Answers get-top-n-metrics-in-clusters: one value for each of the `n` highest or lowest VMs. */
export const answerTopN = (tower: Tower, call: Call): unknown => {
  const request = read(call.body, 'clusters');
  const values = new Map<string, unknown>(Object.entries(call.body ?? {}));
  const [type, n] = [values.get('type'), values.get('n')];
  if (type !== 'top' && type !== 'bottom') throw new BadRequestError("body.type: 'top' or 'bottom' is expected");
  if (typeof n !== 'number' || !Number.isInteger(n)) throw new BadRequestError('body.n: an integer is expected');
  const vms = metricSources['get-vm-metrics'];
  if (vms === undefined) return [];
  const rows = rowsOf(tower.estate, tower.version, vms, { cluster: request.where });
  const now = Math.floor(tower.now() / 30_000) * 30_000;
  return request.metrics.map((metric) => {
    const [, unit, most] = shapeOf(metric);
    const samples = (vms.names.test(metric) ? rows : [])
      .map((row) => ({
        labels: { metric_name: metric, ...vms.labels(row) },
        point: { t: now, v: valueAt(row, metric, now, most) },
      }))
      .sort((left, right) => (right.point.v ?? 0) - (left.point.v ?? 0));
    const chosen = type === 'top' ? samples.slice(0, n) : samples.toReversed().slice(0, n);
    return { task_id: null, data: { unit, step: 30, dropped: false, samples: chosen, sample_streams: null } };
  });
};
