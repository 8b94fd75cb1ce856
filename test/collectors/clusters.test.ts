import { describe, expect, it } from 'vitest';
import type { Cluster, Host } from '../../src/client/resources.ts';
import { clusterSamples } from '../../src/collectors/clusters.ts';
import { clusterFamilies as families } from '../../src/metrics/catalogue/clusters.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { cluster, host } from './support/rows.ts';
import { context, linesOf, seriesOf } from './support/text.ts';

const of = (family: FamilyDefinition, fields: Partial<Cluster>, hosts: readonly Host[] | null = []): string[] =>
  seriesOf(family, clusterSamples({ clusters: [cluster({ id: 'c1', name: 'one', ...fields })], hosts }, context()));

const only = (
  family: FamilyDefinition,
  fields: Partial<Cluster>,
  hosts: readonly Host[] | null = [],
): number | null => {
  const [line, ...more] = of(family, fields, hosts);
  expect(more).toEqual([]);
  return line === undefined ? null : Number(line.split(' ').at(-1));
};

describe('the clusters collector', () => {
  it('says everything of an ordinary ELF cluster', () => {
    const clusters = [cluster({ id: 'c1', name: '上海 "A"' })];
    const hosts = [host({ id: 'h1' }), host({ id: 'h2', total_memory_bytes: 976 })];
    const c = 'cluster_id="c1",cluster_name="上海 \\"A\\""';
    expect(linesOf(clusterSamples({ clusters, hosts }, context()))).toEqual([
      `cloudtower_cluster_info{${c},type="SMTX_OS",hypervisor="ELF",version="6.2.0",architecture="X86_64",software_edition="ENTERPRISE",license_type="SUBSCRIPTION"} 1`,
      `cloudtower_cluster_connect_state{${c},state="connected"} 1`,
      `cloudtower_cluster_connect_state{${c},state="connected_error"} 0`,
      `cloudtower_cluster_connect_state{${c},state="disconnected"} 0`,
      `cloudtower_cluster_connect_state{${c},state="initializing"} 0`,
      `cloudtower_cluster_connect_state{${c},state="removing"} 0`,
      `cloudtower_cluster_connect_state{${c},state="unknown"} 0`,
      `cloudtower_cluster_abnormal{${c}} 0`,
      `cloudtower_cluster_license_expiry_timestamp_seconds{${c}} ${Date.UTC(2027, 0, 1) / 1000}`,
      `cloudtower_cluster_mode{${c},mode="boost"} 1`,
      `cloudtower_cluster_mode{${c},mode="rdma"} 0`,
      `cloudtower_cluster_cpu_cores{${c}} 72`,
      `cloudtower_cluster_cpu_capacity_hertz{${c}} 200000000000`,
      `cloudtower_cluster_cpu_used_hertz{${c}} 50000000000`,
      `cloudtower_cluster_cpu_usage_ratio{${c}} 0.25`,
      `cloudtower_cluster_memory_capacity_bytes{${c}} 2000`,
      `cloudtower_cluster_memory_used_bytes{${c}} 384`,
      `cloudtower_cluster_memory_usage_ratio{${c}} 0.192`,
      `cloudtower_cluster_vms{${c},status="running"} 5`,
      `cloudtower_cluster_vms{${c},status="stopped"} 2`,
      `cloudtower_cluster_vms{${c},status="suspended"} 0`,
      `cloudtower_cluster_provisioned_cpu_cores{${c}} 8`,
      `cloudtower_cluster_provisioned_memory_bytes{${c}} 64`,
      `cloudtower_cluster_storage_capacity_bytes{${c}} 10000`,
      `cloudtower_cluster_storage_used_bytes{${c}} 2500`,
      `cloudtower_cluster_storage_invalid_bytes{${c}} 500`,
      `cloudtower_cluster_storage_available_bytes{${c}} 7000`,
      `cloudtower_cluster_storage_usage_ratio{${c}} 0.25`,
      `cloudtower_cluster_data_recovery_remaining_bytes{${c}} 0`,
      `cloudtower_cluster_data_recovery_bytes_per_second{${c}} 0`,
    ]);
  });

  it('says of a cluster that reports nothing only what is certain', () => {
    const empty: Partial<Cluster> = Object.fromEntries(
      Object.entries(cluster({ id: 'c1' })).map(([key]) => [key, key === 'datacenters' ? [] : null]),
    );
    const clusters = [{ ...cluster({ id: 'c1' }), ...empty, id: 'c1', name: 'n' }];
    const names = linesOf(clusterSamples({ clusters, hosts: null }, context())).map((line) => line.split('{')[0]);
    expect(new Set(names)).toEqual(
      new Set([families.info.name, families.connectState.name, families.abnormal.name, families.mode.name]),
    );
  });

  it.each([
    ['CONNECTED', 'connected', 0],
    ['CONNECTED_ERROR', 'connected_error', 1],
    ['DISCONNECTED', 'disconnected', 1],
    ['INITIALIZING', 'initializing', 0],
    ['REMOVING', 'removing', 1],
    ['HIBERNATING', 'unknown', 0],
    [null, 'unknown', 0],
  ])('connect state %s is %s, abnormal %i', (connect_state, state, abnormal) => {
    const states = of(families.connectState, { connect_state });
    expect(states).toHaveLength(6);
    expect(states.filter((line) => line.endsWith(' 1'))).toEqual([expect.stringContaining(`state="${state}"`)]);
    expect(only(families.abnormal, { connect_state })).toBe(abnormal);
  });

  it('reports values that it does not know, each field by name', () => {
    const test = context();
    const clusters = [cluster({ id: 'c1', connect_state: 'HIBERNATING', type: 'SMTX_NEW', hypervisor: 'KVM' })];
    linesOf(clusterSamples({ clusters, hosts: [] }, test));
    expect(test.reported).toEqual([
      'cluster.type=SMTX_NEW',
      'cluster.hypervisor=KVM',
      'cluster.connect_state=HIBERNATING',
    ]);
  });

  it.each<[string, Partial<Cluster>, (number | null)[]]>([
    ['boost by its flag', { vhost_enabled: true, hypervisor: 'VMWARE' }, [1, 0, null]],
    ['a flag that denies boost', { vhost_enabled: false, hypervisor: 'ELF' }, [0, 0, null]],
    ['boost on ELF without a flag', { vhost_enabled: null, hypervisor: 'ELF' }, [1, 0, null]],
    ['no boost elsewhere without a flag', { vhost_enabled: null, hypervisor: 'VMWARE' }, [0, 0, null]],
    ['rdma and pmem', { rdma_enabled: true, pmem_enabled: true }, [1, 1, 1]],
    ['nothing before version 5', { version: '4.0.13', rdma_enabled: true, pmem_enabled: true }, [0, 0, 0]],
    ['version 5 is late enough', { version: '5.0.7', rdma_enabled: true, pmem_enabled: false }, [1, 1, 0]],
    ['version 10 is later than 5', { version: '10.1', rdma_enabled: true, pmem_enabled: true }, [1, 1, 1]],
    ['a version with a prefix', { version: 'v6.2.0-rc1', rdma_enabled: true }, [1, 1, null]],
    ['no version, no mode', { version: null, rdma_enabled: true }, [0, 0, null]],
  ])('mode: %s', (_, fields, [boost, rdma, pmem]) => {
    const expected = Object.entries({ boost, rdma, pmem }).flatMap(([mode, value]) =>
      value === null ? [] : [`{cluster_id="c1",cluster_name="one",mode="${mode}"} ${value}`],
    );
    expect(of(families.mode, fields)).toEqual(expected);
  });

  it.each<[string, string | null, string | null, number | null]>([
    ['a date', 'SUBSCRIPTION', '2027-01-01T00:00:00.000Z', Date.UTC(2027, 0, 1) / 1000],
    ['a date with an offset', 'TRIAL', '2027-01-01T08:00:00+08:00', Date.UTC(2027, 0, 1) / 1000],
    ['a date long ago', 'TRIAL', '2020-01-01T00:00:00Z', Date.UTC(2020, 0, 1) / 1000],
    ['null', 'SUBSCRIPTION', null, null],
    ['the epoch', 'SUBSCRIPTION', '1970-01-01T00:00:00.000Z', null],
    ['nonsense', 'SUBSCRIPTION', 'never', null],
    ['a perpetual licence with a filler', 'PERPETUAL', '2099-01-01T00:00:00.000Z', null],
  ])('licence expiry: %s', (_, license_type, license_expire_date, expected) => {
    expect(only(families.licenseExpiry, { license_type, license_expire_date })).toBe(expected);
  });

  it.each<[string, Partial<Cluster>, Host[] | null, (number | null)[]]>([
    ['ELF: its hosts', { total_memory_bytes: 1 }, [host({ id: 'h1' })], [1024, 192, 0.1875]],
    [
      'ELF: other clusters’ hosts do not count',
      {},
      [host({ id: 'h1', cluster: { id: 'c2', name: '' } })],
      [null, null, null],
    ],
    ['ELF without a host', {}, [], [null, null, null]],
    ['ELF whose hosts nobody knows', {}, null, [null, null, null]],
    [
      'ELF: nulls are left out of the sum',
      {},
      [
        host({ id: 'h1', total_memory_bytes: null, os_memory_bytes: null, running_pause_vm_memory_bytes: null }),
        host({ id: 'h2', total_memory_bytes: 100, os_memory_bytes: 10, running_pause_vm_memory_bytes: null }),
      ],
      [100, 10, 0.1],
    ],
    ['ELF: zero capacity has no ratio', {}, [host({ id: 'h1', total_memory_bytes: 0 })], [0, 192, null]],
    ['VMWARE: its own', { hypervisor: 'VMWARE' }, [host({ id: 'h1' })], [1000, 400, 0.4]],
    ['VMWARE: null', { hypervisor: 'VMWARE', used_memory_bytes: null }, [], [1000, null, null]],
    ['no hypervisor: its own', { hypervisor: null, used_memory_bytes: 0.5 }, [], [1000, 0.5, 0.0005]],
  ])('memory, %s', (_, fields, hosts, expected) => {
    const memory = [families.memoryCapacity, families.memoryUsed, families.memoryUsage];
    expect(memory.map((family) => only(family, fields, hosts))).toEqual(expected);
  });

  it.each<[string, Partial<Cluster>, number | null, number | null]>([
    ['more used than there is', { used_data_space: 12_000 }, -2500, 1.2],
    ['no capacity', { total_data_capacity: 0, used_data_space: 0, failure_data_space: 0 }, 0, null],
    ['unknown capacity', { total_data_capacity: null }, null, null],
    ['unknown use', { used_data_space: null }, null, null],
    ['unknown failure', { failure_data_space: null }, null, 0.25],
    ['beyond 2^53', { total_data_capacity: 2 ** 60, used_data_space: 2 ** 59, failure_data_space: 0 }, 2 ** 59, 0.5],
  ])('storage: %s', (_, fields, available, usage) => {
    expect(only(families.storageAvailable, fields)).toBe(available);
    expect(only(families.storageUsage, fields)).toBe(usage);
  });

  it('has no CPU ratio without a capacity', () => {
    expect(only(families.cpuUsage, { total_cpu_hz: 0 })).toBeNull();
    expect(only(families.cpuUsage, { total_cpu_hz: null })).toBeNull();
    expect(only(families.cpuUsage, { used_cpu_hz: null })).toBeNull();
    expect(only(families.cpuUsed, { used_cpu_hz: 37_145_039_556.9504 })).toBe(37_145_039_556.9504);
  });
});
