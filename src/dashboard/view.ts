import { createDashboard, type Dashboard } from './model.ts';
import type { Scope } from './scope.ts';
import { allObjects, type DashboardSource, type Health, healthOf } from './source.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The dashboard of a scope, with what the exporter's own state makes of it. */
export interface View {
  readonly dashboard: Dashboard;
  readonly health: Health;
  readonly verdict: Verdict;
}

/** Looks at everything as of now (milliseconds since the epoch). */
export const viewOf = (source: DashboardSource, scope: Scope, now: number): View => {
  const dashboard = createDashboard(allObjects(source), scope, now);
  const health = healthOf(source, scope.tower);
  return { dashboard, health, verdict: verdictOf(dashboard, health, now) };
};
