import type { AlertConsumer } from '../../../src/bridge/poll.ts';
import { createTowerRuntime, type RunReport, type TowerRuntime } from '../../../src/collectors/runner.ts';
import type { TowerSettings } from '../../../src/collectors/settings.ts';
import type { Logger } from '../../../src/log.ts';
import type { SampleBatch } from '../../../src/metrics/batch.ts';
import type { CollectorName } from '../../../src/metrics/family.ts';
import { FakeTower } from './fake-tower.ts';
import { ManualClock } from './manual-clock.ts';
import { lines } from './text.ts';

/** Intervals as configured by default, `vms` on or off. */
export const settings = (fields: Partial<TowerSettings> = {}): TowerSettings => {
  const every = (seconds: number, enabled = true) => ({
    enabled,
    interval: seconds * 1000,
    stale_after: seconds * 5000,
  });
  return {
    name: 't',
    timeout: 30_000,
    page_size: 500,
    scope: { datacenter_ids: [], cluster_ids: [] },
    collectors: {
      tower: every(300),
      clusters: every(30),
      hosts: every(30),
      disks: every(300),
      alerts: { ...every(30), max_series: 1000 },
      recycle_bin: every(300),
      vms: every(60, false),
    },
    ...fields,
  };
};

/** Only these collectors, otherwise as by default. */
export const only = (...names: readonly CollectorName[]): TowerSettings => {
  const { collectors, ...rest } = settings();
  const pick = (name: CollectorName) => ({ ...collectors[name], enabled: names.includes(name) });
  return {
    ...rest,
    collectors: {
      tower: pick('tower'),
      clusters: pick('clusters'),
      hosts: pick('hosts'),
      disks: pick('disks'),
      alerts: { ...pick('alerts'), max_series: 1000 },
      recycle_bin: pick('recycle_bin'),
      vms: pick('vms'),
    },
  };
};

export interface Log {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly fields: object;
  readonly message: string;
}

const recorder = (logs: Log[]): Logger => {
  const at = (level: Log['level']) => (fields: object, message: string) => void logs.push({ level, fields, message });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    child: () => recorder(logs),
  };
};

export interface Rig {
  readonly tower: FakeTower;
  readonly clock: ManualClock;
  readonly runtime: TowerRuntime;
  /** What is published now, as text by collector; a collector that was withdrawn or never published is not there. */
  readonly published: Map<CollectorName, readonly string[]>;
  readonly reports: RunReport[];
  readonly unknown: string[];
  readonly logs: Log[];
  /** Messages at warn and above. */
  complaints(): string[];
}

export interface RigOptions {
  readonly config?: TowerSettings;
  readonly tower?: FakeTower;
  readonly consumer?: AlertConsumer;
  readonly random?: () => number;
  readonly publish?: (collector: CollectorName, batch: SampleBatch) => Promise<void>;
}

/** A runtime over a tower in memory and a clock in the hand. */
export const rig = ({ config = settings(), tower = new FakeTower(), ...options }: RigOptions = {}): Rig => {
  const clock = new ManualClock();
  const published = new Map<CollectorName, readonly string[]>();
  const reports: RunReport[] = [];
  const unknown: string[] = [];
  const logs: Log[] = [];
  const runtime = createTowerRuntime({
    config,
    reader: tower,
    snapshot: {
      publish: async (_, collector, batch) => {
        await options.publish?.(collector, batch);
        published.set(collector, lines(batch));
      },
      withdraw: (_, collector) => void published.delete(collector),
    },
    metrics: {
      collectorRun: (run) => void reports.push(run),
      unknownEnumValue: (_, field) => void unknown.push(field),
    },
    clock,
    random: options.random ?? (() => 0),
    logger: recorder(logs),
    consumer: options.consumer ?? null,
  });
  const complaints = (): string[] =>
    logs.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message);
  return { tower, clock, runtime, published, reports, unknown, logs, complaints };
};
