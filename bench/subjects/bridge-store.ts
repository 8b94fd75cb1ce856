/**
 * The bridge with 10 000 alerts on a real state directory: the cold start, and a poll that says the same again. Prints
 * milliseconds; asserts nothing. Run: node bench/subjects/bridge-store.ts [alerts]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMapping } from '../../src/bridge/mapping.ts';
import { openStore } from '../../src/bridge/store/sqlite.ts';
import { advance } from '../../src/bridge/transitions.ts';
import { systemClock } from '../../src/clock.ts';
import { silentLogger } from '../../src/log.ts';
import { mappingConfig, pollOf, rowOf, tower } from '../../test/bridge/polls.ts';

const count = Number(process.argv[2] ?? 10_000);
const directory = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
const store = openStore({ directory, clock: systemClock, logger: silentLogger });
store.register('receiver');
const mapping = createMapping(mappingConfig, tower);
const text = 'A sentence of the kind that CloudTower writes, with a host, a disk and what to do about both. ';
const rows = Array.from({ length: count }, (_, index) =>
  rowOf(`alert-${String(index).padStart(6, '0')}`, {
    message: `${text}${index}`,
    cause: text.repeat(2),
    impact: text,
    solution: text.repeat(4),
    host: { id: `h${index % 300}`, name: `host-${index % 300}` },
    value: index,
  }),
);

const poll = (name: string, alerts: typeof rows): void => {
  const begin = performance.now();
  const { change } = advance(store.tower('t'), pollOf(alerts), Date.now(), { mapping, maxHold: 86_400_000 });
  const decided = performance.now();
  const written = store.applyPoll('t', change);
  const end = performance.now();
  console.info(
    `${name}: decided in ${(decided - begin).toFixed(0)} ms, ${written.length} transitions and ${change.firing.size} alerts written in ${(end - decided).toFixed(0)} ms`,
  );
};

try {
  poll('cold start', rows);
  for (let time = 0; time < 3; time += 1) poll('the same again', rows);
  poll(
    'every value changed',
    rows.map((row) => rowOf(row.id, { message: row.message, value: 1e6 })),
  );
  store.advance('receiver', store.lastSeq());
  const begin = performance.now();
  store.prune(Date.now());
  console.info(`pruned in ${(performance.now() - begin).toFixed(0)} ms`);
  console.info(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
} finally {
  store.close();
  rmSync(directory, { recursive: true, force: true });
}
