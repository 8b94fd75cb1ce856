import { existsSync, readFileSync } from 'node:fs';
import { dryParse } from '../../deploy/support/cli.ts';
import { at, entries, inProject } from '../../deploy/support/files.ts';

const scripts = new Set(
  entries(at(JSON.parse(readFileSync(inProject('package.json'), 'utf8')), 'scripts')).map(([name]) => name),
);

/** The program's arguments in a command of a document; null when the command is another program's. */
const ownArguments = (words: readonly string[]): readonly string[] | null => {
  const [program, first, ...rest] = words;
  if (program === 'cloudtower-exporter') return words.slice(1);
  if (program === 'npm' && first === 'start') return rest[0] === '--' ? rest.slice(1) : rest;
  return null;
};

/** The words of a simple command: without variables set before it, redirections, and what is piped on. */
const wordsOf = (command: string): readonly string[] => {
  const [first = ''] = command.replaceAll(/\s[12]?>.*$/g, '').split(/\s\|\s|\s#|\s&$/);
  const words = [...first.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
  while (/^\w+=/.test(words[0] ?? '') || words[0] === 'sudo') words.shift();
  return words;
};

/** The commands of a block, one by one; lines that go on are joined, what is left open with `…` is passed over. */
export const commandsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/\\\n\s*/g, ' ')
    .split(/\n|&&|;\s/)
    .map((line) => line.replace(/^\s*\$ /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('…'));

/** What is wrong with the commands of a block, as far as can be said without running them. */
export const objectionsToCommands = async (text: string): Promise<readonly string[]> => {
  const found = await Promise.all(commandsOf(text).map(objection));
  return found.flatMap((one) => one ?? []);
};

const objection = async (command: string): Promise<string | null> => {
  const words = wordsOf(command);
  const [program, first, second] = words;
  const missing = words.find(
    (word) =>
      /^(deploy|prometheus|grafana|docs|test|bench|src|\.ci)\/[\w./-]+$/.test(word) && !existsSync(inProject(word)),
  );
  if (missing !== undefined) return `${command}: there is no ${missing}`;
  if (program === 'npm' && first === 'run' && !scripts.has(second ?? '')) return `${command}: there is no such script`;
  const own = ownArguments(words);
  if (own === null) return null;
  try {
    await dryParse(own);
    return null;
  } catch (error) {
    // --version and --help end the program before a command is called.
    if (at(error, 'exitCode') === 0) return null;
    return `${command}: ${error instanceof Error ? error.message : String(error)}`;
  }
};
