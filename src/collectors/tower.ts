import type { Datacenter, Deploy, License } from '../client/resources.ts';
import { licenseExpiry } from '../estate/clusters.ts';
import { SampleBatch } from '../metrics/batch.ts';
import { towerFamilies as families } from '../metrics/catalogue/tower.ts';
import { type LabelBlock, labelBlock } from '../metrics/labels.ts';
import { defineCollector, type SampleContext, type SampleWork } from './collector.ts';

/** Each is null when the tower lacks the operation or the user may not read it. */
export interface TowerData {
  readonly deploys: readonly Deploy[] | null;
  readonly licenses: readonly License[] | null;
  readonly datacenters: readonly Datacenter[] | null;
}

/** The tower itself: release, licence, and which cluster is in which datacenter. */
export const tower = defineCollector<TowerData>({
  name: 'tower',
  families: Object.values(families),
  read: async (context) => {
    const [deploys, licenses, datacenters] = await Promise.all([
      context.optional('deploys'),
      context.optional('licenses'),
      context.optional('datacenters'),
    ]);
    return { deploys, licenses, datacenters };
  },
  samples: towerSamples,
  objects: ({ deploys, licenses, datacenters }) =>
    (deploys?.length ?? 0) + (licenses?.length ?? 0) + (datacenters?.length ?? 0),
});

export function* towerSamples(
  { deploys, licenses, datacenters }: TowerData,
  { towerElsewhere = false }: Pick<SampleContext, 'towerElsewhere'> = {},
): SampleWork {
  const batch = new SampleBatch();
  const version = deploys?.find((deploy) => deploy.version !== null)?.version ?? '';
  if (!towerElsewhere) batch.add(families.info, 1, labelBlock({ version }));
  for (const { block, seconds } of expiries(licenses ?? [])) batch.add(families.licenseExpiry, seconds, block);
  for (const datacenter of datacenters ?? []) {
    for (const cluster of new Map(datacenter.clusters.map((cluster) => [cluster.id, cluster])).values()) {
      const membership = labelBlock({
        datacenter_id: datacenter.id,
        datacenter_name: datacenter.name,
        cluster_id: cluster.id,
        cluster_name: cluster.name,
      });
      batch.add(families.datacenterCluster, 1, membership);
    }
    yield;
  }
  return batch;
}

/** Seconds since the epoch by kind. Of several licences of one kind the one that lasts longest counts. */
const expiries = (licenses: readonly License[]): Iterable<{ block: LabelBlock; seconds: number }> => {
  const latest = new Map<string, { block: LabelBlock; seconds: number }>();
  for (const license of licenses) {
    const seconds = licenseExpiry(license.type, license.expire_date);
    if (seconds === null) continue;
    const block = labelBlock({ license_type: license.type ?? '', software_edition: license.software_edition ?? '' });
    const known = latest.get(block.text);
    if (known === undefined || known.seconds < seconds) latest.set(block.text, { block, seconds });
  }
  return latest.values();
};
