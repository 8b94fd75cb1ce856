import { setTimeout as delay } from 'node:timers/promises';
import { startAlertmanager, startRecorder } from '../../test/support/alertmanager.ts';
import { writeConfig } from '../processes/config-file.ts';
import { findProgram } from '../processes/find.ts';
import { ProgramWorker, sampleOf } from '../processes/program.ts';
import { TowerWorker } from '../processes/tower-worker.ts';
import type { BenchRow } from '../report/row.ts';

const alerts = 10_000;
/** Two polls of the default interval and a little more. */
const steadySeconds = 75;
/** A poll's own work is over so many seconds after its last request. */
const settleSeconds = 3;

/** 10 000 alerts to a real Alertmanager: the cold start, memory, and the CPU while nothing happens. */
export const benchBridge = async (): Promise<readonly BenchRow[]> => {
  const binary = findProgram('prometheus-alertmanager');
  if (binary === null) {
    console.warn('SKIPPED: bridge benchmark (not installed: prometheus-alertmanager)');
    return [];
  }
  const recorder = await startRecorder();
  const groupBy = ['cluster_name'];
  const alertmanager = await startAlertmanager({ binary, webhook: recorder.url, groupBy, groupInterval: '5m' });
  try {
    await using tower = await TowerWorker.start({ clusters: 50, hosts: 4, disks: 4, vms: 500, alerts });
    const bridge = { receivers: [{ name: 'am', alertmanager: { urls: [alertmanager.url] } }] };
    using config = writeConfig(tower.access, {}, { bridge });
    await using program = new ProgramWorker(config.path);
    const deliveredMs = await deliver(alertmanager.url, program);
    const { all, between } = await steady(program, tower);
    const { peakRssMiB } = await program.usage();
    return [
      {
        what: `${alerts} alerts from the start of the process to an Alertmanager`,
        unit: 's',
        value: deliveredMs / 1000,
        goal: { of: 'value', is: '≤', limit: 10 },
      },
      {
        what: 'peak RSS of the program (the same, two more polls and a resend)',
        unit: 'MiB',
        value: peakRssMiB,
        goal: { of: 'value', is: '≤', limit: 256 },
      },
      {
        what: `CPU between polls with ${alerts} alerts, resends included`,
        unit: '% of a core',
        value: between,
        goal: { of: 'value', is: '≤', limit: 2 },
      },
      { what: 'CPU with polls every 30 s (the same)', unit: '% of a core', value: all },
    ];
  } finally {
    await alertmanager.remove();
    await recorder.close();
  }
};

/** Milliseconds from the start of the program until the Alertmanager holds every alert. */
const deliver = async (url: string, program: ProgramWorker): Promise<number> => {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    // It counts those as unprocessed that it has not notified anybody of yet.
    const held = ['active', 'unprocessed'].map((state) => sampleOf(text, `alertmanager_alerts{state="${state}"}`));
    if (held.reduce((sum, count) => sum + count, 0) >= alerts) return performance.now() - program.startedAt;
    if (performance.now() - program.startedAt > 60_000) throw new Error('the alerts did not come within a minute');
    await delay(50);
  }
};

/** The program's CPU while nothing changes, in per cent of a core: over all seconds, and over those without a poll. */
const steady = async (
  program: ProgramWorker,
  tower: TowerWorker,
): Promise<{ readonly all: number; readonly between: number }> => {
  await delay(10_000);
  await tower.requests();
  await program.usage();
  const costs: number[] = [];
  const polls: number[] = [];
  for (let second = 0; second < steadySeconds; second++) {
    await delay(1000);
    costs.push((await program.usage()).cpuMs);
    if ((await tower.requests()).length > 0) polls.push(second);
  }
  const isQuiet = (second: number): boolean => !polls.some((poll) => second >= poll && second <= poll + settleSeconds);
  const share = (values: readonly number[]): number => values.reduce((sum, ms) => sum + ms, 0) / values.length / 10;
  return { all: share(costs), between: share(costs.filter((_, second) => isQuiet(second))) };
};
