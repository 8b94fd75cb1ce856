import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { boardFiles } from '../../grafana/src/boards.ts';
import { families } from '../../src/metrics/catalogue.ts';
import { exporterFamilies } from '../../src/metrics/exporter-catalogue.ts';
import { catalogue, wrongNames } from '../prometheus/promql.ts';
import { anyValues, dashboardFolder, dataPanels, interpolate, labelValues, readDashboards } from './boards.ts';

const dashboards = readDashboards();
const known = catalogue([...families, ...exporterFamilies]);
const panels = dashboards.flatMap((board) =>
  dataPanels(board).map((entry) => [`${board.title} / ${entry.row} / ${entry.panel.title}`, entry.panel] as const),
);

describe('the committed dashboards', () => {
  it('are what their sources give', () => {
    const files = boardFiles();
    expect(readdirSync(dashboardFolder).sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) {
      expect(readFileSync(join(dashboardFolder, name), 'utf8') === text, `${name}: run node grafana/build.ts`).toBe(
        true,
      );
    }
  });

  it('are the seven', () => {
    expect(dashboards.map(({ uid }) => uid.replace('cloudtower-', ''))).toEqual([
      'alerts',
      'cluster',
      'disks',
      'exporter',
      'hosts',
      'overview',
      'vms',
    ]);
  });

  it.each(dashboards.map((board) => [board.title, board] as const))(
    '%s fits the grid, ids and titles once',
    (_, board) => {
      const all = dataPanels(board);
      const ids = board.panels.flatMap((entry) =>
        entry.type === 'row' ? [entry.id, ...entry.panels.map(({ id }) => id)] : [entry.id],
      );
      expect(new Set(ids).size).toBe(ids.length);
      const titles = all.map(({ panel, row }) => `${row}/${panel.title}`);
      expect(new Set(titles).size).toBe(titles.length);
      const taken = new Set<string>();
      for (const { panel } of all) {
        const { x, y, w, h } = panel.gridPos;
        expect(x + w, panel.title).toBeLessThanOrEqual(24);
        for (let column = x; column < x + w; column += 1) {
          for (let line = y; line < y + h; line += 1) {
            const cell = `${column},${line}`;
            expect(taken.has(cell), `${panel.title} overlaps another panel`).toBe(false);
            taken.add(cell);
          }
        }
      }
    },
  );

  it.each(dashboards.map((board) => [board.title, board] as const))(
    '%s links to the others and keeps variables',
    (_, board) => {
      expect(board.tags).toContain('cloudtower');
      expect(board.links).toEqual([{ type: 'dashboards', tags: ['cloudtower'], includeVars: true, keepTime: true }]);
    },
  );

  it('link from tables to boards that exist, with variables that these have', () => {
    const found = dashboards.flatMap((board) =>
      [...JSON.stringify(board).matchAll(/\/d\/([\w-]+)\?([^"\\]*(?:\\.[^"\\]*)*)"/g)].map(
        ([, uid = '', query = '']) => ({ uid, query }),
      ),
    );
    expect(found.length).toBeGreaterThan(0);
    for (const { uid, query } of found) {
      const variables = dashboards.find((board) => board.uid === uid)?.templating.list.map(({ name }) => name);
      for (const [, name] of query.matchAll(/var-(\w+)=/g)) expect(variables, uid).toContain(name);
    }
  });
});

describe('variables', () => {
  it.each(dashboards.map((board) => [board.title, board] as const))(
    'of %s go from the data source down',
    (_, board) => {
      const names = board.templating.list.map(({ name }) => name);
      expect(names).toEqual(['datasource', 'tower', 'datacenter', 'cluster', 'host'].slice(0, names.length));
      expect(names.length).toBeGreaterThanOrEqual(2);
      for (const { query, type } of board.templating.list) {
        if (type === 'datasource') continue;
        const { selector, label } = labelValues(typeof query === 'string' ? query : query.query);
        const expression = interpolate(selector, anyValues);
        // One of the two metrics of the cluster variable has no datacenter, on purpose: see variables.ts.
        expect(wrongNames(`count by (${label}) (${expression})`, known)).toEqual([]);
      }
    },
  );

  it.each(dashboards.map((board) => [board.title, board] as const))(
    'in queries of %s are declared there',
    (_, board) => {
      const declared = new Set(board.templating.list.map(({ name }) => name));
      for (const { panel } of dataPanels(board)) {
        for (const { expr } of panel.targets) {
          for (const [, name = ''] of expr.matchAll(/\$(\w+)/g)) {
            expect(declared.has(name) || name === '__rate_interval', `${panel.title}: $${name}`).toBe(true);
          }
        }
      }
    },
  );
});

describe('panels', () => {
  it.each(panels)('%s explains itself', (_, panel) => {
    expect(panel.description.length).toBeGreaterThan(15);
    expect(panel.description).toMatch(/\.$/);
    expect(panel.fieldConfig.defaults.unit).not.toBe('');
    expect(panel.fieldConfig.defaults.thresholds.steps[0]?.value).toBeNull();
    const values = panel.fieldConfig.defaults.thresholds.steps.flatMap(({ value }) => (value === null ? [] : [value]));
    expect(values).toEqual([...values].sort((one, other) => one - other));
  });

  it.each(panels)('%s asks in PromQL for metrics and labels that exist', (_, panel) => {
    for (const { expr } of panel.targets) expect(wrongNames(interpolate(expr, anyValues), known), expr).toEqual([]);
  });

  it.each(panels)('%s has one letter a query and a name for every line', (_, panel) => {
    expect(panel.targets.map(({ refId }) => refId)).toEqual(panel.targets.map((_, index) => 'ABCDEFGH'.charAt(index)));
    if (panel.type === 'timeseries') for (const { legendFormat } of panel.targets) expect(legendFormat).not.toBe('');
    if (panel.type === 'table')
      for (const { format, instant } of panel.targets) expect([format, instant]).toEqual(['table', true]);
  });

  it.each(panels.filter(([, panel]) => panel.type === 'table'))(
    '%s gives each column its unit and thresholds',
    (_, panel) => {
      const named = new Map(
        panel.fieldConfig.overrides.map(({ matcher, properties }) => [matcher.options, properties.map(({ id }) => id)]),
      );
      const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options['renameByName'];
      const columns = Object.entries(organize ?? {}).filter(([field]) => field.startsWith('Value'));
      expect(columns.length).toBe(panel.targets.length);
      for (const [, name] of columns)
        expect(named.get(String(name)), String(name)).toEqual(expect.arrayContaining(['unit', 'thresholds']));
    },
  );
});

describe('provisioning', () => {
  const read = (name: string): unknown =>
    parse(readFileSync(join(dashboardFolder, '..', 'provisioning', name), 'utf8'));

  it('declares one Prometheus and the folder of dashboards', () => {
    expect(read('datasources/prometheus.yaml')).toMatchObject({
      apiVersion: 1,
      datasources: [{ type: 'prometheus', access: 'proxy', isDefault: true, uid: 'prometheus' }],
    });
    expect(read('dashboards/cloudtower.yaml')).toMatchObject({
      apiVersion: 1,
      providers: [{ type: 'file', folder: 'CloudTower', options: { path: '/var/lib/grafana/dashboards/cloudtower' } }],
    });
  });
});
