/**
 * Measures the product and prints a table: what, value, reference, ratio, goal, met. `npm run bench -- --help` says more.
 * Asserts nothing: a goal that is not met says so in its row.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { Command } from 'commander';
import { replaceSection } from './report/document.ts';
import { type BenchRow, isMet } from './report/row.ts';
import { benchTable } from './report/table.ts';
import { subjects } from './subjects.ts';

const document = new URL('../docs/benchmarks.md', import.meta.url);

const machine = (): string => {
  const date = new Date().toISOString().slice(0, 10);
  const { version, platform, arch } = process;
  const cores = availableParallelism();
  return `${date}, ${cores} cores, Node.js ${version}, ${platform} ${arch}, load ${loadavg()[0]?.toFixed(1)} before`;
};

const program = new Command('bench')
  .description(
    'Measures speed and memory. A goal that is not met says so in its row; the exit code does not depend on it.',
  )
  .option('--only <names>', `only these subjects, with commas between (${subjects.map(({ name }) => name).join(', ')})`)
  .option('--write', 'put the tables into docs/benchmarks.md')
  .parse();
const { only, write = false } = program.opts<{ readonly only?: string; readonly write?: true }>();
const wanted = only?.split(',') ?? subjects.map(({ name }) => name);
const unknown = wanted.filter((name) => !subjects.some((subject) => subject.name === name));
if (unknown.length > 0) program.error(`error: there is no subject ${unknown.join(', ')}`);

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const measured: BenchRow[] = [];
for (const { name, title, run } of subjects) {
  if (!wanted.includes(name)) continue;
  const where = machine();
  print(`\n${title} (${where})`);
  const { rows, text: above = '' } = await run();
  if (rows.length === 0) continue;
  const table = `${above === '' ? '' : `${above}\n\n`}${benchTable(rows)}`;
  print(table);
  measured.push(...rows);
  if (write) {
    const text = `\n${where}\n\n${table}\n`;
    writeFileSync(document, replaceSection(readFileSync(document, 'utf8'), name, text));
  }
}
const judged = measured.map(isMet).filter((met) => met !== null);
print(`\nbench: ${measured.length} figures, ${judged.filter(Boolean).length} of ${judged.length} goals met`);
