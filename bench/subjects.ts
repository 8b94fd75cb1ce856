import type { BenchRow } from './report/row.ts';
import { benchBridge } from './subjects/bridge.ts';
import { benchCollection } from './subjects/collection.ts';
import { benchRender } from './subjects/render.ts';
import { benchScrape } from './subjects/scrape.ts';

/** One thing to measure; `name` is also that of its section in docs/benchmarks.md. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  readonly run: () => Promise<readonly BenchRow[]>;
}

export const subjects: readonly Subject[] = [
  { name: 'collection', title: 'Collecting a large tower', run: benchCollection },
  { name: 'bridge', title: 'The alert bridge with 10 000 alerts', run: benchBridge },
  { name: 'scrape', title: 'Scrapes', run: () => benchScrape() },
  { name: 'render', title: 'Rendering', run: () => benchRender() },
];
