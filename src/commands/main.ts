import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../config/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';

/** Runs the command that the arguments name; resolves to the exit code. */
export const main = async (args: readonly string[]): Promise<number> => {
  process.stdout.on('error', endQuietly);
  try {
    const program = createProgram();
    refuseUnknownCommand(program, args);
    await program.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    process.stderr.write(`cloudtower-exporter: ${explain(error)}\n`);
    return exitCodes.failure;
  }
};

/** `run` is what happens without a command, so that the parser would take any first word for an argument of it. */
const refuseUnknownCommand = (program: Command, [first = '']: readonly string[]): void => {
  const names = program.commands.map((command) => command.name());
  if (first === '' || first.startsWith('-') || names.includes(first)) return;
  program.error(`error: unknown command '${first}'; known are ${names.join(', ')}`, { exitCode: exitCodes.usage });
};

/** Errors with a code speak for themselves; anything else is a fault of the program, shown with its place. */
const explain = (error: unknown): string => {
  if (error instanceof ConfigError) return `the configuration cannot be used\n${error.message}`;
  if (!(error instanceof Error)) return 'an unknown error';
  return 'code' in error ? error.message : (error.stack ?? error.message);
};

/** Whoever read our output has gone (`collect | head`): there is nothing left to do. */
const endQuietly = (error: Error): void => {
  process.exit('code' in error && error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failure);
};
