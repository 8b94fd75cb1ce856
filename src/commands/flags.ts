import { type Command, InvalidArgumentError, Option } from 'commander';
import { logFormats, type LogFormat, logLevels, type LogLevel } from '../log-choices.ts';
import { parseShard, shardSyntax } from '../sharding.ts';

/** A flag as it is declared; docs/configuration.md is generated from these. */
export interface Flag {
  /** With its argument, as commander takes it: `--config.file <file>`. */
  readonly syntax: string;
  readonly description: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  /** Says what is expected instead of this value; null: nothing, it is good. */
  readonly refuse?: (value: string) => string | null;
}

export const configFileFlag: Flag = {
  syntax: '--config.file <file>',
  description: 'The configuration file. Without it, the environment describes one tower.',
};

/** The flags of the log; commands whose output is the answer are quieter by default. */
export const logFlags = (level: LogLevel = 'info'): readonly Flag[] => [
  {
    syntax: '--log.level <level>',
    description: 'The least level of what is logged, on standard error.',
    choices: logLevels,
    default: level,
  },
  {
    syntax: '--log.format <format>',
    description: 'The form of the log. Default: logfmt (coloured) on a terminal, json otherwise.',
    choices: logFormats,
  },
];

export const webFlags: readonly Flag[] = [
  {
    syntax: '--web.listen-address <address>',
    description: 'Where to listen: HOST:PORT, or :PORT for every address. Port 0 finds a free one.',
    default: ':9861',
  },
  {
    syntax: '--web.telemetry-path <path>',
    description: 'The path of the metrics.',
    default: '/metrics',
  },
  {
    syntax: '--web.config.file <file>',
    description: 'TLS, client certificates and basic authentication, in the form of the Prometheus exporter-toolkit.',
  },
];

export const dryRunFlag: Flag = {
  syntax: '--bridge.dry-run',
  description: 'Print what the bridge would send, and send nothing; its state is kept in memory.',
};

export const shardFlag: Flag = {
  syntax: '--shard <index/count>',
  description: 'Read only this part of every tower: one of COUNT exporters that share the work. Default: all of it.',
  refuse: (value) => (parseShard(value) === null ? shardSyntax : null),
};

export const outputFlag: Flag = {
  syntax: '--output <format>',
  description: 'text for people, json for programs.',
  choices: ['text', 'json'],
  default: 'text',
};

export const receiverFlag: Flag = {
  syntax: '--receiver <name>',
  description: 'Only this receiver. Default: all of them.',
};

export const timeoutFlag: Flag = {
  syntax: '--timeout <seconds>',
  description: 'How long each delivery may take.',
  default: '30',
};

/** Adds the flags to the command. */
export const addFlags = (command: Command, flags: readonly Flag[]): Command => {
  for (const flag of flags) {
    const option = new Option(flag.syntax, flag.description);
    if (flag.choices !== undefined) option.choices(flag.choices);
    if (flag.default !== undefined) option.default(flag.default);
    option.argParser((value: string) => readValue(flag, value));
    command.addOption(option);
  }
  return command;
};

const readValue = (flag: Flag, value: string): string => {
  if (value === '') throw new InvalidArgumentError('It must not be empty.');
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    throw new InvalidArgumentError(`Allowed choices are ${flag.choices.join(', ')}.`);
  }
  const expected = flag.refuse?.(value) ?? null;
  if (expected !== null) throw new InvalidArgumentError(`Expected ${expected}.`);
  return value;
};

/** What a command was given, by the name of the flag without its dashes; null: not given. */
export type FlagValues = (name: string) => string | null;

/** Reads flags by the names that people type, so that code and help say the same word. */
export const flagValues = (command: Command): FlagValues => {
  const values: Record<string, unknown> = command.opts();
  return (name) => {
    const option = command.options.find((candidate) => candidate.long === `--${name}`);
    if (option === undefined) throw new TypeError(`${command.name()} has no flag --${name}`);
    const value = values[option.attributeName()];
    if (value === true) return 'true';
    return typeof value === 'string' ? value : null;
  };
};

export interface LogChoice {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

/** The log that the flags ask for. */
export const logChoice = (flags: FlagValues, isTerminal: boolean): LogChoice => ({
  level: logLevels.find((level) => level === flags('log.level')) ?? 'info',
  format: logFormats.find((format) => format === flags('log.format')) ?? (isTerminal ? 'logfmt' : 'json'),
});
