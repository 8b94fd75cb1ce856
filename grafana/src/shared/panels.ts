import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { neutral, thresholds } from './thresholds.ts';
import type { Steps } from './thresholds.ts';

/** The data source that the variable of the dashboard names. */
export const dataSource = { type: 'prometheus', uid: '${datasource}' } as const;

/** What every panel says of itself. */
export interface Panel {
  readonly title: string;
  /** What is shown, where it comes from, and what to do about it. */
  readonly description: string;
  readonly unit: string;
  readonly steps?: Steps;
  readonly mappings?: dashboard.ValueMapping[];
  readonly decimals?: number;
  readonly max?: number;
  readonly span?: number;
  readonly height?: number;
}

/** An expression and what its series are called. */
export type Line = readonly [expression: string, legend: string];

/** The reference letter of the n-th query. */
export const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

const instant = ([expression, legend]: Line, index: number): DataqueryBuilder =>
  new DataqueryBuilder().refId(refId(index)).datasource(dataSource).expr(expression).legendFormat(legend).instant();

const lastValue = new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');

interface Common<Builder> {
  title(text: string): Builder;
  description(text: string): Builder;
  datasource(source: common.DataSourceRef): Builder;
  unit(unit: string): Builder;
  thresholds(steps: ReturnType<typeof thresholds>): Builder;
  mappings(mappings: dashboard.ValueMapping[]): Builder;
  decimals(decimals: number): Builder;
  max(max: number): Builder;
  min(min: number): Builder;
  span(width: number): Builder;
  height(height: number): Builder;
}

/** Sets what all kinds of panel share. */
export const describePanel = <Builder extends Common<Builder>>(
  builder: Builder,
  panel: Panel,
  size: { readonly span: number; readonly height: number },
): Builder => {
  const done = builder
    .title(panel.title)
    .description(panel.description)
    .datasource(dataSource)
    .unit(panel.unit)
    .thresholds(thresholds(panel.steps ?? neutral))
    .mappings(panel.mappings ?? [])
    .span(panel.span ?? size.span)
    .height(panel.height ?? size.height);
  if (panel.decimals !== undefined) done.decimals(panel.decimals);
  if (panel.max !== undefined) done.max(panel.max).min(0);
  return done;
};

/** One number, coloured by its steps. */
export const statPanel = (panel: Panel, expression: string, legend = ''): stat.PanelBuilder =>
  describePanel(new stat.PanelBuilder(), panel, { span: 3, height: 4 })
    .withTarget(instant([expression, legend], 0))
    .reduceOptions(lastValue)
    .colorMode(panel.steps === undefined ? common.BigValueColorMode.Value : common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(common.BigValueTextMode.Auto);

/** Lines over time; the legend is a table of the last and largest values. */
export const graphPanel = (
  panel: Panel & { readonly stacked?: boolean },
  ...lines: readonly Line[]
): timeseries.PanelBuilder => {
  const builder = describePanel(new timeseries.PanelBuilder(), panel, { span: 12, height: 8 })
    .lineWidth(1)
    .fillOpacity(panel.stacked === true ? 40 : 10)
    .showPoints(common.VisibilityMode.Never)
    .axisSoftMin(0)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    );
  if (panel.stacked === true) builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if ((panel.steps?.length ?? 0) > 1) {
    builder.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    );
  }
  for (const [index, [expression, legend]] of lines.entries()) {
    builder.withTarget(
      new DataqueryBuilder().refId(refId(index)).datasource(dataSource).expr(expression).legendFormat(legend).range(),
    );
  }
  return builder;
};

/** One horizontal bar a series, as they are now. */
export const barPanel = (panel: Panel, ...lines: readonly Line[]): bargauge.PanelBuilder => {
  const builder = describePanel(new bargauge.PanelBuilder(), panel, { span: 8, height: 8 })
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Gradient)
    .valueMode(common.BarGaugeValueMode.Color)
    .showUnfilled(true)
    .reduceOptions(lastValue);
  for (const [index, line] of lines.entries()) builder.withTarget(instant(line, index));
  return builder;
};
