import { createServer, type ServerResponse } from 'node:http';
import { BridgeUnit } from '../../src/exporter/bridge-unit.ts';
import { createTowerUnit } from '../../src/exporter/tower-unit.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ExporterConfig } from '../../src/config/schema.ts';
import { silentLogger } from '../../src/log.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { type Exposition, parseExposition } from '../support/exposition.ts';
import { MetricsPage } from '../../src/metrics/page.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';

/** What a tower answers: the text of a list's first page by operation, or whatever the function writes. */
export type Answers = ReadonlyMap<string, string | ((response: ServerResponse) => void)>;

/** A server that answers to a login as a tower does, and to everything else whatever it is told. */
export interface HostileTower extends AsyncDisposable {
  readonly url: string;
  answers: Answers;
}

export const startHostileTower = async (): Promise<HostileTower> => {
  const tower = { answers: new Map() as Answers };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = (request.url ?? '').replace(/^.*\//, '');
      response.setHeader('content-type', 'application/json');
      if (operation === 'login') {
        response.end('{"data":{"token":"token"}}');
        return;
      }
      const answer = tower.answers.get(operation);
      const isLaterPage = Buffer.concat(chunks).includes('id_gt');
      if (typeof answer === 'function') answer(response);
      else response.end(isLaterPage ? '[]' : (answer ?? '[]'));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return Object.assign(tower, {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  });
};

/** What came of one collection by everything that reads an answer: client, collectors, snapshot, page and bridge. */
export interface Outcome {
  /** Read back strictly. @throws when it is malformed */
  readonly text: () => Exposition;
  readonly openMetrics: () => Exposition;
  /** The text form as it was written. */
  readonly raw: string;
  /** By collector; those that were well are not there. */
  readonly errors: ReadonlyMap<string, string>;
  /** What the bridge would have sent. */
  readonly payloads: readonly string[];
}

/** Collects once with everything on. */
export const collectOnce = async (url: string, maxResponseBytes = 2 ** 26): Promise<Outcome> => {
  const environment = {
    CLOUDTOWER_URL: url,
    CLOUDTOWER_NAME: 't',
    CLOUDTOWER_USERNAME: 'u',
    CLOUDTOWER_PASSWORD: 'p',
    ALERT_WEBHOOK_URL: 'http://127.0.0.1:9/',
  };
  const config = loadConfig({ file: null, environment, directory: '/' });
  const [first] = config.towers;
  if (first === undefined) throw new Error('no tower');
  const { collectors } = first;
  const tower = {
    ...first,
    max_response_bytes: maxResponseBytes,
    collectors: { ...collectors, vms: { ...collectors.vms, enabled: true } },
  };
  const shared = { clock: systemClock, random: Math.random, logger: silentLogger };
  const metrics = new ExporterMetrics({ version: '0', revision: '', processMetrics: false });
  const snapshot = new Snapshot({ onDuplicate: () => metrics.duplicateDropped() });
  const page = new MetricsPage(snapshot, () => metrics.render());
  const payloads: string[] = [];
  const bridge = new BridgeUnit({ ...shared, metrics: metrics.bridge, dryRun: (text) => void payloads.push(text) });
  await bridge.start(atOnce(config));
  const unit = createTowerUnit(tower, {
    ...shared,
    snapshot,
    metrics,
    consumer: bridge.consumer,
    assumeOffsetMinutes: 0,
  });
  try {
    const states = await unit.runtime.runOnce();
    const errors = states.flatMap(({ name, lastError }) =>
      lastError === null ? [] : [[name, lastError.message] as const],
    );
    const read = async (format: 'text' | 'openmetrics'): Promise<string> => {
      const { parts } = await page.body(format, 'identity');
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat([...parts]));
    };
    const [raw, openMetrics] = [await read('text'), await read('openmetrics')];
    return {
      raw,
      text: () => parseExposition(raw),
      openMetrics: () => parseExposition(openMetrics, 'openmetrics'),
      errors: new Map(errors),
      payloads,
    };
  } finally {
    await unit.stop();
    await bridge.stop();
  }
};

/** No notification waits for others. */
const atOnce = (config: ExporterConfig): ExporterConfig => {
  const { bridge } = config;
  if (bridge === null) return config;
  const receivers = bridge.receivers.map((receiver) =>
    receiver.type === 'webhook'
      ? Object.assign({}, receiver, { webhook: { ...receiver.webhook, group_wait: 0 } })
      : receiver,
  );
  return { ...config, bridge: { ...bridge, receivers, drain_timeout: 200 } };
};
