import { parseArgs } from 'node:util';
import { runChaos } from './run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    verbose: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '1' },
  },
});
const [first, seeds, minutes] = [Number(values.seed), Number(values.seeds), Number(values.minutes)];

for (let seed = first; seed < first + seeds; seed += 1) {
  const started = performance.now();
  const report = await runChaos({
    seed,
    minutes,
    onEvent: (event) => {
      if (values.verbose) console.log(`${Math.round(performance.now() - started)} ms ${event}`);
    },
  });
  const faults = [...report.struck.values()].reduce((sum, count) => sum + count, 0);
  const { before, after } = report;
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `chaos: seed ${seed}, ${minutes} minutes in ${seconds} s: ${faults} faults of ${report.struck.size} kinds, ${report.restarts} restarts, ` +
      `${report.transitions} transitions, ${report.accepted} notifications accepted and ${report.refused} refused by the webhook, ` +
      `heap ${mebibytes(before.heapUsed)} -> ${mebibytes(after.heapUsed)} MiB, descriptors ${before.descriptors.length} -> ` +
      `${after.descriptors.length}, handles ${before.resources.length} -> ${after.resources.length}; ` +
      `with ${report.peers.join(' and ') || 'no real peers'}: ${report.findings.length === 0 ? 'all well' : `${report.findings.length} FINDINGS`}`,
  );
  for (const finding of report.findings) console.log(`  ${finding}`);
  if (report.findings.length > 0) process.exitCode = 1;
}
