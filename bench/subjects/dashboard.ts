import { writeConfig } from '../processes/config-file.ts';
import { DashboardWorker, type Refresh, SampleWorker } from '../processes/dashboard-worker.ts';
import { TowerWorker } from '../processes/tower-worker.ts';
import type { BenchRow } from '../report/row.ts';
import { median } from '../report/statistics.ts';
import { describeEstate, largeEstate } from './estates.ts';

const rounds = 11;
const warmUp = 3;

/** @throws when the two show different figures: they are not of the same objects then */
const compare = ({ shown }: Refresh, sample: Refresh): void => {
  const [ours, theirs] = [JSON.stringify(shown), JSON.stringify(sample.shown)];
  if (ours !== theirs) throw new Error(`the dashboard shows ${ours}, the sample ${theirs}`);
};

/** One refresh of the dashboard beside the way of the vendor's SDK sample; every object changes before each. */
export const benchDashboard = async (): Promise<readonly BenchRow[]> => {
  await using tower = await TowerWorker.start(largeEstate);
  using config = writeConfig(tower.access, {});
  await using reading = await DashboardWorker.start(config.path, 'read');
  await using collecting = await DashboardWorker.start(config.path, 'collect');
  await using sample = await SampleWorker.start(tower.access);
  const costs: Record<'reading' | 'collecting' | 'sample' | 'serving', number[]> = {
    reading: [],
    collecting: [],
    sample: [],
    serving: [],
  };
  for (let round = -warmUp; round < rounds; round++) {
    await tower.change(1);
    const theirs = await sample.refresh();
    const read = await reading.refresh();
    const collected = await collecting.refresh();
    compare(read, theirs);
    compare(collected, theirs);
    const served = await reading.serve(20);
    if (round < 0) continue;
    costs.sample.push(theirs.cpuMs);
    costs.reading.push(read.cpuMs);
    costs.collecting.push(collected.cpuMs);
    costs.serving.push(served);
  }
  const reference = { what: "the SDK sample's way, median", value: median(costs.sample) };
  const of = describeEstate(largeEstate);
  return [
    {
      what: `CPU of one refresh of the dashboard: read everything anew, work it out, answer JSON (${of}; every object changed)`,
      unit: 'ms CPU',
      value: median(costs.reading),
      reference,
      goal: { of: 'ratio', is: '≤', limit: 0.5 },
    },
    {
      what: 'the same with the metrics that come of the same reading',
      unit: 'ms CPU',
      value: median(costs.collecting),
      reference,
    },
    {
      what: 'the same between two collections, as people look at it: nothing is read',
      unit: 'ms CPU',
      value: median(costs.serving),
      reference,
    },
  ];
};
