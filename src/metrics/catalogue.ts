import { clusterFamilies } from './catalogue/clusters.ts';
import { diskFamilies } from './catalogue/disks.ts';
import { hostFamilies } from './catalogue/hosts.ts';
import { alertFamilies, recycleBinFamilies, towerFamilies } from './catalogue/tower.ts';
import { vmFamilies } from './catalogue/vms.ts';
import type { FamilyDefinition } from './family.ts';

export { clusterFamilies, diskFamilies, hostFamilies, alertFamilies, recycleBinFamilies, towerFamilies, vmFamilies };

/**
 * Every family that comes from a tower, in the order of the documentation. The exporter's own are declared in
 * exporter-catalogue.ts. A family's `labels` begin with `tower`, which the snapshot adds; collectors give the others.
 */
export const families: readonly FamilyDefinition[] = [
  towerFamilies,
  clusterFamilies,
  hostFamilies,
  diskFamilies,
  alertFamilies,
  recycleBinFamilies,
  vmFamilies,
].flatMap((group): FamilyDefinition[] => Object.values(group));
