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
/** To see a resend that no poll was near. */
const longestSeconds = 300;
/** A poll's own work is over so many seconds after its last request. */
const settleSeconds = 3;
/** The default resend interval. */
const resendSeconds = 60;

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
    const { all, between, resendMs } = await steady(program, tower, alertmanager.url);
    const { peakRssMiB } = program.usage();
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
        what: `CPU between polls with ${alerts} alerts, a resend a minute included`,
        unit: '% of a core',
        value: between,
        goal: { of: 'value', is: '≤', limit: 2 },
      },
      { what: 'CPU of one resend (the same)', unit: 'ms CPU', value: resendMs },
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

/** What one second cost the program, and what happened in it. */
interface Second {
  readonly cpuMs: number;
  readonly polled: boolean;
  /** Alerts that the Alertmanager got. */
  readonly sent: number;
}

/** The program's CPU while nothing changes. */
interface Steady {
  /** In per cent of a core, over all seconds. */
  readonly all: number;
  /** In per cent of a core, over those without a poll, with a resend a minute. */
  readonly between: number;
  /** Of one resend, milliseconds. */
  readonly resendMs: number;
}

/** Watches the program until two polls and a resend that no poll was near are seen. */
const steady = async (program: ProgramWorker, tower: TowerWorker, alertmanager: string): Promise<Steady> => {
  await delay(10_000);
  await tower.requests();
  program.usage();
  const seconds: Second[] = [];
  let received = await receivedBy(alertmanager);
  const quiet = (): readonly Second[] =>
    seconds.filter((_, at) => !seconds.slice(Math.max(0, at - settleSeconds), at + 1).some(({ polled }) => polled));
  const resends = (): readonly Second[] => quiet().filter(({ sent }) => sent > 0);
  while (seconds.length < steadySeconds || (resends().length === 0 && seconds.length < longestSeconds)) {
    await delay(1000);
    const { cpuMs } = program.usage();
    const polled = (await tower.requests()).length > 0;
    const now = await receivedBy(alertmanager);
    seconds.push({ cpuMs, polled, sent: now - received });
    received = now;
  }
  const idle = mean(quiet().filter(({ sent }) => sent === 0));
  // A resend may be cut by a poll: what was seen of it stands for the whole.
  const sent = resends().reduce((sum, second) => sum + second.sent, 0);
  const resendMs = ((mean(resends()) - idle) * resends().length * alerts) / sent;
  return { all: mean(seconds) / 10, between: (idle + resendMs / resendSeconds) / 10, resendMs };
};

/** CPU milliseconds a second. */
const mean = (seconds: readonly Second[]): number =>
  seconds.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / seconds.length;

const receivedBy = async (alertmanager: string): Promise<number> => {
  const text = await (await fetch(`${alertmanager}/metrics`)).text();
  return sampleOf(text, 'alertmanager_alerts_received_total{status="firing",version="v2"}');
};
