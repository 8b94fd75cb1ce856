import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pause } from '../e2e/program.ts';
import { dataPanels, interpolate, labelValues, readDashboards, type Dashboard, type Panel } from '../grafana/boards.ts';
import { describeWithPeers } from '../support/peers.ts';
import { watchEstate, type WatchedEstate } from './watched-estate.ts';

/** How long Prometheus watches before anything is asked. */
const watched = 45_000;

const dashboards = readDashboards();
const everyPanel = dashboards.flatMap((board) =>
  dataPanels(board).map(({ panel, row, closed }) => ({
    name: `${board.uid} / ${row} / ${panel.title}`,
    board,
    panel,
    closed,
  })),
);

const vector = z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) });
const matrix = z.object({ result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })) });

/** What Grafana would put for each variable when everything is chosen: the choices, asked as Grafana asks for them. */
const chooseAll = async (estate: WatchedEstate, board: Dashboard): Promise<Record<string, string>> => {
  const values: Record<string, string> = { __rate_interval: '15s' };
  for (const { name, type, query, allValue } of board.templating.list) {
    if (type === 'datasource') continue;
    const { selector, label } = labelValues(typeof query === 'string' ? query : query.query);
    const found = z
      .array(z.record(z.string(), z.string()))
      .parse(await estate.ask('/api/v1/series', { 'match[]': interpolate(selector, values) }));
    const choices = [...new Set(found.flatMap((labels) => labels[label] ?? []))];
    expect(choices.length, `${board.title}: no choice for ${name}`).toBeGreaterThan(0);
    values[name] = allValue ?? `(${choices.map(escapeRegex).join('|')})`;
  }
  return values;
};

/** As Grafana's Prometheus data source: escaped for the regular expression, then for PromQL's string. */
const escapeRegex = (text: string): string =>
  text
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n');

/** The queries of a panel that return nothing, or nothing that is a number. */
const emptyQueries = async (
  estate: WatchedEstate,
  panel: Panel,
  values: Readonly<Record<string, string>>,
): Promise<string[]> => {
  const empty: string[] = [];
  const now = Date.now() / 1000;
  for (const { expr, range } of panel.targets) {
    const query = interpolate(expr, values);
    const numbers =
      range === true
        ? matrix
            .parse(
              await estate.ask('/api/v1/query_range', { query, start: String(now - 20), end: String(now), step: '5' }),
            )
            .result.flatMap((series) => series.values.map(([, value]) => value))
        : vector.parse(await estate.ask('/api/v1/query', { query })).result.map(({ value: [, value] }) => value);
    if (!numbers.some((value) => value !== 'NaN')) empty.push(query);
  }
  return empty;
};

/** Panels that have nothing to show in an installation as it comes, and why. Everything else must have. */
const needsMore = ({ board, closed }: (typeof everyPanel)[number]): string | null => {
  if (board.uid === 'cloudtower-vms') return 'needs the collector vms, which is off unless enabled; the board says so';
  if (closed)
    return 'times of deliveries need a bridge; the row is closed, its title says so, and a closed row asks nothing';
  return null;
};

describeWithPeers('a real Prometheus', ['prometheus'], ({ prometheus = '' }) => {
  let plain: WatchedEstate;
  let full: WatchedEstate;

  beforeAll(async () => {
    [plain, full] = await Promise.all([
      // A healthy installation as it comes (no alert is open, no bridge, no vms collector), watched by two exporters.
      watchEstate({
        prometheus,
        scrapeConfig: 'scrape-metrics.yaml',
        simulator: { clusters: 4, hosts: 3, disks: 8, vms: 40, alerts: 0 },
        twice: true,
        everything: false,
      }),
      watchEstate({
        prometheus,
        scrapeConfig: 'scrape-probe.yaml',
        simulator: { seed: 2, clusters: 4, hosts: 3, disks: 8, vms: 40, alerts: 12, tick: true, timeScale: 120 },
        everything: true,
      }),
    ]);
    await pause(watched);
  }, watched + 60_000);

  afterAll(async () => {
    await plain[Symbol.asyncDispose]();
    await full[Symbol.asyncDispose]();
  }, 60_000);

  describe('with the example configurations', () => {
    const target = z.object({
      health: z.string(),
      lastError: z.string(),
      scrapePool: z.string(),
      labels: z.record(z.string(), z.string()),
    });
    const targets = async (estate: WatchedEstate): Promise<z.infer<typeof target>[]> =>
      z.object({ activeTargets: z.array(target) }).parse(await estate.ask('/api/v1/targets')).activeTargets;

    it('scrapes /metrics', async () => {
      const one = { health: 'up', lastError: '', scrapePool: 'cloudtower' };
      expect(await targets(plain)).toMatchObject([one, one]);
    });

    it('finds the towers by service discovery, scrapes /probe, and the exporter apart', async () => {
      const found = await targets(full);
      expect(found.map(({ health }) => health)).toEqual(['up', 'up']);
      expect(found.find(({ scrapePool }) => scrapePool === 'cloudtower')?.labels).toMatchObject({
        instance: 'shanghai',
      });
    });

    it('counts what two exporters see once', async () => {
      const count = async (query: string): Promise<string[]> =>
        vector.parse(await plain.ask('/api/v1/query', { query })).result.map(({ value: [, value] }) => value);
      const { panel, board } = everyPanel.find(({ name }) => name === 'cloudtower-cluster / Now / Hosts') ?? {};
      if (panel === undefined || board === undefined) throw new Error('no such panel');
      const shown = await count(interpolate(panel.targets[0]?.expr ?? '', await chooseAll(plain, board)));
      expect(shown).toEqual(['12']);
      expect(await count('sum(cloudtower_cluster_hosts)')).toEqual(['24']);
      expect(await count('sum(tower:cloudtower_cluster_hosts:sum)')).toEqual(shown);
    });

    it('has every series once, whichever job brings it', async () => {
      const query =
        'count by (tower) (cloudtower_up) or count by (receiver) (cloudtower_bridge_queue_length) or count(cloudtower_exporter_build_info)';
      const { result } = vector.parse(await full.ask('/api/v1/query', { query }));
      expect(result.map(({ value: [, value] }) => value)).toEqual(['1', '1', '1']);
    });

    it.each(['plain', 'full'] as const)('evaluates every rule without an error (%s)', async (which) => {
      const rule = z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() });
      const { groups } = z
        .object({ groups: z.array(z.object({ rules: z.array(rule) })) })
        .parse(await (which === 'plain' ? plain : full).ask('/api/v1/rules'));
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(35);
      expect(rules.filter(({ health, lastError = '' }) => health !== 'ok' || lastError !== '')).toEqual([]);
    });

    it('raises no alert about the monitoring of a healthy installation', async () => {
      const query = 'ALERTS{alertname=~"CloudTower(Exporter|Tower|Collector|Config|Login|Bridge).*"}';
      expect(vector.parse(await plain.ask('/api/v1/query', { query })).result).toEqual([]);
    });
  });

  describe('over a healthy installation as it comes', () => {
    it.each(everyPanel.filter((entry) => needsMore(entry) === null))('$name shows data', async ({ board, panel }) => {
      expect(await emptyQueries(plain, panel, await chooseAll(plain, board))).toEqual([]);
    });
  });

  describe('over an installation with a bridge, the vms collector and open alerts', () => {
    it.each(everyPanel)('$name shows data', async ({ board, panel }) => {
      expect(await emptyQueries(full, panel, await chooseAll(full, board))).toEqual([]);
    });
  });
});
