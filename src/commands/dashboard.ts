import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import type { ExporterConfig, TowerConfig } from '../config/schema.ts';
import { dashboardDocument } from '../dashboard/document.ts';
import { everything, type Scope } from '../dashboard/scope.ts';
import type { DashboardSource } from '../dashboard/source.ts';
import { dashboardText } from '../dashboard/text/text.ts';
import { viewOf } from '../dashboard/view.ts';
import type { TowerUnit } from '../exporter/tower-unit.ts';
import type { Logger } from '../log.ts';
import { ExporterMetrics } from '../metrics/exporter-metrics.ts';
import { Snapshot } from '../metrics/snapshot.ts';
import { revision, version } from '../version.ts';
import { commandContext, print } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import type { FlagValues } from './flags.ts';
import { unitsForOnce } from './units.ts';

/** `dashboard`: one collection, and what it comes to. */
export const dashboard = async (command: Command): Promise<number> => {
  const { flags, logger, load } = commandContext(command);
  const config = load();
  const scope = scopeOf(flags);
  const known = config.towers.map(({ name }) => name);
  if (scope.tower !== null && !known.includes(scope.tower)) {
    command.error(`error: --tower: no tower '${scope.tower}' is configured; known are ${known.join(', ')}`, {
      exitCode: exitCodes.usage,
    });
  }
  const units = unitsOf(config, scope, logger);
  const states = (await Promise.all(units.map(({ runtime }) => runtime.runOnce()))).flat();
  await Promise.all(units.map((unit) => unit.stop()));
  const now = systemClock.now();
  const view = viewOf(sourceOf(units, config), scope, now);
  if (flags('output') === 'json') {
    await print(`${JSON.stringify(dashboardDocument(view.dashboard, view.verdict, view.health, now), null, 2)}\n`);
  } else {
    const { isTTY: colour, columns } = process.stdout;
    await print(
      dashboardText({ ...view, now, colour: colour && process.env['NO_COLOR'] === undefined, width: columns }),
    );
  }
  return states.some(({ lastError }) => lastError !== null) ? exitCodes.failure : exitCodes.ok;
};

const scopeOf = (flags: FlagValues): Scope => ({
  ...everything,
  tower: flags('tower'),
  cluster_id: flags('cluster-id'),
  datacenter_id: flags('datacenter-id'),
});

/** The towers in scope, ready to collect once. Single VMs are in none of the figures, so they are not read. */
const unitsOf = (config: ExporterConfig, scope: Scope, logger: Logger): readonly TowerUnit[] => {
  const metrics = new ExporterMetrics({ version, revision, clock: systemClock, processMetrics: false });
  const towers = config.towers.filter(({ name }) => scope.tower === null || name === scope.tower);
  return unitsForOnce(config, { snapshot: new Snapshot(), metrics, logger }, towers.map(withoutVms));
};

const withoutVms = (tower: TowerConfig): TowerConfig => {
  const { collectors } = tower;
  return { ...tower, collectors: { ...collectors, vms: { ...collectors.vms, enabled: false } } };
};

const sourceOf = (units: readonly TowerUnit[], config: ExporterConfig): DashboardSource => ({
  towers: () =>
    units.map(({ config: { name }, runtime }) => ({
      name,
      inventory: runtime.inventory,
      assumeOffsetMinutes: config.bridge?.assume_timezone ?? 0,
      states: () => runtime.states(),
      facts: () => null,
    })),
  receivers: () => [],
  bridgeRunning: () => null,
});
