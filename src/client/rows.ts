import { alertRules, alerts, globalAlertRules } from './rows/alerts.ts';
import { clusters, disks, hosts } from './rows/hardware.ts';
import { clusterSettings, datacenters, deploys, globalSettings, licenses } from './rows/tower.ts';
import { vms } from './rows/vms.ts';

/** Every resource that the exporter reads, with its lenient reader. */
export const resources = {
  clusters,
  hosts,
  disks,
  alerts,
  alertRules,
  globalAlertRules,
  vms,
  clusterSettings,
  globalSettings,
  deploys,
  licenses,
  datacenters,
} as const;
