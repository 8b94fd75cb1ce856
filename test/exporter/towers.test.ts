import { describe, expect, it } from 'vitest';
import { resources } from '../../src/client/rows.ts';
import { systemClock } from '../../src/clock.ts';
import { configSchema, type ExporterConfig, type TowerConfig } from '../../src/config/schema.ts';
import { createTowerUnit, type TowerUnit } from '../../src/exporter/tower-unit.ts';
import { enabledCollectors, planTowers } from '../../src/exporter/towers.ts';
import { silentLogger } from '../../src/log.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';

const url = 'http://127.0.0.1:1';

const parse = (...towers: object[]): ExporterConfig['towers'] =>
  configSchema({ directory: '/' }).parse({ towers }).towers;

const build = (config: TowerConfig): TowerUnit =>
  createTowerUnit(config, {
    snapshot: new Snapshot(),
    metrics: new ExporterMetrics({ version: '', revision: '', processMetrics: false }),
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    consumer: null,
    assumeOffsetMinutes: 0,
  });

const namesOf = (units: readonly TowerUnit[]): string[] => units.map(({ config }) => config.name);

describe('planTowers', () => {
  it('keeps what means the same and builds the rest', async () => {
    const first = await planTowers(
      [],
      parse({ url, name: 'a', api_key: 'k' }, { url, name: 'b', api_key: 'k' }),
      build,
    );
    expect(namesOf(first.added)).toEqual(['a', 'b']);
    const next = parse(
      { url, name: 'c', api_key: 'k' },
      { url, name: 'b', api_key: 'other' },
      { url, name: 'a', api_key: 'k', timeout: '30s' },
    );
    const second = await planTowers(first.units, next, build);
    expect(namesOf(second.units)).toEqual(['c', 'b', 'a']);
    // A default that is written out changes nothing; another secret does.
    expect(namesOf(second.added)).toEqual(['c', 'b']);
    expect(second.units[2]).toBe(first.units[0]);
  });

  it('builds all or nothing', async () => {
    const built: TowerUnit[] = [];
    const failing = (config: TowerConfig): TowerUnit => {
      if (config.name === 'bad') throw new Error('cannot be built');
      const unit = build(config);
      built.push(unit);
      return unit;
    };
    const towers = parse({ url, name: 'a', api_key: 'k' }, { url, name: 'bad', api_key: 'k' });
    await expect(planTowers([], towers, failing)).rejects.toThrow('cannot be built');
    // What had been built is ended: it can read nothing any more.
    await expect(built[0]?.client.firstPage(resources.clusters, {})).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('enabledCollectors', () => {
  it('names the collectors that run, by tower', async () => {
    const collectors = { vms: { enabled: true }, disks: { enabled: false } };
    const { units } = await planTowers([], parse({ url, name: 'a', api_key: 'k', collectors }), build);
    const names = ['tower', 'clusters', 'hosts', 'alerts', 'recycle_bin', 'vms'];
    expect(enabledCollectors(units)).toEqual(new Map([['a', new Set(names)]]));
  });
});
