import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Clock, systemClock } from '../clock.ts';
import { configSchema, type ExporterConfig } from '../config/schema.ts';
import { Exporter } from '../exporter.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { commandContext, print } from './context.ts';
import { startDemoReceiver } from './demo-receiver.ts';
import { dieOnUnhandled, stopOnSignal } from './lifecycle.ts';
import { freePort } from './listen-near.ts';

const ports = { exporter: 9861, simulator: 9862, receiver: 9863 };
const stopLimit = 15_000;

/** `demo`: a simulated tower, the exporter and a receiver, until a signal ends them. */
export const demo = async (command: Command): Promise<number> => {
  const { logger } = commandContext(command);
  dieOnUnhandled(logger);
  const clock = systemClock;
  const directory = await mkdtemp(join(tmpdir(), 'cloudtower-exporter-demo-'));
  const simulator = await startSimulator({ port: await freePort(ports.simulator), tick: true });
  const receiver = await startDemoReceiver(ports.receiver, (text) => void print(text));
  const config = demoConfig({ ...simulator, receiver: receiver.url, directory });
  const exporter = new Exporter({
    config,
    reload: () => config,
    listenAddress: `127.0.0.1:${await freePort(ports.exporter)}`,
    telemetryPath: '/metrics',
    webConfig: null,
    dryRun: null,
    clock,
    random: Math.random,
    logger,
  });
  const { url } = await exporter.start();
  await print(welcome({ exporter: url, simulator: simulator.url, receiver: receiver.url }));
  const ended = new AbortController();
  const collected = tellWhenCollected(exporter, clock, ended.signal);
  return stopOnSignal(logger, stopLimit, async () => {
    ended.abort(new Error('the demo ends'));
    await collected;
    await exporter.stop();
    await receiver.close();
    await simulator.close();
    await rm(directory, { recursive: true, force: true });
    await print('the demo has ended\n');
  });
};

interface DemoAddresses {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly receiver: string;
  readonly directory: string;
}

/** Shorter intervals than a real tower deserves, so that something is seen to happen. */
const demoConfig = ({ url, username, password, receiver, directory }: DemoAddresses): ExporterConfig =>
  configSchema({ directory }).parse({
    towers: [
      {
        name: 'demo',
        url,
        username,
        password,
        collectors: {
          clusters: { interval: '5s' },
          hosts: { interval: '5s' },
          disks: { interval: '15s' },
          alerts: { interval: '5s' },
          recycle_bin: { interval: '15s' },
          vms: { enabled: true, interval: '15s' },
        },
      },
    ],
    bridge: {
      state_dir: 'state',
      drain_timeout: '2s',
      receivers: [{ name: 'demo', webhook: { url: receiver, group_wait: '1s', group_interval: '5s' } }],
    },
  });

const welcome = (urls: {
  readonly exporter: string;
  readonly simulator: string;
  readonly receiver: string;
}): string => `
CloudTower exporter, with a simulated CloudTower behind it:

  status    ${urls.exporter}/
  metrics   ${urls.exporter}/metrics
  tower     ${urls.simulator}   (simulated)
  receiver  ${urls.receiver}   (what the bridge delivers is printed below)

To try:

  curl -s ${urls.exporter}/metrics | grep cloudtower_host_condition
  curl -s '${urls.exporter}/probe?tower=demo'
  curl -s ${urls.exporter}/api/v1/targets

Ctrl-C ends it.

`;

/** Says when every collector has finished its first run, counted from the start of the process. */
const tellWhenCollected = async (exporter: Exporter, clock: Clock, signal: AbortSignal): Promise<void> => {
  try {
    while (exporter.missing().length > 0) await clock.sleep(50, signal);
    const failed = exporter
      .towers()
      .flatMap(({ runtime }) => runtime.states())
      .filter(({ lastError }) => lastError !== null);
    const seconds = process.uptime().toFixed(1);
    await print(
      failed.length === 0
        ? `first full collection done ${seconds} s after the start\n\n`
        : `first collection done ${seconds} s after the start, but these failed: ${failed.map(({ name }) => name).join(', ')}\n\n`,
    );
  } catch {
    // The demo ended before it was done.
  }
};
