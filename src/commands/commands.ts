import type { Command } from 'commander';
import { keepHeapSmall } from '../heap.ts';
import { versions } from '../simulator/versions.ts';
import {
  configFileFlag,
  dryRunFlag,
  type Flag,
  logFlags,
  outputFlag,
  receiverFlag,
  shardFlag,
  timeoutFlag,
  webFlags,
} from './flags.ts';

/** What a command does; resolves to the exit code. */
export type Action = (command: Command) => Promise<number>;

/** A command as it is declared: all that its help and the documentation say. */
export interface CommandDeclaration {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** Brings in what the command works with: no other command pays for it, in time or in memory. */
  readonly load: () => Promise<Action>;
}

/** A word with commands of its own. */
export interface CommandGroup {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandDeclaration[];
}

/** What happens without a command. */
export const defaultCommand: CommandDeclaration = {
  name: 'run',
  description: 'start the exporter (this is what happens without a command)',
  flags: [configFileFlag, ...webFlags, shardFlag, dryRunFlag, ...logFlags()],
  load: async () => {
    // Before the modules: loading them would make the heap large, and it would stay so.
    keepHeapSmall();
    return (await import('./run.ts')).run;
  },
};

export const simulateFlags: readonly Flag[] = [
  {
    syntax: '--listen-address <address>',
    description: 'Where to listen: HOST:PORT, or :PORT for every address. Port 0 finds a free one.',
    default: '127.0.0.1:8090',
  },
  { syntax: '--clusters <number>', description: 'How many clusters.', default: '5' },
  { syntax: '--hosts <number>', description: 'How many hosts a cluster.', default: '4' },
  { syntax: '--disks <number>', description: 'How many disks a host.', default: '12' },
  { syntax: '--vms <number>', description: 'How many VMs in all.', default: '200' },
  { syntax: '--alerts <number>', description: 'How many unresolved alerts. Default: four a cluster.' },
  { syntax: '--seed <number>', description: 'The same seed gives the same estate.', default: '1' },
  {
    syntax: '--tower-version <version>',
    description: 'The CloudTower API version to be.',
    choices: versions,
    default: '4.8.0',
  },
  { syntax: '--time-scale <factor>', description: 'How many seconds pass in the tower a second.', default: '1' },
  { syntax: '--username <name>', description: 'Who may log in.', default: 'monitor' },
  { syntax: '--password <password>', description: 'With what.', default: 'monitor-password' },
  { syntax: '--api-key <key>', description: 'An API key that is accepted too (from 4.5.0 on).' },
  { syntax: '--tls-cert <file>', description: 'Serve HTTPS with this certificate (PEM).' },
  { syntax: '--tls-key <file>', description: 'The key of the certificate (PEM).' },
  ...logFlags(),
];

const alertsFlags: readonly Flag[] = [configFileFlag, outputFlag, ...logFlags('error')];

const alerts: CommandGroup = {
  name: 'alerts',
  description: "look at the alert bridge's state, and try its receivers",
  commands: [
    {
      name: 'list',
      description: 'show the alerts that the bridge holds; works beside a running exporter',
      flags: alertsFlags,
      load: async () => (await import('./alerts/list.ts')).listAlerts,
    },
    {
      name: 'send-test',
      description: 'send a test alert through each receiver: firing, then resolved',
      flags: [...alertsFlags, receiverFlag, dryRunFlag, timeoutFlag],
      load: async () => (await import('./alerts/send-test.ts')).sendTest,
    },
    {
      name: 'dead-letters',
      description: 'show what receivers would not have; works beside a running exporter',
      flags: [
        ...alertsFlags,
        receiverFlag,
        { syntax: '--discard <id>', description: 'Remove this dead letter instead of listing them.' },
      ],
      load: async () => (await import('./alerts/dead-letters.ts')).listDeadLetters,
    },
    {
      name: 'replay',
      description: 'deliver dead letters once more; works beside a running exporter',
      flags: [
        ...alertsFlags,
        receiverFlag,
        { syntax: '--id <id>', description: 'Only this dead letter. Default: all of them.' },
        timeoutFlag,
      ],
      load: async () => (await import('./alerts/replay.ts')).replay,
    },
  ],
};

/** The other commands, in the order of the help. */
export const commands: readonly (CommandDeclaration | CommandGroup)[] = [
  {
    name: 'demo',
    description:
      'try it without a CloudTower: a simulated one, the exporter, and a receiver of alerts, on this machine',
    flags: logFlags('warn'),
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'check',
    description: 'try the configuration: sign in to every tower, read the first pages, reach every receiver',
    // The log would repeat what the table says.
    flags: [configFileFlag, ...logFlags('error')],
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'collect',
    description: 'collect once and print the metrics (for a textfile collector, or to look at them)',
    flags: [configFileFlag, shardFlag, ...logFlags('warn')],
    load: async () => (await import('./collect.ts')).collect,
  },
  {
    name: 'dashboard',
    description: 'collect once and print the CloudTower dashboard: capacity, health and unresolved alerts',
    flags: [
      configFileFlag,
      { syntax: '--tower <name>', description: 'Only this tower, by its configured name.' },
      { syntax: '--cluster-id <id>', description: 'Only this cluster.' },
      { syntax: '--datacenter-id <id>', description: 'Only the clusters of this datacenter.' },
      {
        syntax: '--output <form>',
        description: 'Text for people, or JSON.',
        choices: ['text', 'json'],
        default: 'text',
      },
      // What fails is on the page itself.
      ...logFlags('error'),
    ],
    load: async () => (await import('./dashboard.ts')).dashboard,
  },
  alerts,
  {
    name: 'simulate',
    description: 'start a simulated CloudTower to try the exporter against',
    flags: simulateFlags,
    load: async () => (await import('./simulate.ts')).simulate,
  },
];
