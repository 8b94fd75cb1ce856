import { sameConfig } from '../config/compare.ts';
import type { ExporterConfig, TowerConfig } from '../config/schema.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import type { TowerUnit } from './tower-unit.ts';

/** What a new configuration means for the towers at work: built, not yet in effect. */
export interface TowerChange {
  /** Those that were built for it. */
  readonly added: readonly TowerUnit[];
  /** All of them as they will be, in the order of the configuration. */
  readonly units: readonly TowerUnit[];
}

/**
 * Builds what is new in the configuration. A tower whose configuration means the same is kept, with its data; one that changed
 * is built anew. When one cannot be built, those built before it are ended and nothing has changed.
 * @throws what `build` throws
 */
export const planTowers = async (
  current: readonly TowerUnit[],
  towers: ExporterConfig['towers'],
  build: (config: TowerConfig) => TowerUnit,
): Promise<TowerChange> => {
  const added: TowerUnit[] = [];
  const units: TowerUnit[] = [];
  try {
    for (const config of towers) {
      const same = current.find((unit) => sameConfig(unit.config, config));
      const unit = same ?? build(config);
      if (same === undefined) added.push(unit);
      units.push(unit);
    }
  } catch (error) {
    await Promise.all(added.map((unit) => unit.stop()));
    throw error;
  }
  return { added, units };
};

/** The enabled collectors of every tower, as the exporter's own metrics need them. */
export const enabledCollectors = (units: readonly TowerUnit[]): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    units.map(({ config }) => [
      config.name,
      new Set(
        Object.entries(config.collectors)
          .filter(([, collector]) => collector.enabled)
          .map(([name]) => name),
      ),
    ]),
  );

/** Ends what is gone and takes its samples away: a tower that changed may be another one by now. */
export const retireTowers = async (removed: readonly TowerUnit[], snapshot: Snapshot): Promise<void> => {
  await Promise.all(
    removed.map(async (unit) => {
      await unit.stop();
      snapshot.removeTower(unit.config.name);
    }),
  );
};
