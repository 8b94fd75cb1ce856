import type { ReceiverStatus } from '../../src/bridge/receiver.ts';
import { calm, type TowerFacts } from '../../src/bridge/state.ts';
import type { InventoryView } from '../../src/collectors/inventory.ts';
import type { InventoryRows, ResourceName } from '../../src/collectors/resources.ts';
import type { Reading } from '../../src/collectors/shared-read.ts';
import type { CollectorState } from '../../src/collectors/runner.ts';
import type { DashboardSource, TowerView } from '../../src/dashboard/source.ts';
import type { TowerObjects } from '../../src/dashboard/objects.ts';
import { collectorNames } from '../../src/metrics/family.ts';
import { now } from './estate.ts';

type AllRows = { readonly [K in ResourceName]: readonly InventoryRows[K][] | null };

/** Shows the rows of the objects, as one reading each; what is null was never read. */
const inventoryOf = (objects: TowerObjects): InventoryView => {
  const rows: AllRows = { ...objects, vms: null };
  const when = { scope: null, at: now, startedAt: 0, finishedAt: 0 };
  const reading = <T>(read: readonly T[] | null): Reading<T> | null => (read === null ? null : { rows: read, ...when });
  const readings: { readonly [K in ResourceName]: Reading<InventoryRows[K]> | null } = {
    clusters: reading(rows.clusters),
    hosts: reading(rows.hosts),
    disks: reading(rows.disks),
    alerts: reading(rows.alerts),
    vms: reading(rows.vms),
    recycledVms: reading(rows.recycledVms),
    clusterSettings: reading(rows.clusterSettings),
    globalSettings: reading(rows.globalSettings),
    deploys: reading(rows.deploys),
    licenses: reading(rows.licenses),
    datacenters: reading(rows.datacenters),
  };
  return { latest: (name) => readings[name] };
};

export const state = (fields: Partial<CollectorState> = {}): CollectorState => ({
  name: 'clusters',
  enabled: true,
  interval: 30_000,
  running: false,
  lastRun: now - 5000,
  lastSuccess: now - 5000,
  lastError: null,
  nextRun: now + 25_000,
  stale: false,
  objects: 3,
  seconds: 0.12,
  ...fields,
});

export const states = (fields: Partial<CollectorState> = {}): readonly CollectorState[] =>
  collectorNames.map((name) => state({ name, enabled: name !== 'vms', ...fields }));

export const view = (
  objects: TowerObjects,
  own: readonly CollectorState[] = states(),
  facts: TowerFacts | null = calm,
): TowerView => ({
  name: objects.tower,
  inventory: inventoryOf(objects),
  assumeOffsetMinutes: 0,
  states: () => own,
  facts: () => facts,
});

export const receiver = (fields: Partial<ReceiverStatus> = {}): ReceiverStatus => ({
  name: 'on-call',
  kind: 'alertmanager',
  targets: [{ target: 'http://am-0:9093', state: 'idle', problem: null, lastSuccess: now - 1000 }],
  queueLength: 0,
  oldestUnacknowledged: null,
  deadLetters: 0,
  ...fields,
});

export const sourceOf = (
  towers: readonly TowerView[],
  receivers: readonly ReceiverStatus[] = [],
  bridgeRunning: boolean | null = receivers.length > 0 ? true : null,
): DashboardSource => ({
  towers: () => towers,
  receivers: () => receivers,
  bridgeRunning: () => bridgeRunning,
});
