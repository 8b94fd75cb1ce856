import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { explainListenFailure, ListenError, parseListenAddress } from '../server/address.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/simulator.ts';
import { isVersion, versions } from '../simulator/versions.ts';
import { commandContext, print } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { addFlags, type Flag, type FlagValues, logFlags } from './flags.ts';
import { dieOnUnhandled, stopOnSignal } from './lifecycle.ts';

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

/** Nothing here needs long to end. */
const stopLimit = 5_000;

/** Adds `simulate`. */
export const registerSimulate = (program: Command): void => {
  addFlags(program.command('simulate'), simulateFlags)
    .description('start a simulated CloudTower to try the exporter against')
    .action(async (_options: object, command: Command) => {
      process.exitCode = await simulate(command);
    });
};

const simulate = async (command: Command): Promise<number> => {
  const { flags, logger } = commandContext(command);
  dieOnUnhandled(logger);
  const simulator = await start(command, flags);
  const { url, username, password, version } = simulator;
  await print(
    [
      `A simulated CloudTower ${version} answers at ${url}`,
      `  user name ${username}, password ${password}`,
      `  faults: see docs/simulator.md, or curl ${url}/control/faults`,
      '',
    ].join('\n'),
  );
  return stopOnSignal(logger, stopLimit, () => simulator.close());
};

const start = async (command: Command, flags: FlagValues): Promise<Simulator> => {
  try {
    return await startSimulator(simulatorOptions(flags));
  } catch (error) {
    if (error instanceof FlagError || error instanceof ListenError) {
      command.error(`error: ${error.message}`, { exitCode: exitCodes.usage });
    }
    throw isSystemError(error, 'listen') ? explainListenFailure(flags('listen-address') ?? '', error) : error;
  }
};

const isSystemError = (error: unknown, call: string): boolean =>
  error instanceof Error && 'syscall' in error && (error.syscall === call || error.syscall === 'getaddrinfo');

/** A flag whose value cannot be used; the message names it. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/**
 * Reads the flags.
 * @throws {FlagError | ListenError} when a value cannot be used.
 */
export const simulatorOptions = (flags: FlagValues): SimulatorOptions => {
  const { host, port } = parseListenAddress(flags('listen-address') ?? '127.0.0.1:8090');
  const version = flags('tower-version') ?? '4.8.0';
  if (!isVersion(version)) throw new FlagError(`--tower-version: ${version} cannot be simulated`);
  const timeScale = Number(flags('time-scale') ?? 1);
  if (!(timeScale > 0)) throw new FlagError('--time-scale: a number above 0 is expected');
  const alerts = flags('alerts') === null ? {} : { alerts: whole(flags, 'alerts') };
  const apiKey = flags('api-key');
  const [cert, key] = [flags('tls-cert'), flags('tls-key')];
  if ((cert === null) !== (key === null)) throw new FlagError('--tls-cert and --tls-key go together');
  return {
    host: host ?? '0.0.0.0',
    port,
    version,
    timeScale,
    tick: true,
    seed: whole(flags, 'seed'),
    clusters: whole(flags, 'clusters'),
    hosts: whole(flags, 'hosts'),
    disks: whole(flags, 'disks'),
    vms: whole(flags, 'vms'),
    username: flags('username') ?? 'monitor',
    password: flags('password') ?? 'monitor-password',
    ...alerts,
    ...(apiKey === null ? {} : { apiKey }),
    ...(cert === null || key === null
      ? {}
      : { tls: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } }),
  };
};

const whole = (flags: FlagValues, name: string): number => {
  const text = flags(name) ?? '';
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 2 ** 31) return value;
  throw new FlagError(`--${name}: a whole number is expected, not '${text}'`);
};
