import { describe, expect, it } from 'vitest';
import type { RecycleBinPolicy, Vm } from '../../src/client/resources.ts';
import { type RecycleBinData, recycleBinSamples } from '../../src/collectors/recycle-bin.ts';
import { recycleBinFamilies as families } from '../../src/metrics/catalogue/tower.ts';
import type { FamilyDefinition } from '../../src/metrics/family.ts';
import { cluster, vm } from './support/rows.ts';
import { context, linesOf, now, seriesOf } from './support/text.ts';

const c = 'cluster_id="c1",cluster_name="one"';
const day = 86_400_000;
const binned = (fields: Partial<Vm> & { id: string }): Vm => vm({ in_recycle_bin: true, ...fields });
const ago = (ms: number): string => new Date(now - ms).toISOString();

interface Given {
  readonly vms?: readonly Vm[];
  readonly own?: RecycleBinPolicy | null;
  readonly global?: RecycleBinPolicy | null;
}

const data = ({ vms = [], own = null, global = { enabled: true, retain: 7 } }: Given): RecycleBinData => ({
  vms,
  clusters: [cluster({ id: 'c1', name: 'one' })],
  clusterSettings: [{ id: 's1', cluster: { id: 'c1', name: 'one' }, vm_recycle_bin: own }],
  globalSettings: [{ id: 'g', vm_recycle_bin: global }],
});

const of = (family: FamilyDefinition, given: Given): string[] =>
  seriesOf(family, recycleBinSamples(data(given), context()));

/** Which window a VM deleted so long ago falls into. */
const windowOf = (retain: number, deleted_at: string | null): string | null => {
  const vms = [binned({ id: 'v1', deleted_at })];
  const lines = of(families.release, { vms, own: { enabled: true, retain } });
  return lines.filter((line) => line.endsWith(' 100')).map((line) => /window="(\w+)"/.exec(line)?.[1] ?? '')[0] ?? null;
};

describe('the recycle bin collector', () => {
  it('says zero of an empty bin', () => {
    expect(linesOf(recycleBinSamples(data({}), context()))).toEqual([
      `cloudtower_recycle_bin_vms{${c}} 0`,
      `cloudtower_recycle_bin_bytes{${c}} 0`,
      `cloudtower_recycle_bin_release_bytes{${c},window="today"} 0`,
      `cloudtower_recycle_bin_release_bytes{${c},window="7d"} 0`,
      `cloudtower_recycle_bin_retention_days{${c}} 7`,
      `cloudtower_recycle_bin_enabled{${c}} 1`,
    ]);
  });

  it.each<[string, number, string | null, string | null]>([
    ['just deleted, a week', 7, ago(0), '7d'],
    ['just deleted, eight days', 8, ago(0), null],
    ['one whole day gone of eight', 8, ago(day), '7d'],
    ['almost a day gone of eight', 8, ago(day - 1), null],
    ['two days left', 7, ago(5 * day), '7d'],
    ['a day and a bit left', 7, ago(5.5 * day), '7d'],
    ['the last day', 7, ago(6 * day), 'today'],
    ['overdue', 7, ago(30 * day), 'today'],
    ['nothing retained', 0, ago(0), 'today'],
    ['one day retained', 1, ago(0), 'today'],
    ['an offset instead of Z', 7, new Date(now - 6 * day).toISOString().replace('Z', '+00:00'), 'today'],
    ['no fraction', 7, new Date(now - 6 * day).toISOString().replace('.000Z', 'Z'), 'today'],
    ['no date', 7, null, null],
    ['the epoch', 7, '1970-01-01T00:00:00.000Z', null],
    ['nonsense', 7, 'soon', null],
    ['in the future by a skewed clock', 7, ago(-1000), null],
  ])('release: %s', (_, retain, deletedAt, window) => {
    expect(windowOf(retain, deletedAt)).toBe(window);
  });

  it('counts a VM whose deletion time is unreadable, but in no window', () => {
    const vms = [binned({ id: 'v1', deleted_at: null, size: 5 }), binned({ id: 'v2', deleted_at: 'x', size: 6 })];
    expect(linesOf(recycleBinSamples(data({ vms }), context())).slice(0, 4)).toEqual([
      `cloudtower_recycle_bin_vms{${c}} 2`,
      `cloudtower_recycle_bin_bytes{${c}} 11`,
      `cloudtower_recycle_bin_release_bytes{${c},window="today"} 0`,
      `cloudtower_recycle_bin_release_bytes{${c},window="7d"} 0`,
    ]);
  });

  it('leaves sizes out that nobody reported', () => {
    const all = [binned({ id: 'v1', size: null, deleted_at: ago(0) })];
    expect(of(families.vms, { vms: all })).toEqual([`{${c}} 1`]);
    expect(of(families.bytes, { vms: all })).toEqual([]);
    expect(of(families.release, { vms: all })).toEqual([`{${c},window="today"} 0`]);
    const some = [...all, binned({ id: 'v2', size: 9, deleted_at: ago(0) })];
    expect(of(families.bytes, { vms: some })).toEqual([`{${c}} 9`]);
    expect(of(families.release, { vms: some })).toEqual([`{${c},window="today"} 0`, `{${c},window="7d"} 9`]);
  });

  it.each<[string, RecycleBinPolicy | null, RecycleBinPolicy | null, number | null, number | null]>([
    ['its own', { enabled: false, retain: 30 }, { enabled: true, retain: 7 }, 30, 0],
    ['the global one', null, { enabled: true, retain: 7 }, 7, 1],
    ['field by field', { enabled: false, retain: null }, { enabled: true, retain: 7 }, 7, 0],
    ['retain 0 is a policy', { enabled: true, retain: 0 }, { enabled: true, retain: 7 }, 0, 1],
    ['none', null, null, null, null],
  ])('the policy of a cluster: %s', (_, own, global, retain, enabled) => {
    expect(of(families.retention, { own, global })).toEqual(retain === null ? [] : [`{${c}} ${retain}`]);
    expect(of(families.enabled, { own, global })).toEqual(enabled === null ? [] : [`{${c}} ${enabled}`]);
  });

  it('knows no windows without a retention, unless there is nothing to release', () => {
    const vms = [binned({ id: 'v1', deleted_at: ago(0) })];
    expect(of(families.release, { vms, global: null })).toEqual([]);
    expect(of(families.release, { global: null })).toHaveLength(2);
  });

  it('does not guess the policy of clusters whose settings may not be read', () => {
    const given = { ...data({ vms: [binned({ id: 'v1', deleted_at: ago(0) })] }), clusterSettings: null };
    expect(linesOf(recycleBinSamples(given, context()))).toEqual([
      `cloudtower_recycle_bin_vms{${c}} 1`,
      `cloudtower_recycle_bin_bytes{${c}} 100`,
    ]);
  });

  it('keeps VMs of clusters that were not read, and those without one', () => {
    const vms = [
      binned({ id: 'v1', cluster: { id: 'c9', name: 'new' }, deleted_at: ago(0) }),
      binned({ id: 'v2', cluster: null, deleted_at: ago(0) }),
    ];
    const lines = linesOf(recycleBinSamples({ ...data({ vms }), clusters: null }, context()));
    expect(lines).toEqual([
      'cloudtower_recycle_bin_vms{cluster_id="c9",cluster_name="new"} 1',
      'cloudtower_recycle_bin_vms{cluster_id="",cluster_name=""} 1',
      'cloudtower_recycle_bin_bytes{cluster_id="c9",cluster_name="new"} 100',
      'cloudtower_recycle_bin_bytes{cluster_id="",cluster_name=""} 100',
      'cloudtower_recycle_bin_release_bytes{cluster_id="c9",cluster_name="new",window="today"} 0',
      'cloudtower_recycle_bin_release_bytes{cluster_id="c9",cluster_name="new",window="7d"} 100',
      'cloudtower_recycle_bin_release_bytes{cluster_id="",cluster_name="",window="today"} 0',
      'cloudtower_recycle_bin_release_bytes{cluster_id="",cluster_name="",window="7d"} 100',
      'cloudtower_recycle_bin_retention_days{cluster_id="c9",cluster_name="new"} 7',
      'cloudtower_recycle_bin_enabled{cluster_id="c9",cluster_name="new"} 1',
    ]);
  });
});
