import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { dataSource, describePanel, refId } from './panels.ts';
import type { Panel } from './panels.ts';
import { neutral, thresholds } from './thresholds.ts';
import type { Steps } from './thresholds.ts';

/** A column of values, one query. */
export interface Column {
  readonly name: string;
  readonly expression: string;
  readonly unit: string;
  readonly steps?: Steps;
  readonly mappings?: dashboard.ValueMapping[];
  readonly hidden?: boolean;
}

/** A table: label columns, then value columns; rows of equal labels are merged. */
export interface Table extends Omit<Panel, 'unit' | 'steps' | 'mappings'> {
  /** Labels to show, with their headings, in order; the other labels of the queries are hidden. */
  readonly labels: Readonly<Record<string, string>>;
  readonly hide?: readonly string[];
  readonly columns: readonly Column[];
  readonly sort?: { readonly by: string; readonly descending: boolean };
  /** Address to open from a heading's cells. */
  readonly links?: Readonly<Record<string, { readonly title: string; readonly url: string }>>;
}

/** Labels that identify objects, or say who scraped them, and are no reading for people. */
const machineLabels = ['Time', '__name__', 'job', 'instance', 'cluster_id', 'host_id', 'disk_id', 'vm_id', 'alert_id'];

/** A table of instant queries. */
export const tablePanel = (table: Table): PanelBuilder => {
  const valueNames = table.columns.map((column, index) => ({
    field: table.columns.length === 1 ? 'Value' : `Value #${refId(index)}`,
    column,
  }));
  const order = [...Object.keys(table.labels), ...valueNames.map(({ field }) => field)];
  const hidden = [
    ...machineLabels.filter((label) => !(label in table.labels)),
    ...(table.hide ?? []),
    ...valueNames.filter(({ column }) => column.hidden === true).map(({ field }) => field),
  ];
  const panel = { ...table, unit: table.columns[0]?.unit ?? 'none' };
  const builder = describePanel(new PanelBuilder(), panel, { span: 24, height: 9 })
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    .filterable(true)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
        indexByName: Object.fromEntries(order.map((name, index) => [name, index])),
        renameByName: {
          ...table.labels,
          ...Object.fromEntries(valueNames.map(({ field, column }) => [field, column.name])),
        },
      },
    });
  for (const [index, column] of table.columns.entries()) {
    builder
      .withTarget(
        new DataqueryBuilder()
          .refId(refId(index))
          .datasource(dataSource)
          .expr(column.expression)
          .format(PromQueryFormat.Table)
          .instant(),
      )
      .overrideByName(column.name, columnProperties(column));
  }
  for (const [heading, link] of Object.entries(table.links ?? {})) {
    builder.overrideByName(heading, [{ id: 'links', value: [{ title: link.title, url: link.url }] }]);
  }
  if (table.sort !== undefined) {
    builder.sortBy([new common.TableSortByFieldStateBuilder().displayName(table.sort.by).desc(table.sort.descending)]);
  }
  return builder;
};

const columnProperties = (column: Column): dashboard.DynamicConfigValue[] => [
  { id: 'unit', value: column.unit },
  { id: 'thresholds', value: thresholds(column.steps ?? neutral).build() },
  { id: 'mappings', value: column.mappings ?? [] },
  ...(column.steps === undefined
    ? []
    : [{ id: 'custom.cellOptions', value: { type: common.TableCellDisplayMode.ColorText } }]),
];
