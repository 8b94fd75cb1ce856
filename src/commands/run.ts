import { resolve } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { Exporter } from '../exporter.ts';
import { fitHeap, startSmall } from '../heap.ts';
import { WebConfigFile } from '../server/web-config-file.ts';
import { formatShard } from '../sharding.ts';
import { version } from '../version.ts';
import { commandContext, print } from './context.ts';
import { dieOnUnhandled, stopOnSignal } from './lifecycle.ts';

/** Beyond the time that the bridge may take to deliver what waits, milliseconds. */
const stopMargin = 10_000;

/** `run`: the exporter, until a signal ends it. */
export const run = async (command: Command): Promise<number> => {
  const { flags, logger, load, ...context } = commandContext(command);
  dieOnUnhandled(logger);
  const shard = context.shard();
  const config = load();
  fitHeap();
  if (config.bridge !== null) startSmall();
  const webConfigFile = flags('web.config.file');
  const exporter = new Exporter({
    config,
    reload: load,
    listenAddress: flags('web.listen-address') ?? ':9861',
    telemetryPath: flags('web.telemetry-path') ?? '/metrics',
    webConfig: webConfigFile === null ? null : new WebConfigFile(resolve(webConfigFile), logger),
    dryRun: flags('bridge.dry-run') === null ? null : (text) => void print(text),
    shard,
    clock: systemClock,
    random: Math.random,
    logger,
  });
  process.on('SIGHUP', () => {
    // What goes wrong is logged and counted; the old configuration stays.
    exporter.reload().catch(() => {});
  });
  const { url } = await exporter.start();
  const part = shard === null ? {} : { shard: formatShard(shard) };
  const towers = config.towers.map(({ name }) => name);
  logger.info({ version, node: process.version, url, towers, ...part }, 'started');
  return stopOnSignal(logger, (config.bridge?.drain_timeout ?? 0) + stopMargin, () => exporter.stop());
};
