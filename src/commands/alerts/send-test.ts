import type { Command } from 'commander';
import { fingerprint } from '../../bridge/fingerprint.ts';
import { toLabels } from '../../bridge/mapping.ts';
import type { StateChange } from '../../bridge/state.ts';
import type { BridgeAlert } from '../../bridge/store/types.ts';
import { systemClock } from '../../clock.ts';
import type { ReceiverConfig } from '../../config/schema.ts';
import { exitCodes } from '../exit-codes.ts';
import { type AlertsContext, alertsContext, chosenReceivers, columns, numberFlag } from './context.ts';
import { startTrial } from './trial.ts';

interface Outcome {
  readonly receiver: string;
  readonly firing: 'accepted' | 'failed';
  readonly resolved: 'accepted' | 'failed' | 'not sent';
  readonly problem: string | null;
}

/** `alerts send-test`: one test alert through each receiver, firing and then resolved. */
export const sendTest = async (command: Command): Promise<number> => {
  const context = alertsContext(command);
  const dryRun = context.flags('bridge.dry-run') !== null;
  const outcomes = await Promise.all(chosenReceivers(context).map((receiver) => tryOne(context, receiver, dryRun)));
  await context.answer(
    outcomes,
    columns([
      ['RECEIVER', 'FIRING', 'RESOLVED', 'PROBLEM'],
      ...outcomes.map(({ receiver, firing, resolved, problem }) => [receiver, firing, resolved, problem ?? '']),
    ]),
  );
  return outcomes.every(({ problem }) => problem === null) ? exitCodes.ok : exitCodes.failure;
};

const tryOne = async (context: AlertsContext, config: ReceiverConfig, dryRun: boolean): Promise<Outcome> => {
  const timeout = (numberFlag(context.flags, 'timeout') ?? 30) * 1000;
  const printed = dryRun ? (text: string): void => void process.stdout.write(`${text}\n`) : null;
  const alert = testAlert(context, systemClock.now());
  const trial = startTrial(config, (store) => context.deps(store, printed));
  const { name: receiver } = config;
  try {
    trial.store.applyPoll('', changeTo(alert, null));
    const first = await trial.settled(timeout);
    if (first !== null) return { receiver, firing: 'failed', resolved: 'not sent', problem: first };
    trial.store.applyPoll('', changeTo(alert, systemClock.now()));
    const second = await trial.settled(timeout);
    return { receiver, firing: 'accepted', resolved: second === null ? 'accepted' : 'failed', problem: second };
  } finally {
    await trial.close();
  }
};

const testAlert = ({ bridge }: AlertsContext, now: number): BridgeAlert => {
  const labels = toLabels({
    ...bridge.external_labels,
    alertname: 'CloudTowerExporterTest',
    severity: 'warning',
    source: 'cloudtower',
    // Two tests are two alerts: nobody waits for the first one's silence or grouping.
    test_id: now.toString(36),
  });
  return {
    fingerprint: fingerprint(labels),
    labels,
    annotations: {
      summary: 'This is a test of the way from cloudtower-exporter to you',
      description:
        'Someone ran `cloudtower-exporter alerts send-test`. It is resolved at once; there is nothing to do.',
    },
    generatorURL: null,
    startsAt: now,
    endsAt: null,
    firstSeen: now,
  };
};

const changeTo = (alert: BridgeAlert, endsAt: number | null): StateChange => ({
  open: new Map(),
  firing: new Map([[alert.fingerprint, endsAt === null ? alert : null]]),
  ended: new Map(),
  facts: null,
  transitions: [
    endsAt === null
      ? { kind: 'firing', at: alert.startsAt, alert }
      : { kind: 'resolved', at: endsAt, alert: { ...alert, endsAt } },
  ],
});
