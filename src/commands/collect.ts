import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { enabledCollectors } from '../exporter/towers.ts';
import { createTowerUnit, type TowerUnit } from '../exporter/tower-unit.ts';
import { ExporterMetrics } from '../metrics/exporter-metrics.ts';
import { MetricsPage } from '../metrics/page.ts';
import { Snapshot } from '../metrics/snapshot.ts';
import { revision, version } from '../version.ts';
import { commandContext, print } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { addFlags, configFileFlag, type Flag, logFlags } from './flags.ts';

export const collectFlags: readonly Flag[] = [configFileFlag, ...logFlags('warn')];

/** Adds `collect`. */
export const registerCollect = (program: Command): void => {
  addFlags(program.command('collect'), collectFlags)
    .description('collect once and print the metrics (for a textfile collector, or to look at them)')
    .action(async (_options: object, command: Command) => {
      process.exitCode = await collect(command);
    });
};

const collect = async (command: Command): Promise<number> => {
  const { logger, load } = commandContext(command);
  const config = load();
  const clock = systemClock;
  // What this short-lived process costs is of no interest, and would collide with the process metrics of whoever reads it.
  const metrics = new ExporterMetrics({ version, revision, clock, processMetrics: false });
  const snapshot = new Snapshot({ onDuplicate: () => metrics.duplicateDropped() });
  const page = new MetricsPage(snapshot, () => metrics.render());
  const units: TowerUnit[] = config.towers.map((tower) =>
    createTowerUnit(tower, {
      snapshot,
      metrics,
      clock,
      random: Math.random,
      logger,
      consumer: null,
      assumeOffsetMinutes: config.bridge?.assume_timezone ?? 0,
    }),
  );
  metrics.retainTowers(enabledCollectors(units));
  const states = (await Promise.all(units.map(({ runtime }) => runtime.runOnce()))).flat();
  await Promise.all(units.map((unit) => unit.stop()));
  for (const part of (await page.body('text', 'identity')).parts) await print(part);
  return states.some(({ lastError }) => lastError !== null) ? exitCodes.failure : exitCodes.ok;
};
