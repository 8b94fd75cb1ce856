import type { Command } from 'commander';
import type { ExporterConfig } from '../config/schema.ts';
import { type Environment, shardVariable } from '../config/environment.ts';
import { ConfigError } from '../config/errors.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger, type Logger } from '../log.ts';
import { parseShard, type Shard, shardSyntax } from '../sharding.ts';
import { type FlagValues, flagValues, logChoice } from './flags.ts';

/** What a command works with: its flags, the log on standard error, and the way to the configuration. */
export interface CommandContext {
  readonly flags: FlagValues;
  readonly logger: Logger;
  /** @throws ConfigError */
  readonly load: () => ExporterConfig;
  /** The part that `--shard`, else CLOUDTOWER_SHARD, gives this exporter; null: everything. @throws ConfigError */
  readonly shard: () => Shard | null;
}

export const commandContext = (command: Command): CommandContext => {
  const flags = flagValues(command);
  const { stderr } = process;
  return {
    flags,
    logger: createLogger({ ...logChoice(flags, stderr.isTTY), colour: stderr.isTTY, stream: stderr }),
    load: () => loadConfig({ file: flags('config.file'), environment: process.env, directory: process.cwd() }),
    shard: () => readShard(flags('shard'), process.env),
  };
};

const readShard = (flag: string | null, environment: Environment): Shard | null => {
  const text = flag ?? environment[shardVariable.name] ?? '';
  if (text === '') return null;
  const shard = parseShard(text);
  if (shard !== null) return shard;
  const message = `expected ${shardSyntax}, found ${JSON.stringify(text)}`;
  throw new ConfigError('environment', [{ path: shardVariable.name, line: null, message }]);
};

/** Writes to standard output and waits until it is out. A reader that has gone ends the process elsewhere. */
export const print = (text: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
