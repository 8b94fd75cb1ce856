import { describe, expect, it } from 'vitest';
import { towerSamples } from '../../src/collectors/tower.ts';
import { vmSamples } from '../../src/collectors/vms.ts';
import { towerFamilies } from '../../src/metrics/catalogue/tower.ts';
import { vmFamilies } from '../../src/metrics/catalogue/vms.ts';
import { cluster, vm } from './support/rows.ts';
import { context, linesOf, seriesOf } from './support/text.ts';

describe('the vms collector', () => {
  it('says everything of an ordinary VM', () => {
    const v = 'cluster_id="c1",cluster_name="one",vm_id="v1",vm_name="web\\\\1"';
    const vms = [vm({ id: 'v1', name: 'web\\1' })];
    const lines = linesOf(vmSamples({ vms, clusters: [cluster({ id: 'c1', name: 'one' })] }, context()));
    expect(lines).toEqual([
      `cloudtower_vm_info{${v},host_id="h1",host_name="host one",guest_os_type="LINUX",ha="true",vm_tools_status="RUNNING"} 1`,
      `cloudtower_vm_status{${v},status="running"} 1`,
      `cloudtower_vm_status{${v},status="stopped"} 0`,
      `cloudtower_vm_status{${v},status="suspended"} 0`,
      `cloudtower_vm_status{${v},status="deleted"} 0`,
      `cloudtower_vm_status{${v},status="unknown"} 0`,
      `cloudtower_vm_cpu_cores{${v}} 4`,
      `cloudtower_vm_memory_bytes{${v}} 8`,
      `cloudtower_vm_cpu_usage_ratio{${v}} 0.5`,
      `cloudtower_vm_memory_usage_ratio{${v}} 0.25`,
      `cloudtower_vm_storage_provisioned_bytes{${v}} 1000`,
      `cloudtower_vm_storage_used_bytes{${v}} 500`,
      `cloudtower_vm_storage_unique_bytes{${v}} 400`,
      `cloudtower_vm_storage_guest_used_bytes{${v}} 300`,
    ]);
  });

  it('says of a VM that reports nothing only where it is and that its status is unknown', () => {
    const nothing = Object.fromEntries(Object.keys(vm({ id: 'v1' })).map((key) => [key, null]));
    const vms = [{ ...vm({ id: 'v1' }), ...nothing, id: 'v1', name: 'n' }];
    const v = 'cluster_id="",cluster_name="",vm_id="v1",vm_name="n"';
    expect(linesOf(vmSamples({ vms, clusters: null }, context()))).toEqual([
      `cloudtower_vm_info{${v},host_id="",host_name="",guest_os_type="",ha="",vm_tools_status=""} 1`,
      ...['running', 'stopped', 'suspended', 'deleted'].map((s) => `cloudtower_vm_status{${v},status="${s}"} 0`),
      `cloudtower_vm_status{${v},status="unknown"} 1`,
    ]);
  });

  it.each([
    ['DELETED', 'deleted', []],
    ['UNKNOWN', 'unknown', []],
    ['MIGRATING', 'unknown', ['vm.status=MIGRATING']],
  ])('status %s is %s', (status, shown, reported) => {
    const test = context();
    const vms = [vm({ id: 'v1', status })];
    const set = seriesOf(vmFamilies.status, vmSamples({ vms, clusters: null }, test));
    expect(set.filter((line) => line.endsWith(' 1'))).toEqual([expect.stringContaining(`status="${shown}"`)]);
    expect(test.reported).toEqual(reported);
  });
});

describe('the tower collector', () => {
  it('says release, licence and memberships', () => {
    const lines = linesOf(
      towerSamples({
        deploys: [{ id: 'x', version: '4.6.2' }],
        licenses: [{ id: 'l', type: 'TRIAL', software_edition: 'ENTERPRISE', expire_date: '2026-12-31T00:00:00.000Z' }],
        datacenters: [
          {
            id: 'dc1',
            name: '北京',
            clusters: [
              { id: 'c1', name: 'one' },
              { id: 'c2', name: 'two' },
            ],
          },
          { id: 'dc2', name: 'empty', clusters: [] },
        ],
      }),
    );
    expect(lines).toEqual([
      'cloudtower_info{version="4.6.2"} 1',
      `cloudtower_license_expiry_timestamp_seconds{license_type="TRIAL",software_edition="ENTERPRISE"} ${Date.UTC(2026, 11, 31) / 1000}`,
      'cloudtower_datacenter_cluster{datacenter_id="dc1",datacenter_name="北京",cluster_id="c1",cluster_name="one"} 1',
      'cloudtower_datacenter_cluster{datacenter_id="dc1",datacenter_name="北京",cluster_id="c2",cluster_name="two"} 1',
    ]);
  });

  it('leaves out what the tower lacks, and the version empty', () => {
    expect(linesOf(towerSamples({ deploys: null, licenses: null, datacenters: null }))).toEqual([
      'cloudtower_info{version=""} 1',
    ]);
  });

  it('shows no expiry of a perpetual licence, and of two alike the later one', () => {
    const license = (id: string, type: string, expire_date: string | null) => ({
      id,
      type,
      software_edition: 'STANDARD',
      expire_date,
    });
    const licenses = [
      license('1', 'PERPETUAL', null),
      license('2', 'SUBSCRIPTION', '2026-01-01T00:00:00Z'),
      license('3', 'SUBSCRIPTION', '2027-01-01T00:00:00Z'),
      license('4', 'TRIAL', '1970-01-01T00:00:00.000Z'),
    ];
    const work = towerSamples({ deploys: [], licenses, datacenters: [] });
    expect(seriesOf(towerFamilies.licenseExpiry, work)).toEqual([
      `{license_type="SUBSCRIPTION",software_edition="STANDARD"} ${Date.UTC(2027, 0, 1) / 1000}`,
    ]);
  });

  it('lists a cluster once in a datacenter that names it twice', () => {
    const one = { id: 'c1', name: 'one' };
    const datacenters = [{ id: 'dc1', name: 'd', clusters: [one, one] }];
    const work = towerSamples({ deploys: [], licenses: [], datacenters });
    expect(seriesOf(towerFamilies.datacenterCluster, work)).toHaveLength(1);
  });
});
