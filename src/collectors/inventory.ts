import type { Query, Resource, TowerReader, Where } from '../client/reader.ts';
import type { Cluster, Row } from '../client/resources.ts';
import { RowMemory } from '../client/row-memory.ts';
import { resources } from '../client/rows.ts';
import type { Clock } from '../clock.ts';
import { type Logger, silentLogger } from '../log.ts';
import type { CollectorName } from '../metrics/family.ts';
import { ownsTheRest, type Shard } from '../sharding.ts';
import { type InventoryRows, owners, type ResourceName } from './resources.ts';
import type { RuleNames } from './rule-names.ts';
import { createScope, type Part, type Scope } from './scope.ts';
import { createScopeCheck, type ScopeCheck } from './scope-check.ts';
import type { CollectorSettings, TowerSettings } from './settings.ts';
import { type Load, type Reading, SharedRead } from './shared-read.ts';

export interface InventoryOptions {
  readonly settings: TowerSettings;
  readonly reader: TowerReader;
  readonly rules: RuleNames;
  readonly clock: Clock;
  /** The part of the tower that this exporter reads; left out: all of it. */
  readonly shard?: Shard | null;
  /** Told of what the scope names and the tower does not have; left out: nobody is. */
  readonly logger?: Logger;
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
  /** The clusters of all shards, as they were listed last. */
  private clusterIds: readonly string[] = [];

  constructor({ settings, reader, rules, clock, shard = null, logger = silentLogger }: InventoryOptions) {
    this.settings = settings.collectors;
    this.clock = clock;
    const scope = createScope(settings.scope, shard, async (signal) => {
      await this.readOrLastKnown('clusters', 'clusters', signal);
      return this.clusterIds;
    });
    const checkScope = createScopeCheck(settings, shard, logger);
    const onClusters: ScopeCheck = (clusters) => {
      this.clusterIds = clusters.map(({ id }) => id);
      checkScope(clusters);
    };
    this.reads = createReads({ reader, rules, scope, clock, onClusters, isFirst: ownsTheRest(shard) });
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

interface ReadParts {
  readonly reader: TowerReader;
  readonly rules: RuleNames;
  readonly scope: Scope;
  readonly clock: Clock;
  /** Told of the clusters of all shards whenever they were listed. */
  readonly onClusters: ScopeCheck;
  /** Whether the tower's own resources are this exporter's. */
  readonly isFirst: boolean;
}

const createReads = ({ reader, rules, scope, clock, onClusters, isFirst }: ReadParts): Reads => {
  /** A read of a whole resource of the tower. */
  const whole = <T extends Row>(
    resource: Resource<T>,
    where: Where | null = null,
    memory = new RowMemory<T>(),
  ): Load<T> => {
    return async (signal) => ({
      rows: (await reader.list(resource, { ...query(where, signal), memory })).rows,
      scope: null,
    });
  };

  /** A read limited to the clusters in scope: nothing is asked for when there are none. */
  const scoped = <T extends Row>(
    resource: Resource<T>,
    limit: (part: Part) => Where,
    options: Pick<Query, 'where' | 'prove'> = {},
  ): Load<T> => {
    const memory = new RowMemory<T>();
    return async (signal) => {
      const part = await scope.part(signal);
      if (part?.isEmpty === true) return { rows: [], scope: part.scope };
      const where = { ...options.where, ...(part === null ? {} : limit(part)) };
      const { rows } = await reader.list(resource, { ...options, ...query(where, signal), memory });
      return { rows, scope: part?.scope ?? null };
    };
  };

  /** A read of what only the first shard shows. */
  const ofTower = <T extends Row>(resource: Resource<T>): Load<T> =>
    isFirst ? whole(resource) : () => Promise.resolve({ rows: [], scope: null });

  const share = <T>(load: Load<T>): SharedRead<T> => new SharedRead(load, clock);
  const ofCluster = (part: Part): Where => part.limit((clusters) => ({ cluster: clusters }));

  const clusterMemory = new RowMemory<Cluster>();
  const alerts = scoped(resources.alerts, ofCluster, { where: { ended: false }, prove: true });
  const datacenters = scoped(resources.datacenters, (part) =>
    part.limitSome((clusters) => ({ clusters_some: clusters })),
  );
  return {
    clusters: share(async (signal) => {
      if (!scope.hasClusters) return { rows: [], scope: null };
      const { rows } = await whole(resources.clusters, scope.clusters, clusterMemory)(signal);
      onClusters(rows);
      return { rows: rows.filter(({ id }) => scope.includes(id)), scope: null };
    }),
    hosts: share(scoped(resources.hosts, ofCluster)),
    disks: share(scoped(resources.disks, (part) => part.limit((clusters) => ({ host: { cluster: clusters } })))),
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
    deploys: share(ofTower(resources.deploys)),
    licenses: share(ofTower(resources.licenses)),
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
