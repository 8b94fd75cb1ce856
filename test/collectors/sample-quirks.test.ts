import { describe, expect, it } from 'vitest';
import { alertSamples } from '../../src/collectors/alerts.ts';
import { clusterSamples } from '../../src/collectors/clusters.ts';
import { diskSamples } from '../../src/collectors/disks.ts';
import { hostSamples } from '../../src/collectors/hosts.ts';
import { recycleBinSamples } from '../../src/collectors/recycle-bin.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import {
  alertFamilies,
  clusterFamilies,
  diskFamilies,
  hostFamilies,
  recycleBinFamilies,
} from '../../src/metrics/catalogue.ts';
import { alert, cluster, disk, host, polledAlert, vm } from './support/rows.ts';
import { context, now, seriesOf } from './support/text.ts';

/** Lines of a family that contain the text, their labels cut off. */
const values = (family: FamilyDefinition, lines: readonly string[], part = ''): number[] => {
  expect(family.labels.length).toBeGreaterThan(0);
  return lines.filter((line) => line.includes(part)).map((line) => Number(line.split(' ').at(-1)));
};

const ofClusters = (family: FamilyDefinition, clusters: Parameters<typeof cluster>[0][], part = '') =>
  values(family, seriesOf(family, clusterSamples({ clusters: clusters.map(cluster), hosts: [] }, context())), part);

const ofBin = (family: FamilyDefinition, vms: Parameters<typeof vm>[0][], part = '', retain = 7) =>
  values(
    family,
    seriesOf(
      family,
      recycleBinSamples(
        {
          vms: vms.map((fields) => vm({ in_recycle_bin: true, ...fields })),
          clusters: [cluster({ id: 'c1' })],
          clusterSettings: [{ id: 's1', cluster: { id: 'c1', name: '' }, vm_recycle_bin: null }],
          globalSettings: [{ id: 'g', vm_recycle_bin: { enabled: true, retain } }],
        },
        context(),
      ),
    ),
    part,
  );

const ofDisks = (fields: Parameters<typeof disk>[0], part: string) =>
  values(
    diskFamilies.perCondition,
    seriesOf(
      diskFamilies.perCondition,
      diskSamples({ disks: [disk(fields)], hosts: [host({ id: 'h1' })], clusters: [cluster({ id: 'c1' })] }, context()),
    ),
    part,
  );

const day = 86_400_000;
const ago = (ms: number): string => new Date(now - ms).toISOString();

describe('where the official dashboard sample errs, the metrics do not', () => {
  it('alerts without a cluster and of unknown severity are counted', () => {
    const alerts = [polledAlert({ id: 'a1', cluster: null }), polledAlert({ id: 'a2', severity: 'FATAL' })];
    const lines = seriesOf(alertFamilies.count, alertSamples({ alerts, clusters: [cluster({ id: 'c1' })] }, context()));
    expect(values(alertFamilies.count, lines, 'cluster_id="",')).toEqual([1]);
    expect(values(alertFamilies.count, lines, 'severity="unknown"')).toEqual([1]);
    expect(alert({ id: 'a' }).ended).toBe(false);
  });

  it('usage is a share between 0 and 1, and there is none of nothing', () => {
    expect(ofClusters(clusterFamilies.cpuUsage, [{ id: 'c1', used_cpu_hz: 1, total_cpu_hz: 4 }])).toEqual([0.25]);
    expect(ofClusters(clusterFamilies.cpuUsage, [{ id: 'c1', used_cpu_hz: 0, total_cpu_hz: 0 }])).toEqual([]);
  });

  it('no cluster at all is an empty answer', () => {
    expect(ofClusters(clusterFamilies.info, [])).toEqual([]);
  });

  it('a host of an unknown cluster stops nobody', () => {
    const hosts = [host({ id: 'h1', cluster: { id: 'c9', name: 'new' } }), host({ id: 'h2' })];
    const work = hostSamples({ hosts, clusters: [cluster({ id: 'c1' })] }, context());
    expect(values(hostFamilies.perCondition, seriesOf(hostFamilies.perCondition, work), 'condition="healthy"')).toEqual(
      [1, 1],
    );
  });

  it('data recovery that is not reported is not compared with zero', () => {
    const fields = { id: 'c1', recover_data_size: null, recover_speed: null };
    expect(ofClusters(clusterFamilies.recoveryRemaining, [fields])).toEqual([]);
    expect(ofClusters(clusterFamilies.recoverySpeed, [{ ...fields, recover_speed: 3 }])).toEqual([3]);
  });

  it('clusters of every kind are there, and a connection with errors is abnormal', () => {
    const types = ['SMTX_OS', 'SMTX_ZBS', 'SMTX_ELF', 'BLUESHARK', 'SOMETHING_NEW'];
    const clusters = types.map((type) => ({ id: type, type, connect_state: 'CONNECTED_ERROR' }));
    expect(ofClusters(clusterFamilies.info, clusters)).toEqual([1, 1, 1, 1, 1]);
    expect(ofClusters(clusterFamilies.abnormal, clusters)).toEqual([1, 1, 1, 1, 1]);
  });

  it('available space is what it is, also below zero, and unknown where a part is', () => {
    const fields = { id: 'c1', total_data_capacity: 10, used_data_space: 9, failure_data_space: 3 };
    expect(ofClusters(clusterFamilies.storageAvailable, [fields])).toEqual([-2]);
    expect(ofClusters(clusterFamilies.storageAvailable, [{ ...fields, used_data_space: null }])).toEqual([]);
  });

  it.each(['SSD', 'NVMe_SSD', 'SATA_OR_SAS_SSD'])('%s is an SSD', (type) => {
    expect(ofDisks({ id: 'd1', type }, 'type="ssd",condition="healthy"')).toEqual([1]);
  });

  it('disks of a failed software RAID and isolated ones are not healthy', () => {
    expect(ofDisks({ id: 'd1', health_status: 'SOFTWARE_RAID_FAILURE' }, 'type="ssd",condition="error"')).toEqual([1]);
    expect(ofDisks({ id: 'd1', usage_status: 'ISOLATED' }, 'type="ssd",condition="warning"')).toEqual([1]);
  });

  it('version 10 is not version 1, and boost is its own flag', () => {
    const mode = (version: string, vhost_enabled: boolean | null, hypervisor = 'ELF'): number[] =>
      ofClusters(clusterFamilies.mode, [{ id: 'c1', version, vhost_enabled, hypervisor }], 'mode="boost"');
    expect(mode('10.0.0', true)).toEqual([1]);
    expect(mode('6.2.0', false)).toEqual([0]);
    expect(mode('6.2.0', null)).toEqual([1]);
    expect(mode('4.9.9', true)).toEqual([0]);
  });

  it.each([
    ['PERPETUAL', '2030-01-01T00:00:00.000Z'],
    ['SUBSCRIPTION', null],
    ['SUBSCRIPTION', '1970-01-01T00:00:00.000Z'],
  ])('a %s licence until %s has no expiry', (license_type, license_expire_date) => {
    expect(ofClusters(clusterFamilies.licenseExpiry, [{ id: 'c1', license_type, license_expire_date }])).toEqual([]);
  });

  it('a settings row without a policy means the global one', () => {
    expect(ofBin(recycleBinFamilies.retention, [])).toEqual([7]);
  });

  it('days are counted in UTC, to the edge, from any spelling of the time', () => {
    const released = (deleted_at: string): number[] =>
      ofBin(recycleBinFamilies.release, [{ id: 'v1', deleted_at }], 'window="today"');
    expect(released(ago(6 * day))).toEqual([100]);
    expect(released(ago(6 * day - 1))).toEqual([0]);
    expect(released(ago(6 * day).replace('.000Z', '+00:00'))).toEqual([100]);
    const shanghai = new Date(now - 6 * day + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
    expect(released(shanghai)).toEqual([100]);
  });

  it('what is released today is not released within 7 days again, and what is overdue is released today', () => {
    const vms = [
      { id: 'v1', size: 1, deleted_at: ago(30 * day) },
      { id: 'v2', size: 10, deleted_at: ago(2 * day) },
    ];
    expect(ofBin(recycleBinFamilies.release, vms, 'window="today"')).toEqual([1]);
    expect(ofBin(recycleBinFamilies.release, vms, 'window="7d"')).toEqual([10]);
  });

  it('VMs without a size or a cluster stop nobody', () => {
    const vms = [
      { id: 'v1', size: null },
      { id: 'v2', size: 4, cluster: null },
    ];
    expect(ofBin(recycleBinFamilies.vms, vms)).toEqual([1, 1]);
    expect(ofBin(recycleBinFamilies.bytes, vms)).toEqual([4]);
  });
});
