/**
 * Writes grafana/dashboards/*.json from the sources in grafana/src. With --check it writes nothing and fails, naming the
 * files, when one of them is not what the sources give.
 *
 *   node grafana/build.ts [--check]
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boardFiles } from './src/boards.ts';

const folder = join(import.meta.dirname, 'dashboards');

const textOf = (name: string): string | null => {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return null;
  }
};

const files = boardFiles();
mkdirSync(folder, { recursive: true });
const stale = [...files].filter(([name, text]) => textOf(name) !== text);
const orphans = readdirSync(folder).filter((name) => name.endsWith('.json') && !files.has(name));

if (process.argv.includes('--check')) {
  for (const [name] of stale)
    console.error(`grafana/dashboards/${name} is not what grafana/src gives: run node grafana/build.ts`);
  for (const name of orphans) console.error(`grafana/dashboards/${name} has no source in grafana/src: remove it`);
  process.exitCode = stale.length + orphans.length === 0 ? 0 : 1;
} else {
  for (const [name, text] of stale) writeFileSync(join(folder, name), text);
  for (const name of orphans) rmSync(join(folder, name));
  console.log(`grafana/dashboards: ${files.size} dashboards, ${stale.length} written, ${orphans.length} removed`);
}
