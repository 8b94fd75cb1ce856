// The product's part of a cycle, and nothing else: pull, map, render, compress. cycle.ts CONFIG_FILE
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createTowerUnit } from '../../src/exporter/tower-unit.ts';
import { fitHeap } from '../../src/heap.ts';
import { silentLogger } from '../../src/log.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { MetricsPage } from '../../src/metrics/page.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { Meter } from './meter.ts';
import { answer } from './worker.ts';

// As the program does when it starts; small-heap.ts came before.
fitHeap();
const config = loadConfig({ file: process.argv[2] ?? '', environment: {}, directory: process.cwd() });
const [tower] = config.towers;
if (tower === undefined) throw new Error('no tower is configured');

// Each cycle takes place an hour after the one before, so that nothing counts as fresh.
let skipped = 0;
const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + skipped };
const snapshot = new Snapshot();
const metrics = new ExporterMetrics({ version: 'bench', revision: '', clock });
const page = new MetricsPage(snapshot, () => metrics.render());
const { runtime } = createTowerUnit(tower, {
  snapshot,
  metrics,
  clock,
  random: Math.random,
  logger: silentLogger,
  consumer: null,
  assumeOffsetMinutes: 0,
});
const meter = new Meter();

answer(z.enum(['cycle', 'watched cycle']), async (question) => {
  skipped += 3_600_000;
  meter.reset({ delays: question === 'watched cycle' });
  const began = performance.now();
  const states = await runtime.runOnce();
  const collected = performance.now();
  const body = await page.body('text', 'gzip');
  const pageMs = performance.now() - collected;
  const wallMs = performance.now() - began;
  const usage = meter.read();
  const failed = states.find(({ lastError }) => lastError !== null);
  if (failed !== undefined) throw new Error(`collector ${failed.name}: ${failed.lastError?.message}`);
  const series = snapshot
    .families()
    .reduce((sum, { pieces }) => sum + pieces.reduce((n, piece) => n + piece.samples, 0), 0);
  return { ...usage, wallMs, pageMs, series, gzipBytes: body.length };
});
process.send?.('ready');
