import { describe, expect, it } from 'vitest';
import type { Disk } from '../../src/client/resources.ts';
import { diskSamples } from '../../src/collectors/disks.ts';
import { diskFamilies as families } from '../../src/metrics/catalogue/disks.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { cluster, disk, host } from './support/rows.ts';
import { context, linesOf, seriesOf } from './support/text.ts';

const c = 'cluster_id="c1",cluster_name="one"';
const clusters = [cluster({ id: 'c1', name: 'one' })];
const hosts = [host({ id: 'h1', name: 'host' })];

const of = (family: FamilyDefinition, fields: Partial<Disk>): string[] =>
  seriesOf(family, diskSamples({ disks: [disk({ id: 'd1', name: 'sda', ...fields })], hosts, clusters }, context()));

describe('the disks collector', () => {
  it('says everything of an ordinary disk', () => {
    const d = `${c},host_id="h1",host_name="host",disk_id="d1",disk_name="sda"`;
    const zeros = ['ssd', 'hdd', 'pmem'].flatMap((type) =>
      ['healthy', 'warning', 'error'].map(
        (condition) =>
          `cloudtower_cluster_disks{${c},type="${type}",condition="${condition}"} ${Number(type === 'ssd' && condition === 'healthy')}`,
      ),
    );
    expect(linesOf(diskSamples({ disks: [disk({ id: 'd1', name: 'sda' })], hosts, clusters }, context()))).toEqual([
      `cloudtower_disk_info{${d},type="SSD",model="PM883",serial="D1",firmware="F1",usage="DATA",function=""} 1`,
      `cloudtower_disk_condition{${d},condition="healthy"} 1`,
      `cloudtower_disk_condition{${d},condition="warning"} 0`,
      `cloudtower_disk_condition{${d},condition="error"} 0`,
      `cloudtower_disk_size_bytes{${d}} 960000000000`,
      `cloudtower_disk_remaining_life_ratio{${d}} 0.97`,
      ...zeros,
    ]);
  });

  it.each<[string | null, string]>([
    ['HDD', 'hdd'],
    ['SSD', 'ssd'],
    ['SATA_OR_SAS_SSD', 'ssd'],
    ['NVMe_SSD', 'ssd'],
    ['PMem', 'pmem'],
    ['TAPE', 'unknown'],
    [null, 'unknown'],
  ])('type %s counts as %s', (type, counted) => {
    const counts = of(families.perCondition, { type });
    expect(counts.filter((line) => line.endsWith(' 1'))).toEqual([`{${c},type="${counted}",condition="healthy"} 1`]);
    expect(counts).toHaveLength(counted === 'unknown' ? 10 : 9);
  });

  it.each<[string | null, string | null, string]>([
    ['HEALTHY', 'MOUNTED', 'healthy'],
    [null, null, 'healthy'],
    ['UNHEALTHY', 'MOUNTED', 'error'],
    ['SUBHEALTHY', 'MOUNTED', 'error'],
    ['SMART_FAILED', 'UNMOUNTED', 'error'],
    ['SOFTWARE_RAID_FAILURE', 'MOUNTED', 'error'],
    ['HEALTHY', 'UNMOUNTED', 'warning'],
    ['HEALTHY', 'PARTIAL_MOUNTED', 'warning'],
    [null, 'ISOLATED', 'warning'],
    ['HEALTHY', 'MOUNTING', 'healthy'],
    ['HEALTHY', 'UNMOUNTING', 'healthy'],
  ])('health %s with use %s is %s', (health_status, usage_status, condition) => {
    const set = of(families.condition, { health_status, usage_status });
    expect(set).toHaveLength(3);
    expect(set.filter((line) => line.endsWith(' 1'))).toEqual([expect.stringContaining(`condition="${condition}"`)]);
    expect(of(families.perCondition, { health_status, usage_status })).toContain(
      `{${c},type="ssd",condition="${condition}"} 1`,
    );
  });

  it('does not take a condition that it does not know in silence', () => {
    const test = context();
    const disks = [disk({ id: 'd1', health_status: 'MELTED', usage_status: 'LENT', type: 'TAPE' })];
    linesOf(diskSamples({ disks, hosts, clusters }, test));
    expect(test.reported).toEqual(['disk.type=TAPE', 'disk.health_status=MELTED', 'disk.usage_status=LENT']);
  });

  it('leaves out what is not known', () => {
    expect(of(families.size, { size: null })).toEqual([]);
    expect(of(families.remainingLife, { remaining_life_percent: null })).toEqual([]);
    expect(of(families.remainingLife, { remaining_life_percent: 0 })).toHaveLength(1);
  });

  it('keeps a disk whose host was not read, and one without a host', () => {
    const labels = 'cluster_id="",cluster_name="",host_id="h9",host_name="new",disk_id="d1",disk_name="sda"';
    expect(of(families.size, { host: { id: 'h9', name: 'new' } })).toEqual([`{${labels}} 960000000000`]);
    expect(of(families.perCondition, { host: { id: 'h9', name: 'new' } })).toContain(
      '{cluster_id="",cluster_name="",type="ssd",condition="healthy"} 1',
    );
    expect(of(families.size, { host: null })).toEqual([
      '{cluster_id="",cluster_name="",host_id="",host_name="",disk_id="d1",disk_name="sda"} 960000000000',
    ]);
  });

  it('takes cluster and host from the disk itself when nobody knows them, and the cluster from its host', () => {
    const disks = [disk({ id: 'd1', name: 'sda' })];
    expect(seriesOf(families.size, diskSamples({ disks, hosts: null, clusters: null }, context()))).toEqual([
      '{cluster_id="",cluster_name="",host_id="h1",host_name="as the disk says",disk_id="d1",disk_name="sda"} 960000000000',
    ]);
    expect(seriesOf(families.size, diskSamples({ disks, hosts, clusters: null }, context()))).toEqual([
      '{cluster_id="c1",cluster_name="as the host says",host_id="h1",host_name="host",disk_id="d1",disk_name="sda"} 960000000000',
    ]);
  });
});
