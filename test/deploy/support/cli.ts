import type { Command } from 'commander';
import { createProgram } from '../../../src/commands/program.ts';

/**
 * Lets the real command line read arguments and do nothing; answers with the command that would have run.
 * @throws CommanderError when it would not take them
 */
export const dryParse = async (args: readonly string[]): Promise<string> => {
  const program = createProgram();
  let called = '';
  const disarm = (command: Command): void => {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length === 0) {
      command.action(() => {
        called = command.name();
      });
    }
    for (const inner of command.commands) disarm(inner);
  };
  disarm(program);
  await program.parseAsync(args, { from: 'user' });
  return called;
};
