import type { ReceiverStatus } from '../bridge/receiver.ts';
import { formatDuration, plural } from './format.ts';
import type { Health, TowerHealth } from './source.ts';
import type { Reason } from './verdict.ts';

/** What keeps the figures from being believed. */
export const towersReasons = ({ towers }: Health, now: number): readonly Reason[] =>
  towers.flatMap((tower) => towerReasons(tower, now));

/** What keeps alerts from being delivered. */
export const bridgeReasons = ({ receivers, bridgeRunning }: Health): readonly Reason[] => [
  ...(bridgeRunning === false
    ? [{ level: 'critical', part: 'receivers', text: 'the bridge cannot open its state' } as const]
    : []),
  ...receivers.flatMap(receiverReasons),
];

const towerReasons = ({ name, reach, collectors, facts }: TowerHealth, now: number): readonly Reason[] => {
  const reasons: Reason[] = [];
  const add = (level: Reason['level'], text: string): void => {
    reasons.push({ level, part: 'collectors', text });
  };
  if (reach === 'starting') add('unknown', `tower ${name} is being read for the first time`);
  else if (reach === 'unreachable') {
    const since = collectors.reduce<number | null>(
      (latest, { lastSuccess }) => (lastSuccess === null ? latest : Math.max(latest ?? 0, lastSuccess)),
      null,
    );
    add(
      'critical',
      `tower ${name} ${since === null ? 'was never read' : `not read for ${formatDuration(now - since)}`}`,
    );
  } else {
    const failing = collectors.filter(({ lastError }) => lastError !== null);
    const stale = failing.filter((collector) => collector.stale);
    if (failing.length > 0)
      add(
        'warning',
        `${plural(failing.length, 'collector')} of ${name} failing: ${failing.map((c) => c.name).join(', ')}`,
      );
    if (stale.length > 0) add('warning', `figures of ${name} are old: ${stale.map((c) => c.name).join(', ')}`);
    const waiting = collectors.filter(({ lastRun }) => lastRun === null);
    if (waiting.length > 0) add('unknown', `${name} not read whole yet: ${waiting.map((c) => c.name).join(', ')}`);
  }
  if (facts !== null && facts.vanished !== null)
    add('critical', `alerts of ${name} are held: too many vanished at once`);
  return reasons;
};

const receiverReasons = ({ name, targets, deadLetters }: ReceiverStatus): readonly Reason[] => {
  const reasons: Reason[] = [];
  const add = (level: Reason['level'], text: string): void => {
    reasons.push({ level, part: 'receivers', text });
  };
  const refused = targets.filter(({ state }) => state === 'configuration_error');
  const failing = targets.filter(({ state, problem }) => state === 'retrying' && problem !== null);
  if (refused.length > 0) add('critical', `receiver ${name} refuses what it is sent`);
  else if (targets.length > 0 && failing.length === targets.length)
    add('critical', `receiver ${name} cannot be reached`);
  else if (failing.length > 0) add('warning', `part of receiver ${name} cannot be reached`);
  if (deadLetters > 0) add('warning', `${plural(deadLetters, 'dead letter')} of receiver ${name}`);
  return reasons;
};
