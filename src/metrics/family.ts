/** A metric family as declared in the catalogue: the only place where its name, help, type and labels stand. */
export interface FamilyDefinition {
  readonly name: string;
  /** One sentence with the unit and the source field. */
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** The base unit the name ends in (before `_total`), or null. */
  readonly unit: 'bytes' | 'seconds' | 'hertz' | 'celsius' | 'ratio' | null;
  /** Label names in the order they are written. */
  readonly labels: readonly string[];
  readonly stability: 'stable' | 'experimental';
  /** Who yields it. */
  readonly collector: CollectorName | 'exporter' | 'bridge';
  /** The operation and fields of the API (or the part of the exporter) that the value comes from. */
  readonly source: string;
}

/** The collectors of a tower; `tower` reads releases, licences and datacenters. */
export const collectorNames = ['tower', 'clusters', 'hosts', 'disks', 'alerts', 'recycle_bin', 'vms'] as const;
export type CollectorName = (typeof collectorNames)[number];
