import type { CollectorName } from '../metrics/family.ts';

/** How a collector runs; times in milliseconds. */
export interface CollectorSettings {
  readonly enabled: boolean;
  readonly interval: number;
  readonly stale_after: number;
}

/** Which clusters are read: those named and those of the datacenters named (the union); both empty: everything. */
export interface ScopeSettings {
  readonly datacenter_ids: readonly string[];
  readonly cluster_ids: readonly string[];
}

/** What the collectors need of a tower's configuration. */
export interface TowerSettings {
  readonly name: string;
  /** Longest time for one request, milliseconds. */
  readonly timeout: number;
  readonly page_size: number;
  readonly scope: ScopeSettings;
  readonly collectors: Readonly<Record<CollectorName, CollectorSettings>> & {
    readonly alerts: { readonly max_series: number };
  };
}
