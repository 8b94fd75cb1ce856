import type { Alert } from '../client/resources.ts';

/** An upstream alert with what the collector joined to it. */
export interface PolledAlert extends Alert {
  /** The global rule's name, null while it is not known. */
  readonly rule: string | null;
  /** Whether the rule is a boolean one (threshold and value mean nothing then); null while not known. */
  readonly rule_boolean: boolean | null;
}

/** What a look-up by id (without regard to `ended` and scope) said of an alert that the poll no longer listed. */
export type Lookup = PolledAlert | 'not_found';

/** The clusters that were looked at. The empty id stands for alerts without a cluster. A set of ids is one. */
export interface ClusterScope {
  /** How many clusters the tower showed; 0 proves nothing: a lost permission looks just like that. */
  readonly size: number;
  has(clusterId: string): boolean;
}

/**
 * One poll of a tower's unresolved alerts, as evidence. `complete`: every page answered, keyset-paged, and the connection's
 * count agrees. `incomplete`: some rows came, nothing may be concluded from an absence. `unreachable`: nothing came.
 */
export interface AlertPoll {
  readonly tower: string;
  /** When the poll ended, milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: 'complete' | 'incomplete' | 'unreachable';
  /** For incomplete and unreachable: why, for people. */
  readonly reason: string | null;
  /** Unresolved alerts that came, once each. */
  readonly alerts: readonly PolledAlert[];
  /** Only with a complete poll: evidence on ids that were asked for because they were missing. An id not in the map was not looked up (the look-up failed). */
  readonly lookups: ReadonlyMap<string, Lookup>;
  /** The clusters in scope; null when the tower is read whole. An alert of another cluster was not looked for. */
  readonly scope: ClusterScope | null;
}

/** The bridge as the alerts collector sees it. */
export interface AlertConsumer {
  /** Ids that the bridge holds as unresolved for this tower: the collector looks up those that a complete poll does not list. */
  openAlertIds(tower: string): readonly string[];
  /** Takes the evidence; resolves when it is stored. Never called twice at a time for one tower. */
  accept(poll: AlertPoll): Promise<void>;
}
