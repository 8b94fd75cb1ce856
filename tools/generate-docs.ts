import { readFileSync, writeFileSync } from 'node:fs';
import { configurationPage } from './docs/configuration.ts';
import { dependenciesPage } from './docs/dependencies.ts';
import { metricsPage } from './docs/metrics.ts';

/** The generated pages: where each is, and how it is made. */
const pages: readonly (readonly [string, () => string])[] = [
  ['../docs/configuration.md', configurationPage],
  ['../docs/dependencies.md', dependenciesPage],
  ['../docs/metrics.md', metricsPage],
];

const read = (file: URL): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, make] of pages) {
  const file = new URL(path, import.meta.url);
  const text = make();
  if (read(file) === text) continue;
  if (check) {
    stale += 1;
    process.stderr.write(`${path.replace('../', '')} is not what the code declares: run npm run docs\n`);
  } else {
    writeFileSync(file, text);
    process.stdout.write(`${path.replace('../', '')} written\n`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
