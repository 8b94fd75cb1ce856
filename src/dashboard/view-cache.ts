import { resourceNames } from '../collectors/resources.ts';
import { createDashboard, type Dashboard } from './model.ts';
import type { TowerObjects } from './objects.ts';
import type { Scope } from './scope.ts';
import { allObjects, type DashboardSource, healthOf, type TowerView } from './source.ts';
import { verdictOf } from './verdict.ts';
import type { View } from './view.ts';

/** A view with the objects of all towers that it was made of. */
export interface ViewOfObjects extends View {
  readonly objects: readonly TowerObjects[];
}

interface Kept {
  readonly dashboard: Dashboard;
  /** What `now` it is of. */
  readonly at: number;
}

/** Scopes that are looked at in turn; more are worked out anew each time. */
const maxKept = 32;

/** What depends on the time besides the objects (what the recycle bin releases today) may be so old, milliseconds. */
const maxAge = 60_000;

/**
 * Views of which the dashboard is worked out once for every collection, however many people look at it. How the collectors and
 * receivers do is looked at every time. Nothing of what was read is held on to: a cache must not keep the objects of a collection
 * in memory while those of the next one are read.
 */
export class ViewCache {
  private readonly source: DashboardSource;
  /** A number for each reading that was seen. */
  private readonly numbers = new WeakMap<object, number>();
  private nextNumber = 1;
  private generation = '';
  private readonly kept = new Map<string, Kept>();

  constructor(source: DashboardSource) {
    this.source = source;
  }

  /** Looks at everything as of now (milliseconds since the epoch). */
  look(scope: Scope, now: number): ViewOfObjects {
    const objects = allObjects(this.source);
    const dashboard = this.dashboard(objects, scope, now);
    const health = healthOf(this.source, scope.tower);
    return { dashboard, health, verdict: verdictOf(dashboard, health, now), objects };
  }

  private dashboard(objects: readonly TowerObjects[], scope: Scope, now: number): Dashboard {
    const generation = JSON.stringify(this.source.towers().map((tower) => this.generationOf(tower)));
    if (generation !== this.generation) this.kept.clear();
    this.generation = generation;
    const key = JSON.stringify([scope.tower, scope.cluster_id, scope.datacenter_id]);
    const known = this.kept.get(key);
    // A clock that was set back counts as a new time.
    if (known !== undefined && now >= known.at && now - known.at < maxAge) return known.dashboard;
    const dashboard = createDashboard(objects, scope, now);
    if (this.kept.size < maxKept || known !== undefined) this.kept.set(key, { dashboard, at: now });
    return dashboard;
  }

  /** What changes whenever anything was read of the tower. */
  private generationOf({ name, inventory, assumeOffsetMinutes }: TowerView): unknown {
    return [name, assumeOffsetMinutes, ...resourceNames.map((resource) => this.numberOf(inventory.latest(resource)))];
  }

  private numberOf(reading: object | null): number {
    if (reading === null) return 0;
    const known = this.numbers.get(reading);
    if (known !== undefined) return known;
    const number = this.nextNumber++;
    this.numbers.set(reading, number);
    return number;
  }
}
