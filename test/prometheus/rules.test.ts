import { describe, expect, it } from 'vitest';
import { families } from '../../src/metrics/catalogue.ts';
import { exporterFamilies } from '../../src/metrics/exporter-catalogue.ts';
import { catalogue, parsePromql, wrongNames } from './promql.ts';
import { minutes, readAlerts, readRecordings, readRuleTests } from './rule-files.ts';

const alerts = readAlerts();
const recordings = readRecordings();
const tests = readRuleTests();
const known = new Map([
  ...catalogue([...families, ...exporterFamilies]),
  ...recordings.map(({ record }) => [record, ['tower', 'cluster_id', 'cluster_name']] as const),
]);
const names = [...new Set(alerts.map(({ alert }) => alert))];

describe('alerting rules', () => {
  it('are found', () => {
    expect(names.length).toBeGreaterThan(20);
  });

  it.each(alerts.map((rule) => [`${rule.alert} (${rule.labels.severity})`, rule] as const))(
    '%s asks only for metrics and labels that exist',
    (_, rule) => {
      expect(wrongNames(rule.expr, known)).toEqual([]);
    },
  );

  it.each(alerts.map((rule) => [`${rule.alert} (${rule.labels.severity})`, rule] as const))(
    '%s says what, why and where to read on',
    (_, { alert, annotations }) => {
      expect(alert).toMatch(/^CloudTower[A-Z][A-Za-z]+$/);
      expect(annotations.summary.length).toBeLessThan(160);
      expect(annotations.description.length).toBeGreaterThan(annotations.summary.length);
      expect(annotations.runbook_url).toBe(`https://cloudtower-exporter.example/docs/runbooks/${alert}.md`);
    },
  );

  it('use each severity of an alert once', () => {
    const pairs = alerts.map((rule) => `${rule.alert} ${rule.labels.severity}`);
    expect(pairs).toEqual([...new Set(pairs)]);
  });

  it('name only labels in their texts that their expression keeps', () => {
    for (const { alert, expr, annotations } of alerts) {
      const { selectors, grouping } = parsePromql(expr);
      const kept = new Set([
        ...grouping,
        ...selectors.flatMap(({ metrics }) => metrics.flatMap((name) => known.get(name) ?? [])),
      ]);
      for (const [, label] of Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g)) {
        expect(kept, `${alert}: ${label}`).toContain(label);
      }
    }
  });

  it('keep the tower wherever the metric has one', () => {
    for (const { alert, expr } of alerts) {
      const aggregations = [...expr.matchAll(/\b(?:sum|max|min|count|avg)\s+by\s*\(([^)]*)\)\s*\(/g)];
      const metrics = parsePromql(expr).selectors.flatMap((one) => one.metrics);
      const allHaveTower = metrics.every((metric) => known.get(metric)?.includes('tower'));
      if (!allHaveTower) continue;
      for (const [, labels] of aggregations) expect(labels?.split(/,\s*/), alert).toContain('tower');
    }
  });
});

describe('unit tests of the alerting rules', () => {
  it.each(names)('try %s silent, then firing, then resolved, in one history', (name) => {
    const complete = tests.some((test) => {
      const steps = (test.alert_rule_test ?? [])
        .filter((step) => step.alertname === name)
        .map((step) => ({ at: minutes(step.eval_time), firing: step.exp_alerts.length > 0 }))
        .sort((one, other) => one.at - other.at);
      const first = steps.findIndex(({ firing }) => firing);
      return first > 0 && steps.slice(first).some(({ firing }) => !firing);
    });
    expect(complete).toBe(true);
  });

  it.each(alerts.map((rule) => [rule.alert, rule.labels.severity] as const))('see %s fire as %s', (name, severity) => {
    const severities = tests
      .flatMap((test) => test.alert_rule_test ?? [])
      .filter((step) => step.alertname === name)
      .flatMap((step) => step.exp_alerts.map(({ exp_labels }) => exp_labels['severity']));
    expect(severities).toContain(severity);
  });

  it('try no alert that is not there', () => {
    const tried = tests.flatMap((test) => (test.alert_rule_test ?? []).map(({ alertname }) => alertname));
    expect([...new Set(tried)].filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('recording rules', () => {
  it.each(recordings.map((rule) => [rule.record, rule] as const))('%s asks only for what exists', (_, rule) => {
    expect(rule.record).toMatch(/^(tower|cluster):cloudtower_[a-z_]+:[a-z0-9_]+$/);
    expect(wrongNames(rule.expr, known)).toEqual([]);
  });

  it.each(recordings.map(({ record }) => record))('%s has a test with a value', (record) => {
    const tried = tests
      .flatMap((test) => test.promql_expr_test ?? [])
      .filter(({ expr, exp_samples }) => expr.includes(record) && exp_samples.length > 0);
    expect(tried.length).toBeGreaterThan(0);
  });
});

describe('the check of names itself', () => {
  it.each([
    ['cloudtower_nothing', 'no metric cloudtower_nothing'],
    ['cloudtower_up{cluster="a"}', 'cloudtower_up has no label cluster'],
    ['max by (host_name) (cloudtower_up)', 'no metric here has a label host_name'],
  ])('finds what is wrong with %s', (expression, problem) => {
    expect(wrongNames(expression, known)).toEqual([problem]);
  });

  it('finds what is no PromQL', () => {
    expect(() => wrongNames('sum(cloudtower_up', known)).toThrow('not PromQL');
  });
});
