import { Command } from 'commander';
import { version } from '../version.ts';
import { type CommandDeclaration, type CommandGroup, commands, defaultCommand } from './commands.ts';
import { exitCodeMeanings } from './exit-codes.ts';
import { addFlags } from './flags.ts';

const exitCodeHelp = (): string =>
  ['Exit codes:', ...exitCodeMeanings.map(([code, meaning]) => `  ${code}  ${meaning.replaceAll('`', '')}`)].join('\n');

/** The program with all of its commands; nothing is done, or even loaded, before it is given arguments. */
export const createProgram = (): Command => {
  const program = new Command('cloudtower-exporter')
    .description('Prometheus exporter and alert bridge for SmartX CloudTower')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show what a command does and takes')
    .helpCommand(false)
    .showHelpAfterError('(--help shows what is known)')
    .addHelpText('after', () => `\n${exitCodeHelp()}`);
  add(program, defaultCommand);
  for (const command of commands) add(program, command);
  for (const command of descendants(program)) {
    command.helpOption('--help', 'show what this command takes').helpCommand(false);
  }
  for (const command of [program, ...descendants(program)]) command.exitOverride();
  return program;
};

const add = (parent: Command, declared: CommandDeclaration | CommandGroup): void => {
  const command = parent.command(declared.name, { isDefault: declared === defaultCommand });
  command.description(declared.description);
  if ('commands' in declared) {
    for (const inner of declared.commands) add(command, inner);
    return;
  }
  addFlags(command, declared.flags).action(async (_options: object, called: Command) => {
    const act = await declared.load();
    process.exitCode = await act(called);
  });
};

const descendants = (command: Command): readonly Command[] =>
  command.commands.flatMap((inner) => [inner, ...descendants(inner)]);
