import type { AlertRow, AlertRuleRow, GlobalAlertRuleRow } from '../schema/alert.ts';
import type { ClusterRow, ClusterSettingsRow, DatacenterRow, WitnessRow, ZoneRow } from '../schema/cluster.ts';
import type { AnyRow } from '../schema/column.ts';
import type { DiskRow, HostRow, NicRow } from '../schema/host.ts';
import { type ResourceName, resources } from '../schema/resources.ts';
import type { DeployRow, GlobalSettingsRow, LicenseRow, TaskRow, UserRow } from '../schema/tower.ts';
import type { SnapshotPlanTaskRow, VmRow } from '../schema/vm.ts';

/** The localised texts of an alert or a rule. */
export interface LocalisedTexts {
  readonly message: string;
  readonly cause: string;
  readonly impact: string;
  readonly solution: string;
}

/**
 * Everything the simulated tower knows, row by row exactly as it answers in en-US. Plain arrays that anybody may read and
 * change between requests; nothing derived from them is cached.
 */
export interface Estate {
  readonly clusters: ClusterRow[];
  readonly hosts: HostRow[];
  readonly disks: DiskRow[];
  readonly vms: VmRow[];
  readonly alerts: AlertRow[];
  readonly alertRules: AlertRuleRow[];
  readonly globalAlertRules: GlobalAlertRuleRow[];
  readonly clusterSettings: ClusterSettingsRow[];
  readonly globalSettings: GlobalSettingsRow[];
  readonly deploys: DeployRow[];
  readonly licenses: LicenseRow[];
  readonly datacenters: DatacenterRow[];
  readonly zones: ZoneRow[];
  readonly witnesses: WitnessRow[];
  readonly nics: NicRow[];
  readonly tasks: TaskRow[];
  readonly snapshotPlanTasks: SnapshotPlanTaskRow[];
  /** What get-my-info answers. */
  readonly me: UserRow;
  /** zh-CN texts of alerts and global rules by row id; a row without an entry answers its own texts in every language. */
  readonly chinese: Map<string, LocalisedTexts>;
}

/** The rows of a resource as the query engine sees them. */
export const tableOf = (estate: Estate, name: ResourceName): AnyRow[] => estate[resources[name].table];
