import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { variablesDownTo } from './variables.ts';
import type { VariableName } from './variables.ts';

/** A row of panels; a closed one asks nothing until it is opened. */
export interface Row {
  readonly title: string;
  readonly closed?: boolean;
  readonly panels: readonly Builder<dashboard.Panel>[];
}

/** What one file of this folder describes. */
export interface Board {
  /** The address: /d/<uid>. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: VariableName;
  readonly from?: string;
  readonly rows: readonly Row[];
}

const tag = 'cloudtower';

/** The address of another board with the variables taken from a table's row. */
export const boardUrl = (uid: string, fields: Readonly<Record<string, string>>): string =>
  `/d/${uid}?\${datasource:queryparam}&\${__url_time_range}${Object.entries(fields)
    .map(([variable, field]) => `&var-${variable}=\${__data.fields["${field}"]:percentencode}`)
    .join('')}`;

/** Builds the dashboard's JSON model. Panels are numbered in order, so that the same source gives the same file. */
export const buildBoard = (board: Board): dashboard.Dashboard => {
  const builder = new dashboard.DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags([tag])
    .timezone('browser')
    .refresh('1m')
    .time({ from: board.from ?? 'now-6h', to: 'now' })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .link(
      new dashboard.DashboardLinkBuilder('CloudTower')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const variable of variablesDownTo(board.variables)) builder.withVariable({ build: () => variable });
  for (const row of board.rows) {
    const rowBuilder = new dashboard.RowBuilder(row.title);
    if (row.closed !== true) {
      builder.withRow(rowBuilder);
      for (const panel of row.panels) builder.withPanel(panel);
      continue;
    }
    rowBuilder.collapsed(true);
    for (const panel of row.panels) rowBuilder.withPanel(panel);
    builder.withRow(rowBuilder);
  }
  const model = builder.build();
  let id = 0;
  for (const panel of model.panels ?? []) {
    panel.id = ++id;
    if ('panels' in panel) for (const inner of panel.panels) inner.id = ++id;
  }
  return model;
};
