import type { TowerObjects } from '../../src/dashboard/objects.ts';
import { everything, type Scope } from '../../src/dashboard/scope.ts';

export const now = Date.UTC(2026, 5, 1, 12);

/** A tower that was read and holds nothing but what the test says. */
export const tower = (objects: Partial<TowerObjects> = {}): TowerObjects => ({
  tower: 'shanghai',
  clusters: [],
  hosts: [],
  disks: [],
  alerts: [],
  recycledVms: [],
  clusterSettings: [],
  globalSettings: [{ id: 'g', vm_recycle_bin: { enabled: true, retain: 30 } }],
  deploys: [],
  licenses: [],
  datacenters: [],
  assumeOffsetMinutes: 0,
  ...objects,
});

/** A tower of which nothing was read. */
export const unread: TowerObjects = {
  tower: 'shanghai',
  clusters: null,
  hosts: null,
  disks: null,
  alerts: null,
  recycledVms: null,
  clusterSettings: null,
  globalSettings: null,
  deploys: null,
  licenses: null,
  datacenters: null,
  assumeOffsetMinutes: 0,
};

export const scope = (fields: Partial<Scope>): Scope => ({ ...everything, ...fields });
