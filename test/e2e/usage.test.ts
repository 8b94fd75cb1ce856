import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/commands/program.ts';
import { version } from '../../src/version.ts';
import { runProgram } from './program.ts';

const commands = createProgram().commands.map((command) => command.name());

describe.concurrent('the command line', () => {
  it('prints its version', async () => {
    expect(await runProgram(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints its help, with every command and the exit codes', async () => {
    const { code, stdout } = await runProgram(['--help']);
    expect(code).toBe(0);
    for (const name of commands) expect(stdout).toContain(`\n  ${name}`);
    expect(stdout).toContain('Exit codes:');
  });

  it.each(commands)('prints the help of %s', async (name) => {
    const { code, stdout } = await runProgram([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: cloudtower-exporter ${name}`);
  });

  it.each([
    ['an unknown flag', ['--nonsense'], "unknown option '--nonsense'"],
    ['an unknown flag of a command', ['check', '--nonsense'], "unknown option '--nonsense'"],
    ['an unknown command', ['nonsense'], "unknown command 'nonsense'; known are run, "],
    ['an argument too many', ['check', 'nonsense'], 'too many arguments'],
    ['a flag without its value', ['--config.file'], 'argument missing'],
    ['a flag with an empty value', ['--config.file='], 'must not be empty'],
    ['an unknown level', ['--log.level=loud'], 'Allowed choices are debug, info, warn, error'],
    ['an unknown format', ['--log.format=xml'], 'Allowed choices are logfmt, json'],
  ])('refuses %s with exit code 2', async (_, args, message) => {
    const { code, stdout, stderr } = await runProgram(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it.each([
    ['nothing', [], {}, 'CLOUDTOWER_URL'],
    [
      'a file that is not there',
      ['--config.file=/nonexistent/c.yaml'],
      {},
      '/nonexistent/c.yaml: there is no such file',
    ],
    ['a tower without credentials', [], { CLOUDTOWER_URL: 'http://a' }, 'CLOUDTOWER_USERNAME'],
    [
      'an address that is none',
      ['--web.listen-address=nonsense'],
      { CLOUDTOWER_URL: 'http://a', CLOUDTOWER_API_KEY: 'k' },
      'expected [host]:port',
    ],
  ])('given %s, ends with exit code 1 and says why', async (_, args, environment, message) => {
    const { code, stderr } = await runProgram(args, environment);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(1);
  });
});
