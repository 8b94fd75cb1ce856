import type { BenchRow } from './report/row.ts';
import { benchBridge } from './subjects/bridge.ts';
import { benchChange } from './subjects/change.ts';
import { benchCollection } from './subjects/collection.ts';
import { benchDashboard } from './subjects/dashboard.ts';
import { benchGrowth } from './subjects/growth.ts';
import { benchParsing } from './subjects/parsing.ts';
import { benchRender } from './subjects/render.ts';
import { benchScrape } from './subjects/scrape.ts';
import { benchSize } from './subjects/size.ts';
import { benchTowerCost } from './subjects/tower-cost.ts';

/** One thing to measure; `name` is also that of its section in docs/benchmarks.md. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  readonly run: () => Promise<Measured>;
}

/** No rows: what it takes is not installed. `text` (Markdown) goes above their table. */
export interface Measured {
  readonly rows: readonly BenchRow[];
  readonly text?: string;
}

const rowsOf = (run: () => Promise<readonly BenchRow[]>) => async (): Promise<Measured> => ({ rows: await run() });

export const subjects: readonly Subject[] = [
  { name: 'collection', title: 'Collecting a large tower', run: rowsOf(benchCollection) },
  { name: 'dashboard', title: 'A refresh of the dashboard', run: rowsOf(benchDashboard) },
  { name: 'parsing', title: 'Reading pages', run: rowsOf(benchParsing) },
  { name: 'bridge', title: 'The alert bridge with 10 000 alerts', run: rowsOf(benchBridge) },
  { name: 'scrape', title: 'Scrapes', run: rowsOf(() => benchScrape()) },
  { name: 'render', title: 'Rendering', run: rowsOf(() => benchRender()) },
  { name: 'change', title: 'Little has changed', run: rowsOf(benchChange) },
  { name: 'size', title: 'Memory and the event loop', run: rowsOf(benchSize) },
  { name: 'tower', title: 'What it costs the tower', run: rowsOf(benchTowerCost) },
  { name: 'growth', title: 'How cost grows', run: benchGrowth },
];
