import { systemClock } from '../clock.ts';
import type { ExporterConfig, TowerConfig } from '../config/schema.ts';
import { createTowerUnit, type TowerDeps, type TowerUnit } from '../exporter/tower-unit.ts';

/** The towers of a configuration (or those given), ready to collect once; nobody is told of their alerts. */
export const unitsForOnce = (
  config: ExporterConfig,
  deps: Pick<TowerDeps, 'snapshot' | 'metrics' | 'logger' | 'shard'>,
  towers: readonly TowerConfig[] = config.towers,
): readonly TowerUnit[] => {
  const { bridge } = config;
  const all = {
    ...deps,
    clock: systemClock,
    random: Math.random,
    consumer: null,
    assumeOffsetMinutes: bridge?.assume_timezone ?? 0,
  };
  return towers.map((tower) => createTowerUnit(tower, all));
};
