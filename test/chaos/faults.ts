import { DatabaseSync } from 'node:sqlite';
import type { Faults } from '../../src/simulator/faults.ts';
import type { SeededRandom } from '../../src/simulator/random.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { ask } from './ask.ts';
import { hookFaults } from './hook.ts';
import type { World } from './world.ts';

/** One thing that goes wrong; answers with what ends it, or null when it ends by itself. */
export interface Fault {
  readonly name: string;
  readonly weight: number;
  /** Whether the process it strikes is another one afterwards. */
  readonly restarts?: boolean;
  readonly strike: (world: World, random: SeededRandom) => Promise<(() => Promise<void> | void) | null>;
}

const operations = [
  '*',
  'get-*',
  'get-alerts',
  'get-alerts-connection',
  'get-clusters',
  'get-hosts',
  'get-vms',
  'login',
];

/** A fault of one tower, for as long as it is not ended. */
const ofTower = (name: string, set: (faults: Faults, operation: string, tower: Simulator) => number | null): Fault => ({
  name: `tower: ${name}`,
  weight: 1,
  strike: async ({ towers }, random) => {
    const tower = random.pick([...towers.values()]);
    const id = set(tower.faults, random.pick(operations), tower);
    return id === null ? null : () => tower.faults.clear(id);
  },
});

/** So many open alerts that their disappearance is not believed. */
const isCrowded = ({ state }: Simulator): boolean => state.alerts.filter(({ ended }) => !ended).length >= 20;

const towerFaults: readonly Fault[] = [
  ofTower('500', (faults, operation) => faults.status(operation, 500)),
  ofTower('502 with a page', (faults, operation) => faults.status(operation, 502, { body: 'html' })),
  ofTower('429', (faults, operation) => faults.status(operation, 429, { headers: { 'retry-after': '1' } })),
  ofTower('reset', (faults, operation) => faults.reset(operation)),
  ofTower('cut', (faults, operation) => faults.cut(operation)),
  ofTower('hang', (faults, operation) => faults.hang(operation)),
  ofTower('slow', (faults, operation) => faults.delay(operation, 700)),
  ofTower('a page of HTML', (faults, operation) => faults.html(operation)),
  ofTower('null', (faults, operation) => faults.answer(operation, null)),
  ofTower('an object', (faults, operation) => faults.answer(operation, { message: 'no' })),
  ofTower('rows that are none', (faults, operation) => faults.nonsense(operation)),
  ofTower('a page again and again', (faults) => faults.stuck('get-alerts')),
  ofTower('overlapping pages', (faults) => faults.overlap('get-*')),
  ofTower('small pages', (faults) => faults.pageCap(7)),
  ofTower('a wrong count', (faults) => faults.miscount('get-alerts', 1)),
  ofTower('alerts hidden by a permission', (faults, _operation, tower) =>
    isCrowded(tower) ? faults.forbid('get-alerts*', 'empty') : null,
  ),
  ofTower('tokens expire', (faults) => {
    faults.expireTokens();
    return null;
  }),
];

const receiverFaults: readonly Fault[] = [
  ...hookFaults.map((fault) => ({
    name: `webhook: ${fault}`,
    weight: 1,
    strike: async ({ hook }: World) => {
      hook.fault = fault;
      return () => {
        hook.fault = null;
      };
    },
  })),
  {
    name: 'alertmanager: killed',
    weight: 3,
    strike: async ({ alertmanagers }, random) => {
      if (alertmanagers.length === 0) return null;
      const alertmanager = random.pick(alertmanagers);
      await alertmanager.kill(random.chance(0.5) ? 'SIGKILL' : 'SIGTERM');
      return () => alertmanager.start();
    },
  },
];

const machineFaults: readonly Fault[] = [
  {
    name: 'disk: another program holds the state',
    weight: 2,
    strike: async ({ stateFile }) => {
      try {
        const database = new DatabaseSync(stateFile, { timeout: 0 });
        database.exec('BEGIN IMMEDIATE');
        return () => database.close();
      } catch {
        return null; // it is being written, or not there yet
      }
    },
  },
  {
    name: 'clock: set',
    weight: 3,
    strike: async ({ victim }, random) => {
      victim.setClock(random.pick([-86_400_000, -600_000, -5000, 5000, 600_000, 86_400_000]));
      return () => victim.setClock(0);
    },
  },
  {
    name: 'signal: stopped for a moment',
    weight: 1,
    strike: async ({ victim }) => {
      victim.signal('SIGSTOP');
      return () => victim.signal('SIGCONT');
    },
  },
  {
    name: 'signal: SIGKILL',
    weight: 2,
    restarts: true,
    strike: ({ victim }) => victim.restart('SIGKILL').then(() => null),
  },
  {
    name: 'signal: SIGTERM',
    weight: 1,
    restarts: true,
    strike: ({ victim }) => victim.restart('SIGTERM').then(() => null),
  },
];

const reloads: readonly Fault[] = [
  {
    name: 'reload: another configuration',
    weight: 3,
    strike: async ({ victim, configure }, random) => {
      configure(random.chance(0.5) ? 'plain' : 'other');
      victim.signal('SIGHUP');
      return null;
    },
  },
  {
    name: 'reload: a broken configuration',
    weight: 1,
    strike: async ({ url, configure }) => {
      configure('broken');
      const answer = await ask(`${url}/-/reload`, { method: 'POST' }).catch(() => null);
      configure('plain');
      if (answer?.status === 200) throw new Error('a broken configuration was taken');
      return null;
    },
  },
  {
    name: 'scrapes: many at once, some given up',
    weight: 2,
    strike: async ({ url }, random) => {
      const scrape = async (): Promise<void> => {
        const signal = AbortSignal.timeout(random.int(1, 300));
        const headers = { accept: random.pick(['*/*', 'application/openmetrics-text', 'text/html;q=x', '']) };
        await ask(`${url}/metrics`, { headers, signal });
      };
      await Promise.allSettled(Array.from({ length: 60 }, scrape));
      return null;
    },
  },
];

export const allFaults: readonly Fault[] = [...towerFaults, ...receiverFaults, ...machineFaults, ...reloads];
