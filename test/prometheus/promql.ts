import { parser } from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';
import type { FamilyDefinition } from '../../src/metrics/family.ts';

/** What an expression asks for, as its syntax tree says. */
export interface Asked {
  /** Each selector: the metrics it may name and the labels its matchers name. */
  readonly selectors: readonly { readonly metrics: readonly string[]; readonly labels: readonly string[] }[];
  /** Labels in by, without, on, ignoring, group_left and group_right. */
  readonly grouping: readonly string[];
}

/** Parses PromQL. @throws Error at the first place that is no PromQL. */
export const parsePromql = (expression: string): Asked => {
  const selectors: { metrics: readonly string[]; labels: string[] }[] = [];
  const grouping: string[] = [];
  parser.parse(expression).iterate({
    enter: (ref) => {
      if (ref.type.isError) throw new Error(`not PromQL at ${ref.from}: ${expression}`);
      if (ref.name === 'VectorSelector') selectors.push(readSelector(ref.node, expression));
      if (ref.name === 'GroupingLabels') grouping.push(...textsOf(ref.node, 'LabelName', expression));
    },
  });
  return { selectors, grouping };
};

const textOf = (node: SyntaxNode, expression: string): string => expression.slice(node.from, node.to);

const textsOf = (node: SyntaxNode, name: string, expression: string): string[] =>
  node.getChildren(name).map((child) => textOf(child, expression));

const readSelector = (node: SyntaxNode, expression: string): { metrics: readonly string[]; labels: string[] } => {
  const name = node.getChild('Identifier');
  const labels: string[] = [];
  let metrics = name === null ? [] : [textOf(name, expression)];
  for (const matcher of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) {
    const [label = ''] = textsOf(matcher, 'LabelName', expression);
    if (label !== '__name__') labels.push(label);
    else metrics = textsOf(matcher, 'StringLiteral', expression).flatMap((text) => text.slice(1, -1).split('|'));
  }
  return { metrics, labels };
};

/** Labels that Prometheus puts on every series it scrapes. */
const scrapeLabels = ['job', 'instance'];

/** Metrics of Prometheus and of Node.js that rules and dashboards use beside the catalogues. */
const foreign = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_eventloop_lag_mean_seconds',
];

/** What is there to be asked for: label names by series name. */
export const catalogue = (families: readonly FamilyDefinition[]): ReadonlyMap<string, readonly string[]> => {
  const known = new Map<string, readonly string[]>(foreign.map((name) => [name, scrapeLabels]));
  for (const { name, type, labels } of families) {
    const all = [...labels, ...scrapeLabels];
    if (type !== 'histogram') {
      known.set(name, all);
      continue;
    }
    known.set(`${name}_bucket`, [...all, 'le']);
    known.set(`${name}_sum`, all);
    known.set(`${name}_count`, all);
  }
  return known;
};

/** What is wrong with an expression's names: nothing, or a sentence for each. Throws when it does not parse. */
export const wrongNames = (expression: string, known: ReadonlyMap<string, readonly string[]>): string[] => {
  const { selectors, grouping } = parsePromql(expression);
  const problems: string[] = [];
  const reachable = new Set<string>();
  for (const { metrics, labels } of selectors) {
    if (metrics.length === 0) problems.push('a selector without a metric');
    const allowed = new Set(metrics.flatMap((metric) => known.get(metric) ?? []));
    problems.push(...metrics.filter((metric) => !known.has(metric)).map((metric) => `no metric ${metric}`));
    problems.push(
      ...labels.filter((label) => !allowed.has(label)).map((label) => `${metrics.join('|')} has no label ${label}`),
    );
    for (const label of allowed) reachable.add(label);
  }
  problems.push(
    ...grouping.filter((label) => !reachable.has(label)).map((label) => `no metric here has a label ${label}`),
  );
  return problems;
};
