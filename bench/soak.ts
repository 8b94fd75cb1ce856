/**
 * Runs the real program for a while with short intervals against a tower in which everything changes all the time, scraped as
 * two Prometheus servers would, and prints how its memory goes. `npm run soak -- --minutes 120`; asserts nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { writeConfig } from './processes/config-file.ts';
import { ProgramWorker, sampleOf } from './processes/program.ts';
import { TowerWorker } from './processes/tower-worker.ts';
import { type Point, slope } from './report/statistics.ts';
import { every } from './subjects/collection.ts';

const program = new Command('soak')
  .description('Runs the exporter with intervals of a second, and prints how its memory goes.')
  .option('--minutes <number>', 'for how long', '3')
  .parse();
const minutes = Number(program.opts<{ readonly minutes: string }>().minutes);
if (!(minutes > 0)) program.error('error: --minutes: a number above 0 is expected');

const sampleSeconds = 5;

await using tower = await TowerWorker.start({ clusters: 10, hosts: 8, disks: 12, vms: 1000, alerts: 100 });
using config = writeConfig(tower.access, every('1s', true));
await using exporter = new ProgramWorker(config.path);
await exporter.ready();
const memory: Point[] = [];
const began = performance.now();
let requests = 0;
while (performance.now() - began < minutes * 60_000) {
  await tower.change(0.2);
  const page = await exporter.scrape();
  await exporter.scrape('identity');
  requests = sampleOf(page, 'cloudtower_api_request_duration_seconds_count{tower="bench",operation="get-hosts"}');
  const { rssMiB } = exporter.usage();
  memory.push({ x: (performance.now() - began) / 3_600_000, y: rssMiB });
  await delay(sampleSeconds * 1000);
}
// The first half is warming up: caches, compiled code, the heap's size.
const settled = memory.slice(memory.length >> 1);
const figures = settled.map(({ y }) => y);
const change = settled.length < 2 ? Number.NaN : slope(settled) * ((settled.at(-1)?.x ?? 0) - (settled[0]?.x ?? 0));
process.stdout.write(
  [
    `soak: ${minutes} minutes, ${requests} requests for hosts, ${memory.length * 2} scrapes`,
    `soak: RSS of the second half ${Math.min(...figures).toFixed(0)} to ${Math.max(...figures).toFixed(0)} MiB,`,
    `soak: its trend ${change.toFixed(1)} MiB over that time (${slope(settled).toFixed(0)} MiB an hour)`,
    '',
  ].join('\n'),
);
