import type { ReceiverStatus } from '../bridge/receiver.ts';
import type { TowerFacts } from '../bridge/state.ts';
import type { TowerErrorCode } from '../client/errors.ts';
import type { InventoryView } from '../collectors/inventory.ts';
import type { CollectorState } from '../collectors/runner.ts';
import { objectsOf, type TowerObjects } from './objects.ts';

/** A tower as the dashboard sees it. */
export interface TowerView {
  readonly name: string;
  readonly inventory: InventoryView;
  /** Minutes east of UTC for times without an offset. */
  readonly assumeOffsetMinutes: number;
  /** Every collector, the disabled ones too. */
  states(): readonly CollectorState[];
  /** What the bridge finds out of the ordinary with its polls; null without a bridge. */
  facts(): TowerFacts | null;
}

/** Where the dashboard takes everything from; asked anew for every answer. */
export interface DashboardSource {
  towers(): readonly TowerView[];
  receivers(): readonly ReceiverStatus[];
  /** Null: none is configured; false: it waits for its state. */
  bridgeRunning(): boolean | null;
}

/** How the exporter itself does: what the figures are worth. */
export interface Health {
  readonly towers: readonly TowerHealth[];
  readonly receivers: readonly ReceiverStatus[];
  readonly bridgeRunning: boolean | null;
}

export type Reach = 'starting' | 'reached' | 'unreachable';

export interface TowerHealth {
  readonly name: string;
  readonly reach: Reach;
  /** The enabled ones. */
  readonly collectors: readonly CollectorState[];
  readonly facts: TowerFacts | null;
}

export const healthOf = (source: DashboardSource, tower: string | null): Health => ({
  towers: source
    .towers()
    .filter(({ name }) => tower === null || name === tower)
    .map((view) => {
      const collectors = view.states().filter(({ enabled }) => enabled);
      return { name: view.name, collectors, reach: reachOf(collectors), facts: view.facts() };
    }),
  receivers: source.receivers(),
  bridgeRunning: source.bridgeRunning(),
});

/** Failures that are about the tower as a whole rather than about one thing that was asked for. */
const lost: ReadonlySet<string> = new Set<TowerErrorCode>([
  'network',
  'tls',
  'timeout',
  'status',
  'unauthenticated',
  'login_rejected',
  'login_paused',
]);

/**
 * Starting until something has ended; unreachable while nothing succeeds. Collectors with long intervals have yet to fail when a
 * tower goes: two that lost it since the last success are enough.
 */
const reachOf = (collectors: readonly CollectorState[]): Reach => {
  const ended = collectors.filter(({ lastRun }) => lastRun !== null);
  if (ended.length === 0) return 'starting';
  if (ended.every(({ lastError }) => lastError !== null)) return 'unreachable';
  const lastSuccess = Math.max(...ended.map((state) => state.lastSuccess ?? 0));
  const since = ended.filter(
    ({ lastRun, lastError }) => (lastRun ?? 0) > lastSuccess && lost.has(lastError?.code ?? ''),
  );
  return since.length >= 2 ? 'unreachable' : 'reached';
};

export const allObjects = (source: DashboardSource): readonly TowerObjects[] =>
  source.towers().map(({ name, inventory, assumeOffsetMinutes }) => objectsOf(name, inventory, assumeOffsetMinutes));
