import { atLeast, type Version } from '../versions.ts';
import { alertColumns, alertRuleColumns, globalAlertRuleColumns } from './alert.ts';
import { clusterColumns, clusterSettingsColumns, datacenterColumns, witnessColumns, zoneColumns } from './cluster.ts';
import { type Columns, type Kind, text } from './column.ts';
import { diskColumns, hostColumns, nicColumns } from './host.ts';
import { deployColumns, globalSettingsColumns, licenseColumns, taskColumns } from './tower.ts';
import { snapshotPlanTaskColumns, vmColumns } from './vm.ts';

/** A readable resource: its operations are `get-<plural>` and `get-<plural>-connection`. */
interface Definition {
  /** Where the estate keeps its rows. */
  readonly table: string;
  readonly plural: string;
  readonly columns: Columns;
}

/** Every resource by the name that relations use. */
export const resources = {
  cluster: { table: 'clusters', plural: 'clusters', columns: clusterColumns },
  host: { table: 'hosts', plural: 'hosts', columns: hostColumns },
  disk: { table: 'disks', plural: 'disks', columns: diskColumns },
  vm: { table: 'vms', plural: 'vms', columns: vmColumns },
  alert: { table: 'alerts', plural: 'alerts', columns: alertColumns },
  alertRule: { table: 'alertRules', plural: 'alert-rules', columns: alertRuleColumns },
  globalAlertRule: { table: 'globalAlertRules', plural: 'global-alert-rules', columns: globalAlertRuleColumns },
  clusterSettings: { table: 'clusterSettings', plural: 'cluster-settingses', columns: clusterSettingsColumns },
  globalSettings: { table: 'globalSettings', plural: 'global-settingses', columns: globalSettingsColumns },
  deploy: { table: 'deploys', plural: 'deploys', columns: deployColumns },
  license: { table: 'licenses', plural: 'licenses', columns: licenseColumns },
  datacenter: { table: 'datacenters', plural: 'datacenters', columns: datacenterColumns },
  zone: { table: 'zones', plural: 'zones', columns: zoneColumns },
  witness: { table: 'witnesses', plural: 'witnesses', columns: witnessColumns },
  nic: { table: 'nics', plural: 'nics', columns: nicColumns },
  task: { table: 'tasks', plural: 'tasks', columns: taskColumns },
  snapshotPlanTask: { table: 'snapshotPlanTasks', plural: 'snapshot-plan-tasks', columns: snapshotPlanTaskColumns },
} as const satisfies Record<string, Definition>;

export type ResourceName = keyof typeof resources;

export const isResourceName = (name: string): name is ResourceName => Object.hasOwn(resources, name);

export const resourceNames: readonly ResourceName[] = Object.keys(resources).filter(isResourceName);

/** What a filter may say about the target of a relation that is not simulated. */
const unsimulatedColumns: Columns = { name: text };

/** The columns of a resource that a version has, without `id`. */
export const columnsIn = (name: string, version: Version): Columns =>
  presentIn(isResourceName(name) ? resources[name].columns : unsimulatedColumns, version);

/** Those of the columns that a version has. */
export const presentIn = (columns: Columns, version: Version): Columns =>
  Object.fromEntries(
    Object.entries(columns).filter(([, column]) => column.since === null || atLeast(version, column.since)),
  );

const unorderable: ReadonlySet<Kind> = new Set<Kind>(['ref', 'refs', 'texts', 'numbers']);

/** Whether `orderBy` knows a column of this kind: scalars and embedded objects. */
export const isOrderable = (kind: Kind): boolean => !unorderable.has(kind);
