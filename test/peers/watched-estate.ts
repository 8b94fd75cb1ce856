import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { pause, Program } from '../e2e/program.ts';
import { folders } from '../prometheus/rule-files.ts';

/** How a watched estate is set up. */
export interface EstateOptions {
  readonly prometheus: string;
  /** One of the example configurations of Prometheus. */
  readonly scrapeConfig: 'scrape-metrics.yaml' | 'scrape-probe.yaml';
  readonly simulator: SimulatorOptions;
  /** Scrapes the exporter by two names, as if two exporters watched the tower. For scrape-metrics.yaml. */
  readonly twice?: boolean;
  /** Turns the vms collector and a bridge on, as people may; else the exporter runs as it comes. */
  readonly everything: boolean;
}

/** A simulated tower, the exporter, and a real Prometheus that scrapes it every second with an example configuration. */
export interface WatchedEstate extends AsyncDisposable {
  readonly exporterUrl: string;
  /** Reads Prometheus' HTTP API. @throws Error with its message when it answers an error */
  ask(path: string, parameters?: Readonly<Record<string, string>>): Promise<unknown>;
}

const answer = z.object({ status: z.string(), data: z.unknown(), error: z.string().optional() });

const addressOf = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await addressOf(server);
  server.close();
  return port;
};

const exporterConfig = (tower: Simulator, hook: number, everything: boolean): object => ({
  towers: [
    {
      name: 'shanghai',
      url: tower.url,
      username: tower.username,
      password: tower.password,
      // The defaults but for the time from run to run: the test has seconds, not hours.
      collectors: {
        ...Object.fromEntries(
          ['tower', 'clusters', 'hosts', 'disks', 'alerts', 'recycle_bin'].map((name) => [name, { interval: '4s' }]),
        ),
        ...(everything ? { vms: { enabled: true, interval: '4s' } } : {}),
      },
    },
  ],
  ...(everything
    ? {
        bridge: {
          state_dir: 'state',
          receivers: [
            {
              name: 'chat',
              webhook: {
                url: `http://127.0.0.1:${hook}/`,
                group_wait: '1s',
                group_interval: '1s',
                repeat_interval: '2s',
              },
            },
          ],
        },
      }
    : {}),
});

/** The example configuration, with this exporter's address, no Alertmanager, and seconds for minutes. */
const prometheusConfig = async ({ scrapeConfig, twice }: EstateOptions, exporterUrl: string): Promise<string> => {
  const text = await readFile(join(folders.rules, '..', scrapeConfig), 'utf8');
  const { host, port } = new URL(exporterUrl);
  return text
    .replaceAll("'exporter:9861'", twice === true ? `'${host}', 'localhost:${port}'` : `'${host}'`)
    .replaceAll('exporter:9861', host)
    .replaceAll(/(scrape|evaluation)_interval: 30s/g, '$1_interval: 1s')
    .replaceAll('refresh_interval: 1m', 'refresh_interval: 1s')
    .replaceAll("'alertmanager:9093'", '');
};

/** Starts all of it; the caller disposes of it. */
export const watchEstate = async (options: EstateOptions): Promise<WatchedEstate> => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'watched-estate-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const hook = createServer((request, response) => request.resume().on('end', () => response.end()));
  const hookPort = await addressOf(hook);
  stack.defer(() => {
    hook.closeAllConnections();
    hook.close();
  });
  const tower = stack.use(await startSimulator(options.simulator));
  const file = join(folder, 'exporter.yaml');
  await writeFile(file, stringify(exporterConfig(tower, hookPort, options.everything)));
  const program = stack.use(
    new Program([`--config.file=${file}`, '--web.listen-address=127.0.0.1:0', '--log.level=debug']),
  );
  const exporterUrl = await program.output(/"url":"(http:\/\/127\.0\.0\.1:\d+)","towers"/);

  await mkdir(join(folder, 'rules'));
  for (const name of await readdir(folders.rules)) {
    const text = await readFile(join(folders.rules, name), 'utf8');
    await writeFile(join(folder, 'rules', name), text.replaceAll(/^( +interval): \d+m$/gm, '$1: 1s'));
  }
  await writeFile(join(folder, 'prometheus.yaml'), await prometheusConfig(options, exporterUrl));
  const port = await freePort();
  const child = spawn(
    options.prometheus,
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  stack.defer(() => stop(child));
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });

  const base = `http://127.0.0.1:${port}`;
  for (;;) {
    const ready = await fetch(`${base}/-/ready`).catch(() => null);
    if (ready?.status === 200) break;
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${complaints}`);
    await pause(50);
  }
  const resources = stack.move();
  return {
    exporterUrl,
    ask: async (path, parameters = {}) => {
      const response = await fetch(`${base}${path}?${new URLSearchParams(parameters)}`);
      const { status, data, error } = answer.parse(await response.json());
      if (status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${error}`);
      return data;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
};
