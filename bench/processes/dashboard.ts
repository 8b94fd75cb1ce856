// The product's part of a refresh of the dashboard: reading the tower, and answering /api/v1/dashboard. dashboard.ts CONFIG_FILE KIND
// KIND: `read` only reads what the dashboard shows; `collect` is a whole collection, which makes the metrics too.
import { once } from 'node:events';
import express from 'express';
import { z } from 'zod';
import { createTowerClient } from '../../src/client/tower-client.ts';
import { systemClock } from '../../src/clock.ts';
import { Inventory, type InventoryView } from '../../src/collectors/inventory.ts';
import type { ResourceName } from '../../src/collectors/resources.ts';
import { RuleNames } from '../../src/collectors/rule-names.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createDashboardRouter } from '../../src/dashboard/router.ts';
import { createTowerUnit } from '../../src/exporter/tower-unit.ts';
import { fitHeap } from '../../src/heap.ts';
import { silentLogger } from '../../src/log.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { refreshKind } from './dashboard-worker.ts';
import { Meter } from './meter.ts';
import { answer } from './worker.ts';

// As the program does when it starts; small-heap.ts came before.
fitHeap();
const config = loadConfig({ file: process.argv[2] ?? '', environment: {}, directory: process.cwd() });
const kind = refreshKind.parse(process.argv[3]);
const [tower] = config.towers;
if (tower === undefined) throw new Error('no tower is configured');

// Each refresh takes place an hour after the one before, so that nothing counts as fresh.
let skipped = 0;
const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + skipped };
const random = Math.random;
const logger = silentLogger;

/** What is read, and how it is read anew. */
interface Reading {
  readonly inventory: InventoryView;
  readonly refresh: () => Promise<void>;
}

const reading = (): Reading => {
  const reader = createTowerClient({ config: tower, clock, random, logger });
  const rules = new RuleNames({ reader, clock, logger, pageSize: tower.page_size, withBoolean: false });
  const inventory = new Inventory({ settings: tower, reader, rules, clock });
  const { signal } = new AbortController();
  const names = ['clusters', 'hosts', 'disks', 'alerts', 'recycledVms', 'clusterSettings'] as const;
  const ofTower = ['globalSettings', 'deploys', 'licenses', 'datacenters'] as const;
  const all: readonly ResourceName[] = [...names, ...ofTower];
  const refresh = async (): Promise<void> => {
    await Promise.all(all.map((name) => inventory.read(name, 'clusters', signal)));
  };
  return { inventory, refresh };
};

const collecting = (): Reading => {
  const metrics = new ExporterMetrics({ version: 'bench', revision: '', clock });
  const deps = { snapshot: new Snapshot(), metrics, clock, random, logger, consumer: null, assumeOffsetMinutes: 0 };
  const { runtime } = createTowerUnit(tower, deps);
  const refresh = async (): Promise<void> => {
    const failed = (await runtime.runOnce()).find(({ lastError }) => lastError !== null);
    if (failed !== undefined) throw new Error(`collector ${failed.name}: ${failed.lastError?.message}`);
  };
  return { inventory: runtime.inventory, refresh };
};

const { inventory, refresh } = kind === 'read' ? reading() : collecting();
const view = { name: tower.name, inventory, assumeOffsetMinutes: 0, states: () => [], facts: () => null };
const source = { towers: () => [view], receivers: () => [], bridgeRunning: () => null };
const app = express().use(createDashboardRouter({ source, clock, telemetryPath: '/metrics' }));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

const meter = new Meter();
answer(z.enum(['refresh', 'reset', 'usage']), async (question) => {
  if (question === 'usage') return meter.read();
  meter.reset();
  if (question === 'refresh') {
    skipped += 3_600_000;
    await refresh();
  }
  return {};
});
process.send?.({ url: `http://127.0.0.1:${port}/api/v1/dashboard` });
