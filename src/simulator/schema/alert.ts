import {
  bool,
  date,
  float,
  json,
  nullableSince,
  oneOf,
  opt,
  ref,
  refs,
  text,
  thresholds,
  type Columns,
  type RowOf,
} from './column.ts';

/** The `local_` times except `local_create_time` are free text. */
export const alertColumns = {
  alert_rule: opt(ref('alertRule')),
  cause: text,
  cluster: nullableSince('3.0.0', ref('cluster')),
  create_time: opt(date),
  disk: opt(ref('disk')),
  ended: bool,
  host: opt(ref('host')),
  impact: text,
  labels: json,
  local_create_time: date,
  local_end_time: text,
  local_id: text,
  local_start_time: text,
  local_update_time: text,
  message: text,
  severity: text,
  solution: text,
  threshold: float,
  value: float,
  vms: opt(refs('vm')),
} satisfies Columns;

export type AlertRow = RowOf<typeof alertColumns>;

/** A rule of one cluster (or of the platform). */
export const alertRuleColumns = {
  cluster: nullableSince('3.0.0', ref('cluster')),
  customized: bool,
  disabled: bool,
  global_alert_rule: ref('globalAlertRule'),
  local_id: text,
  thresholds: thresholds,
} satisfies Columns;

export type AlertRuleRow = RowOf<typeof alertRuleColumns>;

/** `name` is the metric that the rule watches. */
export const globalAlertRuleColumns = {
  alert_rules: opt(refs('alertRule')),
  boolean: bool,
  cause: text,
  default_thresholds: thresholds,
  disabled: bool,
  impact: text,
  message: text,
  name: text,
  object: opt(oneOf('AlertRuleObject')),
  operator: text,
  solution: text,
  thresholds: thresholds,
  unit: oneOf('AlertRuleUnit'),
} satisfies Columns;

export type GlobalAlertRuleRow = RowOf<typeof globalAlertRuleColumns>;
