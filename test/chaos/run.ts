import { type SeededRandom, seededRandom } from '../../src/simulator/random.ts';
import { pause } from '../e2e/program.ts';
import { allFaults, type Fault } from './faults.ts';
import { converge } from './oracle.ts';
import type { Holding } from './program.ts';
import { buildWorld, secondsPerMinute, type World } from './world.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** Minutes of the towers; each takes `secondsPerMinute` real seconds. */
  readonly minutes: number;
  /** Told what happens while it happens. */
  readonly onEvent?: (event: string) => void;
}

export interface ChaosReport {
  /** What must not have happened; empty: all is well. */
  readonly findings: readonly string[];
  /** How often each fault struck. */
  readonly struck: ReadonlyMap<string, number>;
  readonly transitions: number;
  readonly restarts: number;
  readonly accepted: number;
  readonly refused: number;
  readonly before: Holding;
  readonly after: Holding;
  /** Which real peers took part. */
  readonly peers: readonly string[];
}

/** Longest real time until everything must agree again, seconds: names of rules that could not be read are asked for again after three minutes. */
const patience = 200;

const stepMs = 200;
const towerMsPerStep = (stepMs * 60) / secondsPerMinute;

/** One history: faults with restarts, agreement, the base line; faults without, agreement, and no more held than before. */
export const runChaos = async ({ seed, minutes, onEvent = () => {} }: ChaosOptions): Promise<ChaosReport> => {
  const random = seededRandom(seed);
  await using world = await buildWorld(seed);
  const { victim, ledger, hook } = world;
  const findings: string[] = [];
  const struck = new Map<string, number>();
  const count = (name: string): void => {
    struck.set(name, (struck.get(name) ?? 0) + 1);
    onEvent(name);
  };
  const agree = async (when: string): Promise<void> => {
    const started = performance.now();
    const problems = await converge(world, patience);
    onEvent(`${when}: agreement took ${Math.round(performance.now() - started)} ms`);
    if (problems.length > 0) findings.push(`${when}: ${problems.length} disagreements`, ...problems.slice(0, 5));
  };

  victim.start();
  await agree('at the start');
  await rage(world, random, allFaults, minutes * 0.4, count);
  await agree('after faults and restarts');
  const before = await victim.measure();
  await rage(
    world,
    random,
    allFaults.filter(({ restarts }) => restarts !== true),
    minutes * 0.6,
    count,
  );
  await agree('after faults');
  const after = await holdsNoMore(world, before);
  findings.push(...leaks(before, after));
  await victim.end('SIGTERM');
  return {
    findings: [...findings, ...ledger.findings, ...victim.findings],
    struck,
    transitions: ledger.transitions,
    restarts: victim.restarts,
    accepted: hook.accepted,
    refused: hook.refused,
    before,
    after,
    peers: [
      world.alertmanagers.length > 0 ? 'two Alertmanagers' : [],
      world.prometheus === null ? [] : 'Prometheus',
    ].flat(),
  };
};

/** Lets the towers live and strikes them and everything else, until the time is over and every fault is ended. */
const rage = async (
  world: World,
  random: SeededRandom,
  faults: readonly Fault[],
  minutes: number,
  count: (name: string) => void,
): Promise<void> => {
  const bag = faults.flatMap((fault) => Array.from({ length: fault.weight }, () => fault));
  const active: { readonly name: string; readonly until: number; readonly end: () => Promise<void> | void }[] = [];
  const steps = Math.round((minutes * secondsPerMinute * 1000) / stepMs);
  for (let step = 0; step < steps; step += 1) {
    for (const tower of world.towers.values()) {
      tower.advance(towerMsPerStep);
      world.ledger.note();
    }
    if (random.chance(0.4)) {
      const fault = random.pick(bag);
      const until = step + random.int(1, 12);
      // One thing cannot go wrong in the same way twice at a time.
      if (!active.some(({ name }) => name === fault.name)) {
        const end = await fault.strike(world, random);
        count(fault.name);
        if (end !== null) active.push({ name: fault.name, until, end });
      }
    }
    for (const over of active.filter(({ until }) => until <= step)) {
      active.splice(active.indexOf(over), 1);
      await over.end();
    }
    await pause(stepMs);
  }
  for (const { end } of active) await end();
};

/** Idle connections and timers go after a while: what is held is what stays. */
const holdsNoMore = async ({ victim }: World, before: Holding): Promise<Holding> => {
  let after = await victim.measure();
  for (let tries = 0; tries < 10 && leaks(before, after).length > 0; tries += 1) {
    await pause(1000);
    after = await victim.measure();
  }
  return after;
};

const leaks = (before: Holding, after: Holding): string[] => {
  const found: string[] = [];
  const limit = before.heapUsed * 1.25 + 8e6;
  if (after.heapUsed > limit) found.push(`the heap grew from ${before.heapUsed} to ${after.heapUsed} bytes`);
  // Connections that are kept alive come and go by a few.
  if (after.descriptors.length > before.descriptors.length + 8) {
    found.push(`descriptors: ${tally(before.descriptors)}; then ${tally(after.descriptors)}`);
  }
  if (after.resources.length > before.resources.length + 12) {
    found.push(`handles: ${tally(before.resources)}; then ${tally(after.resources)}`);
  }
  return found;
};

/** How many of each kind. */
const tally = (kinds: readonly string[]): string =>
  [...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => `${all.length} ${kind}`).join(', ');
