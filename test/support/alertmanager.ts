import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A real Alertmanager on loopback, with its own folder. */
export interface RealAlertmanager {
  readonly url: string;
  readonly clusterAddress: string;
  /** Ends it with a signal and waits until it is gone. Its folder stays for `start`. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again on the same ports and folder. */
  start(): Promise<void>;
  /** Waits until its cluster has this many members and has settled. */
  joined(members: number): Promise<void>;
  /** Fingerprints of the alerts that it holds as active. */
  active(): Promise<ReadonlySet<string>>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

export interface RealAlertmanagerOptions {
  readonly binary: string;
  /** Where it notifies, and how it groups. */
  readonly webhook: string;
  readonly groupBy: readonly string[];
  /** Default 1s. Clustered ones want more than the two seconds that they wait for each other. */
  readonly groupInterval?: string;
  readonly peers?: readonly string[];
  /** The YAML of `--web.config.file`. */
  readonly webConfig?: string;
  readonly scheme?: 'http' | 'https';
}

/** A free port of the loopback interface. */
export const freePort = async (): Promise<number> => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

/** Waits until the question is answered with yes, asking again and again; fails with `what` after `ms`. */
export const eventually = async (
  what: string,
  question: () => boolean | Promise<boolean>,
  ms = 15_000,
): Promise<void> => {
  const end = performance.now() + ms;
  while (!(await question())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await delay(50);
  }
};

export const startAlertmanager = async (options: RealAlertmanagerOptions): Promise<RealAlertmanager> => {
  const { binary, webhook, groupBy, groupInterval = '1s', peers = [], webConfig, scheme = 'http' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'alertmanager-'));
  const [port, clusterPort] = [await freePort(), await freePort()];
  const configFile = join(folder, 'alertmanager.yml');
  writeFileSync(
    configFile,
    JSON.stringify({
      route: {
        receiver: 'r',
        group_by: groupBy,
        group_wait: '0s',
        group_interval: groupInterval,
        repeat_interval: '1h',
      },
      receivers: [{ name: 'r', webhook_configs: [{ url: webhook, send_resolved: true }] }],
    }),
  );
  const webFile = join(folder, 'web.yml');
  if (webConfig !== undefined) writeFileSync(webFile, webConfig);
  const url = `${scheme}://127.0.0.1:${port}`;
  const clusterAddress = `127.0.0.1:${clusterPort}`;
  let child: ChildProcess | null = null;

  const start = async (): Promise<void> => {
    child = spawn(
      binary,
      [
        `--config.file=${configFile}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--cluster.listen-address=${clusterAddress}`,
        '--cluster.gossip-interval=50ms',
        '--cluster.settle-timeout=2s',
        '--cluster.peer-timeout=2s',
        ...peers.map((peer) => `--cluster.peer=${peer}`),
        ...(webConfig === undefined ? [] : [`--web.config.file=${webFile}`]),
      ],
      { stdio: 'ignore' },
    );
    await eventually('the Alertmanager listens', () => {
      const socket = connect(port, '127.0.0.1');
      return new Promise<boolean>((resolve) => {
        socket.once('connect', () => {
          socket.destroy();
          resolve(true);
        });
        socket.once('error', () => resolve(false));
      });
    });
  };
  const kill = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const gone = new Promise((resolve) => {
      running.once('exit', resolve);
    });
    running.kill(signal);
    await gone;
  };

  await start();
  return {
    url,
    clusterAddress,
    kill,
    start,
    joined: (members) =>
      eventually('the cluster has settled', async () => {
        const response = await fetch(`${url}/api/v2/status`);
        const { cluster }: { readonly cluster: { readonly status: string; readonly peers: readonly unknown[] } } =
          JSON.parse(await response.text());
        return cluster.status === 'ready' && cluster.peers.length === members;
      }),
    active: async () => {
      const response = await fetch(`${url}/api/v2/alerts`);
      const list: readonly { readonly fingerprint: string }[] = JSON.parse(await response.text());
      return new Set(list.map(({ fingerprint }) => fingerprint));
    },
    remove: async () => {
      await kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** What an Alertmanager notifies of. */
export interface Notification {
  readonly status: string;
  readonly groupKey: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly fingerprint: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** A webhook on loopback that remembers what it got. */
export const startRecorder = async (): Promise<{
  readonly url: string;
  readonly notifications: Notification[];
  close(): Promise<void>;
}> => {
  const notifications: Notification[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const parsed: Notification = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      notifications.push(parsed);
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    notifications,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};
