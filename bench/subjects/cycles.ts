import { writeConfig } from '../processes/config-file.ts';
import { type Cycle, CycleWorker, ReferenceWorker } from '../processes/cycle-worker.ts';
import { type SimulatedEstate, type TowerRequest, TowerWorker } from '../processes/tower-worker.ts';
import { median } from '../report/statistics.ts';

export interface CyclesOptions {
  readonly estate: SimulatedEstate;
  readonly collectors: object;
  /** The share of the objects that change before each cycle. */
  readonly share: number;
  readonly rounds: number;
  /** Cycles before the first that counts. */
  readonly warmUp?: number;
}

/** Medians of several cycles and of the reference in turn with them. */
export interface Cycles {
  readonly cpuMs: number;
  readonly referenceCpuMs: number;
  readonly delayP99: number;
  readonly delayP999: number;
  readonly delayMax: number;
  readonly peakRssMiB: number;
  readonly cycles: readonly Cycle[];
  /** What the last cycle asked the tower for. */
  readonly requests: readonly TowerRequest[];
}

/** Cycles in which the event loop is watched, after those whose CPU counts. */
const watchedRounds = 3;

/** Runs cycles against a simulated tower, each followed by the bare download and JSON.parse of what it asked for. */
export const measureCycles = async ({
  estate,
  collectors,
  share,
  rounds,
  warmUp = 3,
}: CyclesOptions): Promise<Cycles> => {
  await using tower = await TowerWorker.start(estate);
  using config = writeConfig(tower.access, collectors);
  await using product = await CycleWorker.start(config.path);
  await using reference = await ReferenceWorker.start(tower.access);
  const cycles: Cycle[] = [];
  const references: number[] = [];
  let requests: readonly TowerRequest[] = [];
  for (let round = -warmUp; round < rounds; round++) {
    await tower.change(share);
    await tower.requests();
    const cycle = await product.cycle({ watch: false });
    requests = await tower.requests();
    const { cpuMs } = await reference.repeat(requests);
    if (round < 0) continue;
    cycles.push(cycle);
    references.push(cpuMs);
  }
  const watched: Cycle[] = [];
  for (let round = 0; round < watchedRounds; round++) {
    await tower.change(share);
    watched.push(await product.cycle({ watch: true }));
  }
  const middle = (of: (cycle: Cycle) => number): number => median(watched.map(of));
  return {
    cpuMs: median(cycles.map(({ cpuMs }) => cpuMs)),
    referenceCpuMs: median(references),
    delayP99: middle(({ delayP99 }) => delayP99),
    delayP999: middle(({ delayP999 }) => delayP999),
    delayMax: middle(({ delayMax }) => delayMax),
    peakRssMiB: Math.max(...cycles.map(({ peakRssMiB }) => peakRssMiB)),
    cycles,
    requests,
  };
};
