import type { Command } from 'commander';
import { listDeadLetters } from './alerts/dead-letters.ts';
import { listAlerts } from './alerts/list.ts';
import { replay } from './alerts/replay.ts';
import { sendTest } from './alerts/send-test.ts';
import { addFlags, configFileFlag, dryRunFlag, type Flag, logFlags } from './flags.ts';

const outputFlag: Flag = {
  syntax: '--output <format>',
  description: 'text for people, json for programs.',
  choices: ['text', 'json'],
  default: 'text',
};
const receiverFlag: Flag = { syntax: '--receiver <name>', description: 'Only this receiver. Default: all of them.' };
const common: readonly Flag[] = [configFileFlag, outputFlag, ...logFlags('error')];

export const alertsListFlags: readonly Flag[] = common;
export const alertsSendTestFlags: readonly Flag[] = [
  ...common,
  receiverFlag,
  dryRunFlag,
  { syntax: '--timeout <seconds>', description: 'How long each delivery may take.', default: '30' },
];
export const alertsDeadLettersFlags: readonly Flag[] = [
  ...common,
  receiverFlag,
  { syntax: '--discard <id>', description: 'Remove this dead letter instead of listing them.' },
];
export const alertsReplayFlags: readonly Flag[] = [
  ...common,
  receiverFlag,
  { syntax: '--id <id>', description: 'Only this dead letter. Default: all of them.' },
  { syntax: '--timeout <seconds>', description: 'How long each delivery may take.', default: '30' },
];

/** Adds `alerts` with its commands, which work on the state directory of the configuration. */
export const registerAlerts = (program: Command): void => {
  const alerts = program.command('alerts').description("look at the alert bridge's state, and try its receivers");
  const add = (
    name: string,
    description: string,
    flags: readonly Flag[],
    action: (command: Command) => Promise<number>,
  ): Command =>
    addFlags(alerts.command(name), flags)
      .description(description)
      .action(async (_options: object, command: Command) => {
        process.exitCode = await action(command);
      });
  add('list', 'show the alerts that the bridge holds; works beside a running exporter', alertsListFlags, listAlerts);
  add('send-test', 'send a test alert through each receiver: firing, then resolved', alertsSendTestFlags, sendTest);
  add(
    'dead-letters',
    'show what receivers would not have; works beside a running exporter',
    alertsDeadLettersFlags,
    listDeadLetters,
  );
  add('replay', 'deliver dead letters once more; works beside a running exporter', alertsReplayFlags, replay);
};
