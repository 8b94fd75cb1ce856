import { Command } from 'commander';
import { version } from '../version.ts';
import { registerAlerts } from './alerts.ts';
import { registerCheck } from './check.ts';
import { registerCollect } from './collect.ts';
import { registerDashboard } from './dashboard.ts';
import { registerDemo } from './demo.ts';
import { exitCodeMeanings } from './exit-codes.ts';
import { registerRun } from './run.ts';
import { registerSimulate } from './simulate.ts';

/** Adds one command to the program. */
export type Register = (program: Command) => void;

const registers: readonly Register[] = [
  registerRun,
  registerDemo,
  registerCheck,
  registerCollect,
  registerDashboard,
  registerAlerts,
  registerSimulate,
];

const exitCodeHelp = (): string =>
  ['Exit codes:', ...exitCodeMeanings.map(([code, meaning]) => `  ${code}  ${meaning.replaceAll('`', '')}`)].join('\n');

/** The program with all of its commands; nothing is done before it is given arguments. */
export const createProgram = (): Command => {
  const program = new Command('cloudtower-exporter')
    .description('Prometheus exporter and alert bridge for SmartX CloudTower')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show what a command does and takes')
    .helpCommand(false)
    .showHelpAfterError('(--help shows what is known)')
    .addHelpText('after', () => `\n${exitCodeHelp()}`);
  for (const register of registers) register(program);
  for (const command of descendants(program)) {
    command.helpOption('--help', 'show what this command takes').helpCommand(false);
  }
  for (const command of [program, ...descendants(program)]) command.exitOverride();
  return program;
};

const descendants = (command: Command): readonly Command[] =>
  command.commands.flatMap((inner) => [inner, ...descendants(inner)]);
