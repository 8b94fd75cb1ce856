import type { Command } from 'commander';
import type { ExporterConfig } from '../config/schema.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger, type Logger } from '../log.ts';
import { type FlagValues, flagValues, logChoice } from './flags.ts';

/** What a command works with: its flags, the log on standard error, and the way to the configuration. */
export interface CommandContext {
  readonly flags: FlagValues;
  readonly logger: Logger;
  /** @throws ConfigError */
  readonly load: () => ExporterConfig;
}

export const commandContext = (command: Command): CommandContext => {
  const flags = flagValues(command);
  const { stderr } = process;
  return {
    flags,
    logger: createLogger({ ...logChoice(flags, stderr.isTTY), colour: stderr.isTTY, stream: stderr }),
    load: () => loadConfig({ file: flags('config.file'), environment: process.env, directory: process.cwd() }),
  };
};

/** Writes to standard output and waits until it is out. A reader that has gone ends the process elsewhere. */
export const print = (text: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
