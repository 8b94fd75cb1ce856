import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { simulateFlags } from '../../src/commands/commands.ts';
import { addFlags, flagValues } from '../../src/commands/flags.ts';
import { createProgram } from '../../src/commands/program.ts';
import { FlagError, simulatorOptions } from '../../src/commands/simulate.ts';

/** The options that a command line asks for. */
const optionsOf = (...args: string[]) => {
  const command = addFlags(new Command('simulate'), simulateFlags).exitOverride();
  command.configureOutput({ writeErr: () => {} });
  command.parse(args, { from: 'user' });
  return simulatorOptions(flagValues(command));
};

test('is a command of the program', () => {
  expect(createProgram().commands.map((command) => command.name())).toContain('simulate');
});

describe('its flags', () => {
  test('have defaults that make a small living estate on loopback', () => {
    expect(optionsOf()).toEqual({
      host: '127.0.0.1',
      port: 8090,
      version: '4.8.0',
      timeScale: 1,
      tick: true,
      seed: 1,
      clusters: 5,
      hosts: 4,
      disks: 12,
      vms: 200,
      username: 'monitor',
      password: 'monitor-password',
    });
  });

  test('change everything', () => {
    const size = ['--clusters', '50', '--hosts', '16', '--disks', '12', '--vms', '5000', '--alerts', '500'];
    const rest = ['--seed', '7', '--tower-version', '4.3.0', '--time-scale', '60', '--api-key', 'k'];
    expect(optionsOf('--listen-address', ':0', ...size, ...rest)).toMatchObject({
      host: '0.0.0.0',
      port: 0,
      clusters: 50,
      hosts: 16,
      disks: 12,
      vms: 5000,
      alerts: 500,
      seed: 7,
      version: '4.3.0',
      timeScale: 60,
      apiKey: 'k',
    });
  });

  test.each([
    ['--clusters', 'many'],
    ['--vms', '-1'],
    ['--seed', '1.5'],
    ['--time-scale', '0'],
    ['--time-scale', 'fast'],
    ['--tls-cert', 'cert.pem'],
  ])('%s %s is refused by name', (flag, value) => {
    expect(() => optionsOf(flag, value)).toThrow(FlagError);
    expect(() => optionsOf(flag, value)).toThrow(flag);
  });
});
