import type { Query, Resource, TowerReader, Where } from '../client/reader.ts';
import type { Row } from '../client/resources.ts';
import { resources } from '../client/rows.ts';
import type { Clock } from '../clock.ts';
import type { CollectorName } from '../metrics/family.ts';
import { type InventoryRows, owners, type ResourceName } from './resources.ts';
import type { RuleNames } from './rule-names.ts';
import { createScope, type Scope } from './scope.ts';
import type { CollectorSettings, TowerSettings } from './settings.ts';
import { type Load, type Reading, SharedRead } from './shared-read.ts';

export interface InventoryOptions {
  readonly settings: TowerSettings;
  readonly reader: TowerReader;
  readonly rules: RuleNames;
  readonly clock: Clock;
}

/** What others (the dashboard) see of an inventory. */
export interface InventoryView {
  /** The latest rows that were read whole, and when (milliseconds since the epoch); null when none were yet. */
  latest<K extends ResourceName>(name: K): Reading<InventoryRows[K]> | null;
}

type Reads = { readonly [K in ResourceName]: SharedRead<InventoryRows[K]> };

/**
 * What was read of one tower last. All collectors read through it, so that no object is downloaded twice in a cycle: a read
 * that started less than half its owner's interval ago serves everyone, and one under way is waited for.
 */
export class Inventory implements InventoryView {
  private readonly reads: Reads;
  private readonly settings: TowerSettings['collectors'];
  private readonly clock: Clock;

  constructor({ settings, reader, rules, clock }: InventoryOptions) {
    this.settings = settings.collectors;
    this.clock = clock;
    const scope = createScope(settings.scope, async (signal) => {
      const reading = await this.readOrLastKnown('clusters', 'clusters', signal);
      return reading.rows.map((cluster) => cluster.id);
    });
    this.reads = createReads(reader, rules, scope, clock);
  }

  latest<K extends ResourceName>(name: K): Reading<InventoryRows[K]> | null {
    return this.reads[name].latest;
  }

  /** Whether a read by this collector costs the tower nothing now. */
  isAtHand(name: ResourceName, asker: CollectorName): boolean {
    return this.reads[name].isAtHand(this.timing(name, asker).interval / 2);
  }

  /** Fresh rows. @throws (rejects) TowerError, or the signal's reason. */
  read<K extends ResourceName>(name: K, asker: CollectorName, signal: AbortSignal): Promise<Reading<InventoryRows[K]>> {
    return this.reads[name].read(this.timing(name, asker).interval / 2, signal);
  }

  /** The latest rows unless they are stale. */
  lastKnown<K extends ResourceName>(name: K, asker: CollectorName): Reading<InventoryRows[K]> | null {
    const { latest } = this.reads[name];
    if (latest === null) return null;
    return this.clock.monotonic() - latest.finishedAt <= this.timing(name, asker).stale_after ? latest : null;
  }

  private async readOrLastKnown<K extends ResourceName>(
    name: K,
    asker: CollectorName,
    signal: AbortSignal,
  ): Promise<Reading<InventoryRows[K]>> {
    try {
      return await this.read(name, asker, signal);
    } catch (error) {
      const known = this.lastKnown(name, asker);
      if (known === null) throw error;
      return known;
    }
  }

  /** The owner's timing, or the asker's where the owner does not run. */
  private timing(name: ResourceName, asker: CollectorName): CollectorSettings {
    const owner = this.settings[owners[name]];
    return owner.enabled ? owner : this.settings[asker];
  }
}

const createReads = (reader: TowerReader, rules: RuleNames, scope: Scope, clock: Clock): Reads => {
  /** A read of a whole resource of the tower. */
  const whole =
    <T extends Row>(resource: Resource<T>, where: Where | null = null): Load<T> =>
    async (signal) => ({ rows: (await reader.list(resource, query(where, signal))).rows, scope: null });

  /** A read limited to the clusters in scope: nothing is asked for when there are none. */
  const scoped =
    <T extends Row>(
      resource: Resource<T>,
      limit: (clusters: Where) => Where,
      options: Pick<Query, 'where' | 'prove'> = {},
    ): Load<T> =>
    async (signal) => {
      const ids = await scope.ids(signal);
      if (ids?.size === 0) return { rows: [], scope: ids };
      const where = { ...options.where, ...(ids === null ? {} : limit({ id_in: [...ids] })) };
      const { rows } = await reader.list(resource, { ...options, ...query(where, signal) });
      return { rows, scope: ids };
    };

  const share = <T>(load: Load<T>): SharedRead<T> => new SharedRead(load, clock);
  const ofCluster = (clusters: Where): Where => ({ cluster: clusters });

  const alerts = scoped(resources.alerts, ofCluster, { where: { ended: false }, prove: true });
  const datacenters = scoped(resources.datacenters, (clusters) => ({ clusters_some: clusters }));
  return {
    clusters: share(whole(resources.clusters, scope.clusters)),
    hosts: share(scoped(resources.hosts, ofCluster)),
    disks: share(scoped(resources.disks, (clusters) => ({ host: { cluster: clusters } }))),
    alerts: share(async (signal) => {
      const read = await alerts(signal);
      const open = read.rows.filter((alert) => alert.ended !== true);
      await rules.learn(open, signal);
      return { ...read, rows: rules.join(open) };
    }),
    vms: share(scoped(resources.vms, ofCluster)),
    recycledVms: share(scoped(resources.vms, ofCluster, { where: { in_recycle_bin: true } })),
    clusterSettings: share(scoped(resources.clusterSettings, ofCluster)),
    globalSettings: share(whole(resources.globalSettings)),
    deploys: share(whole(resources.deploys)),
    licenses: share(whole(resources.licenses)),
    datacenters: share(async (signal) => {
      const read = await datacenters(signal);
      // A datacenter in scope may have clusters that are not.
      const inScope = (id: string): boolean => read.scope?.has(id) !== false;
      const rows = read.rows.map((row) => ({ ...row, clusters: row.clusters.filter(({ id }) => inScope(id)) }));
      return { ...read, rows };
    }),
  };
};

const query = (where: Where | null, signal: AbortSignal): Query =>
  where === null || Object.keys(where).length === 0 ? { signal } : { where, signal };
