import { hour } from '../estate/builder.ts';
import type { Estate } from '../estate/estate.ts';
import { rollUpDatacenter, writeKnown } from '../estate/rollup.ts';
import { hash32 } from '../random.ts';
import type { HostRow } from '../schema/host.ts';

/** What each row's columns were at the start; drift swings around that. */
const bases = new WeakMap<object, Map<string, number>>();

const baseOf = (row: object, column: string, current: number): number => {
  let columns = bases.get(row);
  if (columns === undefined) {
    columns = new Map();
    bases.set(row, columns);
  }
  const known = columns.get(column);
  if (known !== undefined) return known;
  columns.set(column, current);
  return current;
};

interface Swing {
  /** Share of the base by which it swings. */
  readonly amplitude: number;
  /** Milliseconds. */
  readonly period: number;
  readonly most: number;
}

/** The value at a moment; null stays null. Two waves, so that it does not look drawn with a ruler. */
const swing = (row: { readonly id: string }, column: string, value: unknown, elapsed: number, by: Swing): unknown => {
  if (typeof value !== 'number') return value;
  const base = baseOf(row, column, value);
  const phase = (hash32(0, `${row.id} ${column}`) / 2 ** 32) * 2 * Math.PI;
  const turn = (2 * Math.PI * elapsed) / by.period;
  const wave = 0.7 * Math.sin(turn + phase) + 0.3 * Math.sin(3.7 * turn + 2 * phase);
  // Wherever in its wave the row starts, it starts at its base.
  const origin = 0.7 * Math.sin(phase) + 0.3 * Math.sin(2 * phase);
  return Math.min(by.most, Math.max(0, base * (1 + by.amplitude * (wave - origin))));
};

/** Sets a host's usage to what it is `elapsed` ms after the start. */
export const driftHost = (host: HostRow, elapsed: number): void => {
  const most = host.total_data_capacity - host.failure_data_space;
  const used = swing(host, 'used_data_space', host.used_data_space, elapsed, {
    amplitude: 0.03,
    period: 6 * hour,
    most,
  });
  writeKnown(host, {
    used_cpu_hz: swing(host, 'used_cpu_hz', host.used_cpu_hz, elapsed, {
      amplitude: 0.3,
      period: hour,
      most: host.total_cpu_hz,
    }),
    used_memory_bytes: swing(host, 'used_memory_bytes', host.used_memory_bytes, elapsed, {
      amplitude: 0.05,
      period: 2 * hour,
      most: host.total_memory_bytes,
    }),
    used_data_space: typeof used === 'number' ? Math.floor(used) : used,
  });
};

/** Sets usage to what it is `elapsed` ms after the start: VMs, hosts, and the sums of the clusters that answer. */
export const drift = (estate: Estate, elapsed: number): void => {
  for (const vm of estate.vms) {
    writeKnown(vm, {
      cpu_usage: swing(vm, 'cpu_usage', vm.cpu_usage, elapsed, { amplitude: 0.4, period: hour / 2, most: 100 }),
      memory_usage: swing(vm, 'memory_usage', vm.memory_usage, elapsed, { amplitude: 0.1, period: hour, most: 100 }),
    });
  }
  for (const host of estate.hosts) if (host.status !== 'SESSION_EXPIRED') driftHost(host, elapsed);
  const hostsOf = Map.groupBy(estate.hosts, (host) => host.cluster.id);
  for (const cluster of estate.clusters) {
    if (cluster.connect_state !== 'CONNECTED') continue;
    const hosts = hostsOf.get(cluster.id) ?? [];
    const sum = (value: (host: (typeof hosts)[number]) => number | null | undefined): number =>
      hosts.reduce((total, host) => total + (value(host) ?? 0), 0);
    const used = sum((host) => host.used_data_space);
    writeKnown(cluster, {
      used_cpu_hz: sum((host) => host.used_cpu_hz),
      used_memory_bytes: sum((host) => host.used_memory_bytes),
      used_data_space: used,
      logical_used_data_space: Math.floor(used / 2),
    });
  }
  for (const datacenter of estate.datacenters) {
    const members = new Set(datacenter.clusters?.map(({ id }) => id));
    rollUpDatacenter(
      datacenter,
      estate.clusters.filter(({ id }) => members.has(id)),
    );
  }
};
