import { connect } from 'node:net';
import { request } from 'undici';
import { SampleBatch } from '../../src/metrics/batch.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { labelBlock } from '../../src/metrics/labels.ts';
import { MetricsPage } from '../../src/metrics/page.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { WebServer, type WebServerOptions } from '../../src/server/server.ts';
import { makeFamily } from '../support/metrics.ts';

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly server: WebServer;
  readonly snapshot: Snapshot;
  readonly metrics: ExporterMetrics;
}

export const vms = makeFamily({ name: 'cloudtower_vms', collector: 'vms' });

/** Fills a tower with that many series. */
export const fill = (snapshot: Snapshot, tower: string, count: number, value = 1): Promise<boolean> => {
  const batch = new SampleBatch();
  for (let i = 0; i < count; i++) batch.add(vms, value, labelBlock({ vm_id: `vm-${i}`, vm_name: '上海 "生产"\n\\' }));
  return snapshot.publish(tower, 'vms', batch);
};

/** A server on a free port of this machine, with the towers `a` and `b`. */
export const startServer = async (
  options: Partial<WebServerOptions> = {},
  address = '127.0.0.1:0',
): Promise<TestServer> => {
  const snapshot = new Snapshot();
  const metrics = new ExporterMetrics({ version: '1', revision: '', processMetrics: false });
  const server = new WebServer({
    telemetryPath: '/metrics',
    page: new MetricsPage(snapshot, () => metrics.render()),
    towers: () => ['a', 'b'],
    missing: () => [],
    reload: () => Promise.resolve(),
    ...options,
  });
  const { url, port } = await server.listen(address);
  return { url, port, server, snapshot, metrics, [Symbol.asyncDispose]: () => server.close(100) };
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}

/** One request over real HTTP; nothing is decoded. */
export const ask = async (url: string, options: Parameters<typeof request>[1] = {}): Promise<Answer> => {
  const { statusCode, headers, body } = await request(url, options);
  const bytes = Buffer.from(await body.arrayBuffer());
  return { status: statusCode, headers, bytes, text: bytes.toString() };
};

/** Sends raw bytes and reads until the server closes. */
export const askRaw = (port: number, payload: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(payload));
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('close', () => resolve(Buffer.concat(parts).toString()));
    socket.on('error', reject);
  });
