import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { escapeLabelValue } from './labels.ts';
import { formatBound, formatValue } from './exposition.ts';
import type { FamilyDefinition } from './family.ts';
import { type FamilyPieces, type Piece, plainPiece } from './piece.ts';

/** Label values by name; every declared label must be there. */
export type Labels = Readonly<Record<string, string>>;

/**
 * prom-client tells the series of a metric apart by a text in which commas are not escaped, so that `{l="1,m:2"}` and
 * `{l="1",m="2"}` would be one. Label values therefore go in without commas and are put right when they are read back.
 */
const packValue = (value: string): string => value.replaceAll('%', '%25').replaceAll(',', '%2C');
const unpackValue = (value: string): string => value.replaceAll('%2C', ',').replaceAll('%25', '%');

const packLabels = (labels: Labels): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, packValue(value)]));

/** One family of the exporter's own, kept by prom-client. */
export class OwnFamily<M extends Counter | Gauge | Histogram> {
  private readonly metric: M;
  private readonly series = new Map<string, Labels>();

  constructor(metric: M) {
    this.metric = metric;
  }

  /** Does something to the metric with labels as prom-client takes them, and remembers that the series exists. */
  with(labels: Labels, change: (metric: M, packed: Record<string, string>) => void): void {
    const packed = packLabels(labels);
    change(this.metric, packed);
    this.series.set(JSON.stringify(packed), labels);
  }

  /** Takes away the series whose labels the predicate picks. */
  removeWhere(predicate: (labels: Labels) => boolean): void {
    for (const [key, labels] of this.series) {
      if (!predicate(labels)) continue;
      this.metric.remove(packLabels(labels));
      this.series.delete(key);
    }
  }
}

/** The exporter's own families, rendered: all of them, and by tower. */
export interface OwnRendering {
  readonly all: readonly FamilyPieces[];
  /** The series that carry `tower="…"` of this tower. */
  of(tower: string): readonly FamilyPieces[];
}

/** prom-client's gauges that are the sum of another one and end in `_total`, which only counters may. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

const defaultUnits = ['bytes', 'seconds'] as const;

/** A registry of prom-client's, never the global one, whose content this project's own renderer writes. */
export class OwnRegistry {
  private readonly registry = new Registry();
  private readonly definitions = new Map<string, FamilyDefinition>();

  gauge(family: FamilyDefinition): OwnFamily<Gauge> {
    return new OwnFamily(new Gauge(this.settings(family)));
  }

  counter(family: FamilyDefinition): OwnFamily<Counter> {
    return new OwnFamily(new Counter(this.settings(family)));
  }

  /** `buckets` are upper bounds, ascending, without +Inf. */
  histogram(family: FamilyDefinition, buckets: readonly number[]): OwnFamily<Histogram> {
    return new OwnFamily(new Histogram({ ...this.settings(family), buckets: [...buckets] }));
  }

  /** Adds prom-client's metrics of the process and of Node.js. */
  addProcessMetrics(): void {
    // Looking for delays every 10 ms, as it would, costs an idle program 0.4 % of a core.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 100 });
    for (const name of misnamed) this.registry.removeSingleMetric(name);
  }

  /** Renders every family. One that cannot be read (it asks the operating system) is left out, the others are not. */
  async render(): Promise<OwnRendering> {
    const families: [FamilyDefinition, ReadonlyMap<string, Piece>][] = [];
    for (const { name, help, type } of this.registry.getMetricsAsArray()) {
      const family = this.definitions.get(name) ?? processFamily(name, help, type);
      try {
        const pieces = await this.renderFamily(family);
        if (pieces.size > 0) families.push([family, pieces]);
      } catch {
        // Its absence from the page says it.
      }
    }
    return {
      all: families.map(([family, pieces]) => ({ family, pieces: [...pieces.values()] })),
      of: (tower) =>
        families.flatMap(([family, pieces]) => {
          const piece = family.labels.includes('tower') ? pieces.get(tower) : undefined;
          return piece === undefined ? [] : [{ family, pieces: [piece] }];
        }),
    };
  }

  private settings(family: FamilyDefinition): {
    name: string;
    help: string;
    labelNames: string[];
    registers: Registry[];
  } {
    this.definitions.set(family.name, family);
    return { name: family.name, help: family.help, labelNames: [...family.labels], registers: [this.registry] };
  }

  /** The lines of one family by tower; under '' those that have no such label. */
  private async renderFamily(family: FamilyDefinition): Promise<ReadonlyMap<string, Piece>> {
    const metric = await this.registry.getSingleMetric(family.name)?.get();
    const lines = new Map<string, string[]>();
    for (const value of metric?.values ?? []) {
      const labels = new Map(Object.entries(value.labels).map(([name, label]) => [name, readLabel(label)]));
      const name = 'metricName' in value && typeof value.metricName === 'string' ? value.metricName : family.name;
      const line = `${name}${formatLabels(family, labels)} ${formatValue(value.value)}\n`;
      const tower = String(labels.get('tower') ?? '');
      const found = lines.get(tower);
      if (found === undefined) lines.set(tower, [line]);
      else found.push(line);
    }
    return new Map([...lines].map(([tower, list]) => [tower, plainPiece(Buffer.from(list.join('')), list.length)]));
  }
}

/** Numbers are histogram bounds, and the parts of Node's version; whole ones of the former are spelt `1.0`. */
const readLabel = (label: unknown): string | number => (typeof label === 'number' ? label : unpackValue(String(label)));

const formatLabels = (family: FamilyDefinition, labels: ReadonlyMap<string, string | number>): string => {
  const names = family.labels.length > 0 ? family.labels : [...labels.keys()].filter((name) => name !== 'le');
  const pairs = [...names, 'le'].flatMap((name) => {
    const value = labels.get(name);
    if (value === undefined) return [];
    const text = typeof value === 'string' ? value : name === 'le' ? formatBound(value) : String(value);
    return [`${name}="${escapeLabelValue(text)}"`];
  });
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

/** Declares a metric that prom-client brings itself. */
const processFamily = (name: string, help: string, type: unknown): FamilyDefinition => ({
  name,
  help,
  type: type === 'counter' || type === 'histogram' ? type : 'gauge',
  unit: defaultUnits.find((unit) => name.replace(/_total$/, '').endsWith(`_${unit}`)) ?? null,
  labels: [],
  stability: 'stable',
  collector: 'exporter',
  source: 'prom-client',
});
