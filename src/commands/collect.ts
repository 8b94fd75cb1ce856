import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { enabledCollectors } from '../exporter/towers.ts';
import { ExporterMetrics } from '../metrics/exporter-metrics.ts';
import { MetricsPage } from '../metrics/page.ts';
import { Snapshot } from '../metrics/snapshot.ts';
import { ownsTheRest } from '../sharding.ts';
import { revision, version } from '../version.ts';
import { commandContext, print } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { unitsForOnce } from './units.ts';

/** `collect`: one collection, printed. */
export const collect = async (command: Command): Promise<number> => {
  const { logger, load, ...context } = commandContext(command);
  const shard = context.shard();
  const config = load();
  const clock = systemClock;
  const towerSeries = ownsTheRest(shard);
  // What this short-lived process costs is of no interest, and would collide with the process metrics of whoever reads it.
  const metrics = new ExporterMetrics({ version, revision, clock, processMetrics: false, towerSeries });
  const snapshot = new Snapshot({ onDuplicate: () => metrics.duplicateDropped() });
  const page = new MetricsPage(snapshot, () => metrics.render());
  const units = unitsForOnce(config, { snapshot, metrics, logger, shard });
  metrics.retainTowers(enabledCollectors(units));
  const states = (await Promise.all(units.map(({ runtime }) => runtime.runOnce()))).flat();
  await Promise.all(units.map((unit) => unit.stop()));
  for (const part of (await page.body('text', 'identity')).parts) await print(part);
  return states.some(({ lastError }) => lastError !== null) ? exitCodes.failure : exitCodes.ok;
};
