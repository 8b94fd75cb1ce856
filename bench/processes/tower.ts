// A simulated CloudTower in a process of its own: tower.ts OPTIONS (JSON of the simulator's options).
import { z } from 'zod';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { changeRows } from './change.ts';
import { type SimulatedEstate, towerQuestion } from './tower-worker.ts';
import { answer } from './worker.ts';

const options: SimulatedEstate = z
  .object({ clusters: z.int(), hosts: z.int(), disks: z.int(), vms: z.int(), alerts: z.int() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));
const simulator = await startSimulator({ ...options, port: 0 });
let round = 0;

answer(towerQuestion, async (question) => {
  if (question.kind === 'change') {
    changeRows(simulator.state, question.share, ++round);
    return {};
  }
  const entries = simulator.requests.entries.map(({ operation, body, status, bytes }) => ({
    operation,
    body,
    status,
    bytes,
  }));
  simulator.requests.clear();
  return { entries };
});
process.send?.({ url: simulator.url, username: simulator.username, password: simulator.password });
