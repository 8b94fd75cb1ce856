import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The committed dashboards, as Grafana would load them. */
export const dashboardFolder = join(import.meta.dirname, '..', '..', 'grafana', 'dashboards');

const target = z.object({
  refId: z.string(),
  expr: z.string(),
  datasource: z.object({ type: z.literal('prometheus'), uid: z.literal('${datasource}') }),
  legendFormat: z.string().optional(),
  format: z.string().optional(),
  instant: z.boolean().optional(),
  range: z.boolean().optional(),
});

const thresholds = z.object({
  mode: z.literal('absolute'),
  steps: z.array(z.object({ value: z.number().nullable(), color: z.string() })).min(1),
});

const panel = z.object({
  id: z.number(),
  type: z.enum(['stat', 'timeseries', 'bargauge', 'table']),
  title: z.string(),
  description: z.string(),
  datasource: z.object({ type: z.literal('prometheus'), uid: z.literal('${datasource}') }),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  fieldConfig: z.object({
    defaults: z.object({ unit: z.string(), thresholds }),
    overrides: z.array(
      z.object({
        matcher: z.object({ id: z.string(), options: z.string() }),
        properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
      }),
    ),
  }),
  targets: z.array(target).min(1),
  transformations: z.array(z.object({ id: z.string(), options: z.record(z.string(), z.unknown()) })).optional(),
});

const row = z.object({
  type: z.literal('row'),
  id: z.number(),
  title: z.string(),
  collapsed: z.boolean(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  panels: z.array(panel),
});

const variable = z.object({
  name: z.string(),
  type: z.enum(['datasource', 'query']),
  query: z.union([z.string(), z.object({ query: z.string(), refId: z.string() })]),
  includeAll: z.boolean().optional(),
  multi: z.boolean().optional(),
  allValue: z.string().nullish(),
});

const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  links: z.array(
    z.object({
      type: z.literal('dashboards'),
      tags: z.array(z.string()),
      includeVars: z.boolean(),
      keepTime: z.boolean(),
    }),
  ),
  templating: z.object({ list: z.array(variable) }),
  panels: z.array(z.union([row, panel])),
});

export type Dashboard = z.infer<typeof dashboard>;
export type Panel = z.infer<typeof panel>;

/** Every committed dashboard. */
export const readDashboards = (): Dashboard[] =>
  readdirSync(dashboardFolder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => dashboard.parse(JSON.parse(readFileSync(join(dashboardFolder, name), 'utf8'))));

/** The panels of a dashboard that show data, with the row each stands in; those of closed rows included. */
export const dataPanels = (
  board: Dashboard,
): { readonly panel: Panel; readonly row: string; readonly closed: boolean }[] => {
  let current = '';
  return board.panels.flatMap((entry) => {
    if (entry.type !== 'row') return [{ panel: entry, row: current, closed: false }];
    current = entry.title;
    return entry.panels.map((inner) => ({ panel: inner, row: entry.title, closed: entry.collapsed }));
  });
};

/** Puts values in the place of Grafana's variables. */
export const interpolate = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$(\w+)/g, (whole, name: string) => values[name] ?? whole);

/** Values under which every query can be parsed. */
export const anyValues: Readonly<Record<string, string>> = {
  tower: '.*',
  datacenter: '.*',
  cluster: '.*',
  host: '.*',
  __rate_interval: '1m',
  __interval: '15s',
  __range: '1h',
};

/** A variable's question: the label whose values it lists, and the selector of the series they come from. */
export const labelValues = (query: string): { readonly selector: string; readonly label: string } => {
  const parts = /^label_values\((.+), (\w+)\)$/.exec(query);
  const [, selector, label] = parts ?? [];
  if (selector === undefined || label === undefined) throw new Error(`not a label_values query: ${query}`);
  return { selector, label };
};
