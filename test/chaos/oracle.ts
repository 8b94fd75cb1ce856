import { expectedSeries, keyOf, type Truth } from '../collectors/support/oracle.ts';
import { parseExposition } from '../support/exposition.ts';
import { pause } from '../e2e/program.ts';
import { ask } from './ask.ts';
import type { World } from './world.ts';

const ownSeries = /^cloudtower_(?:up|exporter|collector|api|bridge)_?/;

const truthOf = (state: object): Truth => JSON.parse(JSON.stringify(state));

/** What the towers say, as series. */
const wantedSeries = ({ towers }: World): Map<string, number> => {
  const now = Date.now();
  const wanted = new Map<string, number>();
  for (const [name, { state }] of towers) {
    for (const [key, value] of expectedSeries(truthOf(state), name, now)) wanted.set(key, value);
  }
  return wanted;
};

/** What `/metrics` says of the towers; read by the strict reader, so that a malformed page is a finding too. */
const shownSeries = async ({ url }: World): Promise<Map<string, number>> => {
  const { samples } = parseExposition((await ask(`${url}/metrics`)).body);
  return ofTowers(samples.map(({ name, labels, value }) => [name, keyOf(name, labels), value]));
};

const ofTowers = (samples: readonly (readonly [string, string, number])[]): Map<string, number> =>
  new Map(
    samples
      .filter(([name]) => name.startsWith('cloudtower_') && !ownSeries.test(name))
      .map(([, key, value]) => [key, value]),
  );

const differences = (
  who: string,
  found: ReadonlyMap<string, number>,
  wanted: ReadonlyMap<string, number>,
): string[] => [
  ...[...wanted]
    .filter(([key, value]) => !isClose(found.get(key), value))
    .map(([key, value]) => `${who} shows ${String(found.get(key))} instead of ${value}: ${key}`),
  ...[...found.keys()].filter((key) => !wanted.has(key)).map((key) => `${who} shows what is not there: ${key}`),
];

/** Sums in another order differ in the last digit. */
const isClose = (a: number | undefined, b: number): boolean =>
  a !== undefined && Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));

const setDifferences = (who: string, found: ReadonlySet<string>, wanted: ReadonlySet<string>): string[] => [
  ...[...wanted].filter((key) => !found.has(key)).map((key) => `${who} misses ${key}`),
  ...[...found].filter((key) => !wanted.has(key)).map((key) => `${who} still has ${key}`),
];

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
}

const activeAlerts = async (url: string): Promise<Set<string>> => {
  const response = await fetch(`${url}/api/v2/alerts`);
  const list: readonly ActiveAlert[] = JSON.parse(await response.text());
  const ofTower = list.filter(({ labels }) => labels['alert_id'] !== undefined);
  return new Set(ofTower.map(({ labels }) => `${labels['tower']} ${labels['alert_id']} ${labels['severity']}`));
};

/** Everything in which the world is not yet as the towers are. */
const disagreements = async (world: World): Promise<string[]> => {
  const { hook, alertmanagers, prometheus, ledger } = world;
  const wanted = wantedSeries(world);
  const open = ledger.open();
  const found = differences('/metrics', await shownSeries(world), wanted);
  found.push(...setDifferences('the webhook', hook.firing(), open));
  for (const [at, { url }] of alertmanagers.entries()) {
    found.push(...setDifferences(`alertmanager ${at}`, await activeAlerts(url), open));
  }
  if (prometheus !== null && found.length === 0) {
    const held = [...(await prometheus.series())].map(([key, value]) => [key.split(' ')[0] ?? '', key, value] as const);
    found.push(...differences('prometheus', ofTowers(held), wanted));
  }
  return found;
};

/** Waits until everything agrees with the towers, which stand still; answers with what does not after `seconds`. */
export const converge = async (world: World, seconds: number): Promise<string[]> => {
  const end = performance.now() + seconds * 1000;
  let problems: string[] = [];
  do {
    problems = await disagreements(world).catch((error: unknown) => [String(error)]);
    if (problems.length === 0) return [];
    await pause(200);
  } while (performance.now() < end);
  return problems;
};
