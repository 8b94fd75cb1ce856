import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert, Cluster, Disk, Host, Vm } from '../../src/client/resources.ts';
import { alertSamples } from '../../src/collectors/alerts.ts';
import { clusterSamples } from '../../src/collectors/clusters.ts';
import { drain } from '../../src/collectors/collector.ts';
import { diskSamples } from '../../src/collectors/disks.ts';
import { hostSamples } from '../../src/collectors/hosts.ts';
import { recycleBinSamples } from '../../src/collectors/recycle-bin.ts';
import { vmSamples } from '../../src/collectors/vms.ts';
import type { SampleBatch } from '../../src/metrics/batch.ts';
import {
  alertFamilies,
  clusterFamilies,
  diskFamilies,
  hostFamilies,
  recycleBinFamilies,
  vmFamilies,
} from '../../src/metrics/catalogue.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { alert, cluster, disk, host, vm } from './support/rows.ts';
import { context, labelsOf, lines } from './support/text.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const number = orNull(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat()));
const oneOf = (...values: readonly string[]): fc.Arbitrary<string | null> =>
  orNull(fc.oneof(fc.constantFrom(...values), text));

/** Few ids, so that objects do meet; names that differ for one id, as between two reads. */
const refTo = (letter: string) =>
  orNull(fc.record({ id: fc.integer({ min: 0, max: 4 }).map((n) => `${letter}${n}`), name: text }));

const list = <T extends { readonly id: string }>(letter: string, make: (id: string) => fc.Arbitrary<T>) =>
  fc
    .integer({ min: 0, max: 6 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => make(`${letter}${index}`))));

const clusters: fc.Arbitrary<Cluster[]> = list('c', (id) =>
  fc
    .record({
      name: text,
      hypervisor: oneOf('ELF', 'VMWARE'),
      connect_state: oneOf('CONNECTED', 'DISCONNECTED', 'REMOVING'),
      version: orNull(text),
      total_cpu_hz: number,
      used_cpu_hz: number,
      total_memory_bytes: number,
      total_data_capacity: number,
      used_data_space: number,
      failure_data_space: number,
      license_expire_date: orNull(text),
    })
    .map((fields) => cluster({ id, ...fields })),
);
const hosts: fc.Arbitrary<Host[]> = list('h', (id) =>
  fc
    .record({
      name: text,
      cluster: refTo('c'),
      state: oneOf('IDLE', 'IN_USE', 'REMOVING'),
      status: oneOf('CONNECTED_HEALTHY', 'CONNECTED_ERROR'),
      total_memory_bytes: number,
      running_pause_vm_memory_bytes: number,
      os_memory_bytes: number,
      cpu_temperature_celsius: fc.array(number, { maxLength: 3 }),
    })
    .map((fields) => host({ id, ...fields })),
);
const disks: fc.Arbitrary<Disk[]> = list('d', (id) =>
  fc
    .record({
      name: text,
      host: refTo('h'),
      type: oneOf('HDD', 'SSD', 'PMem'),
      health_status: oneOf('HEALTHY', 'UNHEALTHY'),
      usage_status: oneOf('MOUNTED', 'ISOLATED'),
      size: number,
      remaining_life_percent: number,
    })
    .map((fields) => disk({ id, ...fields })),
);
const alerts: fc.Arbitrary<Alert[]> = list('a', (id) =>
  fc
    .record({ cluster: refTo('c'), severity: oneOf('CRITICAL', 'NOTICE', 'INFO'), local_start_time: orNull(text) })
    .map((fields) => alert({ id, ...fields })),
);
const vms: fc.Arbitrary<Vm[]> = list('v', (id) =>
  fc
    .record({
      name: text,
      cluster: refTo('c'),
      status: oneOf('RUNNING', 'STOPPED'),
      size: number,
      deleted_at: orNull(
        fc.oneof(
          text,
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
      ),
      cpu_usage: number,
    })
    .map((fields) => vm({ id, in_recycle_bin: true, ...fields })),
);
const policy = orNull(fc.record({ enabled: orNull(fc.boolean()), retain: orNull(fc.integer({ min: 0, max: 100 })) }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => orNull(arbitrary);

const valuesOf = (batch: SampleBatch, family: FamilyDefinition): number[] =>
  [...(batch.families.get(family) ?? [])].map(({ value }) => value);
const sumOf = (batch: SampleBatch, family: FamilyDefinition): number =>
  valuesOf(batch, family).reduce((sum, value) => sum + value, 0);

/** Of every object exactly one state is 1 and the others 0. */
const expectStates = (batch: SampleBatch, family: FamilyDefinition, objects: number): void => {
  const label = family.labels.at(-1);
  const sums = new Map<string, number[]>();
  for (const { blocks, value } of batch.families.get(family) ?? []) {
    const identity = labelsOf(blocks.map((block) => block.text).join(',')).filter(([name]) => name !== label);
    const key = JSON.stringify(identity);
    sums.set(key, [...(sums.get(key) ?? []), value]);
  }
  expect(sums.size).toBe(objects);
  for (const values of sums.values()) {
    expect(values.filter((value) => value === 1)).toHaveLength(1);
    expect(values.filter((value) => value === 0)).toHaveLength(values.length - 1);
  }
};

describe('whatever a tower reports', () => {
  it('clusters: one state each, ratios only of something, nothing from nothing', () => {
    fc.assert(
      fc.property(clusters, maybe(hosts), (all, known) => {
        const batch = drain(clusterSamples({ clusters: all, hosts: known }, context()));
        lines(batch);
        expectStates(batch, clusterFamilies.connectState, all.length);
        expect(sumOf(batch, clusterFamilies.info)).toBe(all.length);
        const withRatio = all.filter(
          ({ used_cpu_hz: used, total_cpu_hz: total }) =>
            used !== null && total !== null && total > 0 && Math.abs(used / total) < Number.POSITIVE_INFINITY,
        );
        expect(valuesOf(batch, clusterFamilies.cpuUsage)).toHaveLength(withRatio.length);
        expect(valuesOf(batch, clusterFamilies.migrationSpeed)).toEqual([]);
      }),
    );
  });

  it('hosts: one condition each, counts that add up to the hosts, zeros for every known cluster', () => {
    fc.assert(
      fc.property(hosts, maybe(clusters), (all, known) => {
        const batch = drain(hostSamples({ hosts: all, clusters: known }, context()));
        lines(batch);
        expectStates(batch, hostFamilies.condition, all.length);
        expect(sumOf(batch, hostFamilies.perCondition)).toBe(all.length);
        expect(valuesOf(batch, hostFamilies.perCondition).length).toBeGreaterThanOrEqual((known ?? []).length * 6);
        const sensors = all.flatMap((one) => one.cpu_temperature_celsius.filter((celsius) => celsius !== null));
        // Hosts of a cluster stand together.
        expect(valuesOf(batch, hostFamilies.cpuTemperature).map(String).toSorted()).toEqual(
          sensors.map(String).toSorted(),
        );
      }),
    );
  });

  it('disks: one condition each, counts that add up to the disks', () => {
    fc.assert(
      fc.property(disks, maybe(hosts), maybe(clusters), (all, knownHosts, known) => {
        const batch = drain(diskSamples({ disks: all, hosts: knownHosts, clusters: known }, context()));
        lines(batch);
        expectStates(batch, diskFamilies.condition, all.length);
        expect(sumOf(batch, diskFamilies.perCondition)).toBe(all.length);
        expect(valuesOf(batch, diskFamilies.size)).toHaveLength(all.filter((one) => one.size !== null).length);
      }),
    );
  });

  it('alerts: counts that add up to the alerts, shown and not shown too', () => {
    fc.assert(
      fc.property(alerts, maybe(clusters), fc.integer({ min: 0, max: 8 }), (all, known, maxAlertSeries) => {
        const polled = all.map((one) => ({
          ...one,
          rule: null,
          rule_boolean: null,
          create_time: '2026-01-01T00:00:00Z',
        }));
        const batch = drain(alertSamples({ alerts: polled, clusters: known }, context({ maxAlertSeries })));
        lines(batch);
        expect(sumOf(batch, alertFamilies.count)).toBe(all.length);
        const shown = valuesOf(batch, alertFamilies.start);
        expect(shown).toHaveLength(Math.min(all.length, maxAlertSeries));
        expect(shown).toEqual(shown.toSorted((a, b) => b - a));
        expect(sumOf(batch, alertFamilies.notShown)).toBe(all.length - shown.length);
      }),
    );
  });

  it('recycle bin: VMs that add up, no more released than there is', () => {
    fc.assert(
      fc.property(
        vms,
        maybe(clusters),
        maybe(fc.array(policy, { maxLength: 4 })),
        policy,
        (all, known, own, global) => {
          const sized = all.map((one) => ({ ...one, size: one.size === null ? null : Math.abs(one.size) % 1e12 }));
          const data = {
            vms: sized,
            clusters: known,
            clusterSettings:
              own?.map((vm_recycle_bin, index) => ({
                id: `s${index}`,
                cluster: { id: `c${index}`, name: '' },
                vm_recycle_bin,
              })) ?? null,
            globalSettings: [{ id: 'g', vm_recycle_bin: global }],
          };
          const batch = drain(recycleBinSamples(data, context()));
          lines(batch);
          expect(sumOf(batch, recycleBinFamilies.vms)).toBe(all.length);
          const total = sumOf(batch, recycleBinFamilies.bytes);
          expect(sumOf(batch, recycleBinFamilies.release)).toBeLessThanOrEqual(total * (1 + 1e-9));
        },
      ),
    );
  });

  it('VMs: one status each', () => {
    fc.assert(
      fc.property(vms, maybe(clusters), (all, known) => {
        const batch = drain(vmSamples({ vms: all, clusters: known }, context()));
        lines(batch);
        expectStates(batch, vmFamilies.status, all.length);
        expect(valuesOf(batch, vmFamilies.cpuUsage)).toHaveLength(all.filter((one) => one.cpu_usage !== null).length);
      }),
    );
  });
});
