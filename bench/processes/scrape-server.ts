import { SampleBatch } from '../../src/metrics/batch.ts';
import { vmFamilies } from '../../src/metrics/catalogue.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { labelBlock } from '../../src/metrics/labels.ts';
import { MetricsPage } from '../../src/metrics/page.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { WebServer } from '../../src/server/server.ts';

// The exporter's server in a process of its own, with so many series: scrape-server.ts PORT SERIES.
const [port = '0', series = '1000'] = process.argv.slice(2);
const snapshot = new Snapshot();
const metrics = new ExporterMetrics({ version: 'bench', revision: '' });
const families = Object.values(vmFamilies);
const batch = new SampleBatch();
for (let i = 0; i < Number(series); i++) {
  const family = families[i % families.length];
  if (family === undefined) continue;
  const vm = Math.floor(i / families.length);
  const labels = family.labels.filter((label) => label !== 'tower').map((label) => [label, `${label} ${vm}`]);
  batch.add(family, vm * 4096 + i, labelBlock(Object.fromEntries(labels)));
}
await snapshot.publish('tower', 'vms', batch);
const server = new WebServer({
  telemetryPath: '/metrics',
  page: new MetricsPage(snapshot, () => metrics.render()),
  towers: () => ['tower'],
  missing: () => [],
  reload: () => Promise.resolve(),
});
await server.listen(`127.0.0.1:${port}`);
process.once('SIGTERM', () => void server.close(100));
