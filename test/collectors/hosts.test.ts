import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/client/resources.ts';
import { hostSamples } from '../../src/collectors/hosts.ts';
import { hostFamilies as families } from '../../src/metrics/catalogue/hosts.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { cluster, host } from './support/rows.ts';
import { context, linesOf, seriesOf } from './support/text.ts';

const c = 'cluster_id="c1",cluster_name="one"';
const one = cluster({ id: 'c1', name: 'one' });

const of = (family: FamilyDefinition, fields: Partial<Host>, clusters = [one]): string[] =>
  seriesOf(family, hostSamples({ hosts: [host({ id: 'h1', name: 'n', ...fields })], clusters }, context()));

describe('the hosts collector', () => {
  it('says everything of an ordinary host', () => {
    const h = `${c},host_id="h1",host_name="n\\nl"`;
    const hosts = [host({ id: 'h1', name: 'n\nl' })];
    expect(linesOf(hostSamples({ hosts, clusters: [one] }, context()))).toEqual([
      `cloudtower_host_info{${h},management_ip="10.0.0.2",model="R740",serial="S1",cpu_model="Xeon",os_version="6.2"} 1`,
      `cloudtower_host_condition{${h},condition="healthy"} 1`,
      `cloudtower_host_condition{${h},condition="unhealthy"} 0`,
      `cloudtower_host_condition{${h},condition="error"} 0`,
      `cloudtower_host_condition{${h},condition="idle"} 0`,
      `cloudtower_host_condition{${h},condition="removing"} 0`,
      `cloudtower_host_condition{${h},condition="unknown"} 0`,
      `cloudtower_host_cpu_cores{${h}} 24`,
      `cloudtower_host_cpu_capacity_hertz{${h}} 60000000000`,
      `cloudtower_host_cpu_used_hertz{${h}} 15000000000`,
      `cloudtower_host_cpu_usage_ratio{${h}} 0.25`,
      `cloudtower_host_memory_capacity_bytes{${h}} 1024`,
      `cloudtower_host_memory_used_bytes{${h}} 192`,
      `cloudtower_host_memory_usage_ratio{${h}} 0.1875`,
      `cloudtower_host_storage_capacity_bytes{${h}} 4000`,
      `cloudtower_host_storage_used_bytes{${h}} 1000`,
      `cloudtower_host_storage_invalid_bytes{${h}} 0`,
      `cloudtower_host_vms{${h},status="running"} 3`,
      `cloudtower_host_vms{${h},status="stopped"} 1`,
      `cloudtower_host_cpu_temperature_celsius{${h},sensor="0"} 45`,
      `cloudtower_host_cpu_temperature_celsius{${h},sensor="1"} 47`,
      `cloudtower_cluster_hosts{${c},condition="healthy"} 1`,
      `cloudtower_cluster_hosts{${c},condition="unhealthy"} 0`,
      `cloudtower_cluster_hosts{${c},condition="error"} 0`,
      `cloudtower_cluster_hosts{${c},condition="idle"} 0`,
      `cloudtower_cluster_hosts{${c},condition="removing"} 0`,
      `cloudtower_cluster_hosts{${c},condition="unknown"} 0`,
    ]);
  });

  it.each<[string | null, string | null, string]>([
    ['IDLE', 'CONNECTED_ERROR', 'idle'],
    ['REMOVING', 'CONNECTED_HEALTHY', 'removing'],
    ['IN_USE', 'CONNECTED_HEALTHY', 'healthy'],
    ['IN_USE', 'CONNECTED_WARNING', 'unhealthy'],
    ['IN_USE', 'CONNECTED_ERROR', 'error'],
    ['IN_USE', 'SESSION_EXPIRED', 'error'],
    ['IN_USE', 'CONNECTING', 'unknown'],
    ['IN_USE', 'INITIALIZING', 'unknown'],
    ['IN_USE', 'MELTING', 'unknown'],
    ['IN_USE', null, 'unknown'],
    [null, 'CONNECTED_HEALTHY', 'healthy'],
  ])('state %s with status %s is %s', (state, status, condition) => {
    const set = of(families.condition, { state, status });
    expect(set).toHaveLength(6);
    expect(set.filter((line) => line.endsWith(' 1'))).toEqual([expect.stringContaining(`condition="${condition}"`)]);
    const counts = of(families.perCondition, { state, status });
    expect(counts.filter((line) => line.endsWith(' 1'))).toEqual([`{${c},condition="${condition}"} 1`]);
  });

  it('reports states that it does not know, but not those that only say nothing about health', () => {
    const test = context();
    const hosts = [
      host({ id: 'h1', status: 'CONNECTING' }),
      host({ id: 'h2', status: 'MELTING', state: 'LENT' }),
      host({ id: 'h3', status: null, state: null }),
    ];
    linesOf(hostSamples({ hosts, clusters: null }, test));
    expect(test.reported).toEqual(['host.state=LENT', 'host.status=MELTING']);
  });

  it('takes the measured memory where the hypervisor is not ELF, or not known', () => {
    const memory = (hypervisor: string | null): string[] =>
      of(families.memoryUsed, {}, [cluster({ id: 'c1', name: 'one', hypervisor })]);
    const h = `{${c},host_id="h1",host_name="n"}`;
    expect(memory('ELF')).toEqual([`${h} 192`]);
    expect(memory('VMWARE')).toEqual([`${h} 300`]);
    expect(memory(null)).toEqual([`${h} 300`]);
    expect(of(families.memoryUsed, { running_pause_vm_memory_bytes: null })).toEqual([`${h} 64`]);
    expect(of(families.memoryUsed, { running_pause_vm_memory_bytes: null, os_memory_bytes: null })).toEqual([]);
  });

  it('keeps a host whose cluster was not read under what the host says itself', () => {
    const orphan = '{cluster_id="c9",cluster_name="new",host_id="h1",host_name="n"} 300';
    expect(of(families.memoryUsed, { cluster: { id: 'c9', name: 'new' } })).toEqual([orphan]);
    expect(of(families.perCondition, { cluster: { id: 'c9', name: 'new' } })).toContain(
      '{cluster_id="c9",cluster_name="new",condition="healthy"} 1',
    );
    const without = '{cluster_id="",cluster_name="",host_id="h1",host_name="n"} 300';
    expect(of(families.memoryUsed, { cluster: null })).toEqual([without]);
    expect(
      seriesOf(families.cpuCores, hostSamples({ hosts: [host({ id: 'h1', name: 'n' })], clusters: null }, context())),
    ).toEqual(['{cluster_id="c1",cluster_name="as the host says",host_id="h1",host_name="n"} 24']);
  });

  it('keeps a sensor at its index when another cannot be read', () => {
    const h = `${c},host_id="h1",host_name="n"`;
    expect(of(families.cpuTemperature, { cpu_temperature_celsius: [null, 51] })).toEqual([`{${h},sensor="1"} 51`]);
    expect(of(families.cpuTemperature, { cpu_temperature_celsius: [] })).toEqual([]);
  });

  it('counts zeros for a cluster without hosts', () => {
    const counts = seriesOf(families.perCondition, hostSamples({ hosts: [], clusters: [one] }, context()));
    expect(counts).toHaveLength(6);
    expect(counts.every((line) => line.endsWith(' 0'))).toBe(true);
  });
});
