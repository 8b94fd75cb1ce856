import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Router } from 'express';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SampleBatch } from '../../src/metrics/batch.ts';
import { contentTypes } from '../../src/metrics/exposition.ts';
import { families } from '../../src/metrics/catalogue.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { labelBlock } from '../../src/metrics/labels.ts';
import { MetricsPage } from '../../src/metrics/page.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { WebServer } from '../../src/server/server.ts';
import { parseExposition } from '../support/exposition.ts';
import { describeWithPeers } from '../support/peers.ts';

/** Names as people and machines give them, and values at the edges of what a float can say. */
const names = [
  '上海-生产 😀',
  'quo"te',
  'back\\slash',
  'line\nfeed',
  '\u202eright-to-left',
  '{a="b"} 1',
  'cr\rlf',
  'nul\0',
  '\ud800',
];
const values = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e-9,
  2 ** 53,
  2 ** 63,
  1e308,
  -1e308,
  5e-324,
  Number.NaN,
  Infinity,
  -Infinity,
  123_456_789_012.5,
];

/** Everything the exporter can show, with hostile names. */
const fillAll = async (snapshot: Snapshot, metrics: ExporterMetrics, tower: string): Promise<void> => {
  const batch = new SampleBatch();
  for (const family of families) {
    for (const [index, name] of names.entries()) {
      const labels = family.labels.filter((label) => label !== 'tower').map((label) => [label, name]);
      if (labels.length === 0 && index > 0) continue;
      const block = labelBlock(Object.fromEntries(labels));
      batch.add(family, values[index % values.length] ?? 0, block);
    }
  }
  await snapshot.publish(tower, 'clusters', batch);
  metrics.request({ tower, operation: 'get-vms', code: '200', seconds: 0.2, bytes: 12 });
  metrics.login({ tower, result: 'success' });
  metrics.reachable({ tower, up: true });
  metrics.collectorRun({ tower, collector: 'vms', success: true, seconds: 1, finishedAtMs: Date.now(), objects: 3 });
  metrics.bridge.alerts(tower, 'firing', 1);
  metrics.bridge.held(tower, false);
  metrics.bridge.timeParseFallback(tower, 'end');
  metrics.bridge.forgotten(tower, 'scope', 1);
  metrics.bridge.retainReceivers(new Set(['on-call']));
  metrics.bridge.notificationFailed('on-call', 'timeout');
  metrics.bridge.queueLength('on-call', 1);
  metrics.bridge.lastSuccess('on-call', Date.now());
  metrics.bridge.deliveryDelay('on-call', 3);
  metrics.bridge.deadLetters('on-call', 0);
  metrics.bridge.oldestUnacknowledged('on-call', 0);
  metrics.bridge.configurationError('on-call', false);
  metrics.bridge.stateError('full');
  metrics.unknownEnumValue(tower, 'host.status');
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const queryAnswer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

describeWithPeers('promtool check metrics', ['promtool'], ({ promtool = '' }) => {
  it('has nothing to say of any family', async () => {
    const snapshot = new Snapshot();
    const metrics = new ExporterMetrics({ version: '1', revision: 'x' });
    await fillAll(snapshot, metrics, 'a');
    const { parts } = await new MetricsPage(snapshot, () => metrics.render()).body('text', 'identity');
    const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input: Buffer.concat([...parts]) });
    const remarks = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    // The contract names this family; days are what people set a retention in.
    const accepted = 'cloudtower_recycle_bin_retention_days use base unit "seconds" instead of "days"';
    expect(remarks.filter((line) => line !== accepted)).toEqual([]);
    expect(status).toBe(remarks.length === 0 ? 0 : 3);
  });
});

describeWithPeers('a real Prometheus', ['prometheus'], ({ prometheus = '' }) => {
  const snapshot = new Snapshot();
  const metrics = new ExporterMetrics({ version: '1', revision: 'x' });
  const page = new MetricsPage(snapshot, () => metrics.render());
  // This Prometheus always prefers OpenMetrics and gzip: a path of its own answers it with plain text.
  const plain = Router().get('/plain', async (_request, response) => {
    const { parts } = await page.body('text', 'identity');
    response.setHeader('Content-Type', contentTypes.text);
    response.end(Buffer.concat([...parts]));
  });
  const server = new WebServer({
    routes: [plain],
    telemetryPath: '/metrics',
    page,
    towers: () => ['a', '上海 "b"'],
    missing: () => [],
    reload: () => Promise.resolve(),
  });
  let folder = '';
  let api = '';
  let child: ReturnType<typeof spawn> | null = null;

  const query = async (text: string): Promise<z.infer<typeof queryAnswer>['data']['result']> => {
    const answer = await fetch(`${api}/api/v1/query?query=${encodeURIComponent(text)}`);
    return queryAnswer.parse(await answer.json()).data.result;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prometheus-test-'));
    await fillAll(snapshot, metrics, 'a');
    await fillAll(snapshot, metrics, '上海 "b"');
    const { port } = await server.listen('127.0.0.1:0');
    const target = `127.0.0.1:${port}`;
    await writeFile(
      join(folder, 'prometheus.yml'),
      JSON.stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        scrape_configs: [
          { job_name: 'openmetrics', static_configs: [{ targets: [target] }] },
          { job_name: 'text', metrics_path: '/plain', static_configs: [{ targets: [target] }] },
          { job_name: 'probe', http_sd_configs: [{ url: `http://${target}/api/v1/targets`, refresh_interval: '1s' }] },
        ],
      }),
    );
    const apiPort = await freePort();
    api = `http://127.0.0.1:${apiPort}`;
    child = spawn(
      prometheus,
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${apiPort}`,
        '--log.level=warn',
      ],
      { stdio: 'ignore' },
    );
    await vi.waitFor(async () => expect(await query('count(up == 1) by (job)')).toHaveLength(3), {
      timeout: 30_000,
      interval: 250,
    });
  }, 60_000);

  afterAll(async () => {
    if (child !== null && child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await server.close(500);
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  it.each(['openmetrics', 'text'] as const)('takes every sample of the page as %s', async (format) => {
    const shown = parseExposition(Buffer.concat([...(await page.body(format, 'identity')).parts]).toString(), format);
    await vi.waitFor(
      async () => {
        const [scraped] = await query(`scrape_samples_scraped{job="${format}"}`);
        expect(Number(scraped?.value[1])).toBe(shown.samples.length);
      },
      { timeout: 10_000 },
    );
    const stored = await query(`{__name__=~"cloudtower_cluster_.+", job="${format}"}`);
    const key = (labels: Readonly<Record<string, string | undefined>>): string =>
      JSON.stringify([
        labels['tower'],
        labels['cluster_id'],
        labels['cluster_name'],
        labels['state'],
        labels['status'],
      ]);
    const expected = shown.samples.filter(({ name }) => name.startsWith('cloudtower_cluster_'));
    expect(expected.length).toBeGreaterThan(300);
    const byKey = new Map(stored.map(({ metric, value }) => [`${metric['__name__']} ${key(metric)}`, value[1]]));
    for (const { name, labels, value } of expected) {
      const text = byKey.get(`${name} ${key(labels)}`);
      const number = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
      expect([name, labels, number]).toEqual([name, labels, value === 0 ? expect.closeTo(0) : value]);
    }
  });

  it('takes the probes that service discovery names, each under an instance of its own', async () => {
    const up = await query('up{job="probe"} == 1');
    expect(up.map(({ metric }) => metric['instance']).sort()).toEqual(['a', '上海 "b"']);
    const towers = await query('cloudtower_up{job="probe"}');
    expect(towers.every(({ metric }) => metric['tower'] === metric['instance'])).toBe(true);
    expect(towers).toHaveLength(2);
  });
});
