import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { explainListenFailure, ListenError, parseListenAddress } from '../server/address.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/simulator.ts';
import { isVersion } from '../simulator/versions.ts';
import { commandContext, print } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import type { FlagValues } from './flags.ts';
import { dieOnUnhandled, stopOnSignal } from './lifecycle.ts';

/** Nothing here needs long to end. */
const stopLimit = 5_000;

/** `simulate`: a simulated tower, until a signal ends it. */
export const simulate = async (command: Command): Promise<number> => {
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
