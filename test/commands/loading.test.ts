import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commands, defaultCommand } from '../../src/commands/commands.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The program's modules that a command line loads, relative to src/, and the packages. */
const loadedBy = async (...args: readonly string[]): Promise<ReadonlySet<string>> => {
  const failed = (error: unknown): { readonly stderr: string } => z.object({ stderr: z.string() }).parse(error);
  const { stderr } = await promisify(execFile)(
    path('../../node_modules/.bin/node'),
    ['--import', path('loaded.ts'), path('../../src/main.ts'), ...args],
    { env: {} },
  ).catch(failed);
  const urls = z.array(z.string()).parse(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? ''));
  return new Set(
    urls
      .map((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)|\/src\/(.+)$/.exec(url))
      .flatMap((found) => found?.slice(1).filter(Boolean) ?? []),
  );
};

describe.concurrent('what a command line loads', () => {
  it.each([[['--version']], [['--help']], [['simulate', '--help']], [['--no-such-flag']]])(
    '%j: declarations, no more',
    async (args) => {
      const loaded = [...(await loadedBy(...args))];
      expect(loaded).toContain('commands/program.ts');
      expect(loaded.filter((name) => !name.startsWith('commands/')).sort()).toEqual([
        'commander',
        'config/errors.ts',
        'heap.ts',
        'log-choices.ts',
        'main.ts',
        'sharding.ts',
        'simulator/versions.ts',
        'version.ts',
      ]);
      expect(loaded.filter((name) => name.startsWith('commands/')).sort()).toEqual([
        'commands/commands.ts',
        'commands/exit-codes.ts',
        'commands/flags.ts',
        'commands/main.ts',
        'commands/program.ts',
      ]);
    },
  );

  it('run: nothing of the other commands', async () => {
    const loaded = [...(await loadedBy())];
    expect(loaded).toContain('exporter.ts');
    expect(loaded.filter((name) => name.startsWith('simulator/'))).toEqual(['simulator/versions.ts']);
    const others = ['demo', 'check', 'collect', 'dashboard', 'simulate', 'alerts', 'demo-receiver'];
    expect(loaded.filter((name) => others.some((other) => name.startsWith(`commands/${other}`)))).toEqual([]);
  });
});

describe('a declared command', () => {
  const declared = [defaultCommand, ...commands].flatMap((command) =>
    'commands' in command ? command.commands : [command],
  );

  it.each(declared.map(({ name, load }) => [name, load] as const))('%s has its work', async (_name, load) => {
    expect(await load()).toBeTypeOf('function');
  });
});
