/**
 * Pieces of PromQL that every dashboard uses. Two exporters may watch one tower, so each expression first takes one series
 * per object (`max by` its identity) and only then adds up: nothing is counted twice.
 */

/** The objects metrics are about, with the labels that name one and the variables that narrow them. */
const levels = {
  tower: { labels: ['tower'], matchers: 'tower=~"$tower"' },
  cluster: { labels: ['tower', 'cluster_id', 'cluster_name'], matchers: 'tower=~"$tower",cluster_name=~"$cluster"' },
  /** Alerts: those without a cluster (an empty name) belong to every choice. */
  alert: { labels: ['tower', 'cluster_id', 'cluster_name'], matchers: 'tower=~"$tower",cluster_name=~"$cluster|"' },
  host: {
    labels: ['tower', 'cluster_id', 'cluster_name', 'host_id', 'host_name'],
    matchers: 'tower=~"$tower",cluster_name=~"$cluster",host_name=~"$host"',
  },
  disk: {
    labels: ['tower', 'cluster_id', 'cluster_name', 'host_id', 'host_name', 'disk_id', 'disk_name'],
    matchers: 'tower=~"$tower",cluster_name=~"$cluster",host_name=~"$host"',
  },
  vm: {
    labels: ['tower', 'cluster_id', 'cluster_name', 'vm_id', 'vm_name'],
    matchers: 'tower=~"$tower",cluster_name=~"$cluster"',
  },
} as const;

export type Level = keyof typeof levels;

/** What may be said beside the metric's name. */
export interface SeriesOptions {
  /** Further matchers: `state="connected"`. */
  readonly where?: string;
  /** Further labels to keep. */
  readonly keep?: readonly string[];
  /** Which of several exporters' values to believe; default the largest. */
  readonly pick?: 'max' | 'min';
}

/** The series selector of a metric within the chosen scope. */
export const selector = (level: Level, metric: string, where?: string): string =>
  `${metric}{${levels[level].matchers}${where === undefined ? '' : `,${where}`}}`;

/** One series an object: `max by (tower, …) (metric{…})`. */
export const series = (level: Level, metric: string, options: SeriesOptions = {}): string =>
  onePer(level, selector(level, metric, options.where), options);

/** The same over any expression of one object's series. */
export const onePer = (level: Level, expression: string, options: Omit<SeriesOptions, 'where'> = {}): string =>
  `${options.pick ?? 'max'} by (${[...levels[level].labels, ...(options.keep ?? [])].join(', ')}) (${expression})`;

/** The sum over all objects in scope, by the labels given. */
export const total = (
  level: Level,
  metric: string,
  options: SeriesOptions & { readonly by?: readonly string[] } = {},
): string => {
  const { by = [], keep = [], ...rest } = options;
  const inner = series(level, metric, { ...rest, keep: [...keep, ...by.filter((label) => !isIdentity(level, label))] });
  return by.length === 0 ? `sum(${inner})` : `sum by (${by.join(', ')}) (${inner})`;
};

const isIdentity = (level: Level, label: string): boolean => levels[level].labels.some((name) => name === label);

/** `expression`, or 0 under the label where there is no series: only where none means none (no bridge holds no alerts). */
export const orZero = (expression: string, label?: { readonly name: string; readonly value: string }): string =>
  label === undefined
    ? `${expression} or vector(0)`
    : `${expression} or on () label_replace(vector(0), "${label.name}", "${label.value}", "", "")`;

/** Storage a cluster gains a day, in bytes: the slope of the line through the last day. */
export const storageGrowth = (): string => {
  const used = selector('cluster', 'cloudtower_cluster_storage_used_bytes');
  return onePer('cluster', `predict_linear(${used}[1d], 86400) - predict_linear(${used}[1d], 0)`);
};

/** Where a forecast in days ends: ten years stand for "not filling". */
export const neverFull = 3650;

/** Days until a cluster cannot take another byte, at the last day's rate; `neverFull` at most. */
export const daysUntilFull = (): string =>
  `clamp_max(clamp_min(${series('cluster', 'cloudtower_cluster_storage_available_bytes')}, 0) / clamp_min(${storageGrowth()}, 1), ${neverFull})`;
