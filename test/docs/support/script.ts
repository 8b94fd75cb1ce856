import { atHome } from '../../deploy/support/files.ts';
import type { Block } from './documents.ts';

/** Where what the documents speak of is found during a test. */
export interface Stage {
  /** Stands for the root of the reader's machine. */
  readonly folder: string;
  /** Of a simulated tower with a certificate of its own; documents call it https://tower.example.com. */
  readonly tower: string;
  /** The ports of what a document starts itself. */
  readonly exporterPort: number;
  readonly simulatorPort: number;
}

/** The text of a document, with the places of the stage for those that it names. */
export const staged = (text: string, { folder, tower, exporterPort, simulatorPort }: Stage): string =>
  atHome(text, folder)
    .replaceAll('https://tower.example.com', tower)
    .replaceAll(/(?:localhost|127\.0\.0\.1):9861/g, `127.0.0.1:${exporterPort}`)
    .replaceAll(/(?:localhost|127\.0\.0\.1):8090/g, `127.0.0.1:${simulatorPort}`);

/** A command that does not end by itself: it goes to the background, and the script goes on when it answers. */
const serve = (line: string, { exporterPort, simulatorPort }: Stage): string | null => {
  const program = /^(?:npm start|cloudtower-exporter)(?: --)?(?= |$)/.exec(line);
  if (program === null) return null;
  const rest = line.slice(program[0].length).trim();
  if (/^simulate\b/.test(rest)) return `serve ${simulatorPort} ${rest} --listen-address=127.0.0.1:${simulatorPort}`;
  return /^(?:run\b|--config|$)/.test(rest)
    ? `serve ${exporterPort} ${rest} --web.listen-address=127.0.0.1:${exporterPort}`
    : null;
};

/** One Bash script of all blocks of a document that are to be run, in their order: what one sets, the next has. */
export const scriptOf = (blocks: readonly Block[], stage: Stage): string =>
  [
    ...prelude,
    ...blocks.flatMap(({ line, text }) => [
      `echo '== line ${line}'`,
      ...staged(text, stage)
        .split('\n')
        .map((command) => serve(command.trim(), stage) ?? command),
    ]),
    "echo '== end'",
  ].join('\n');

const prelude: readonly string[] = [
  'set -euo pipefail',
  'trap \'for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done\' EXIT',
  // The exporter answers while it is not ready yet, so this waits for a 200, or a 404 of what has no such page.
  'serve() {',
  '  local port=$1; shift',
  '  cloudtower-exporter "$@" >&2 &',
  '  local job=$!',
  '  until code=$(curl -s -o /dev/null -w "%{http_code}" "http://127.0.0.1:$port/-/ready"); [ "$code" = 200 ] || [ "$code" = 404 ]; do',
  '    kill -0 "$job" || return 1',
  '    sleep 0.1',
  '  done',
  '}',
];
