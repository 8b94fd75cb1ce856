import { booleanOf, numberOf, refOf, refsOf, textOf } from '../fields.ts';
import type { Alert, AlertRule, GlobalAlertRule } from '../resources.ts';
import type { Resource } from '../reader.ts';
import { resource } from './resource.ts';

/** Alerts, open and ended. */
export const alerts: Resource<Alert> = resource(
  'get-alerts',
  [
    'local_id',
    'message',
    'cause',
    'impact',
    'solution',
    'severity',
    'ended',
    'local_start_time',
    'local_end_time',
    'local_create_time',
    'local_update_time',
    'create_time',
    'threshold',
    'value',
    'cluster',
    'host',
    'disk',
    'vms',
    'alert_rule',
  ],
  (id, row) => ({
    id,
    local_id: textOf(row['local_id']),
    message: textOf(row['message']) ?? '',
    cause: textOf(row['cause']) ?? '',
    impact: textOf(row['impact']) ?? '',
    solution: textOf(row['solution']) ?? '',
    severity: textOf(row['severity']),
    ended: booleanOf(row['ended']),
    local_start_time: textOf(row['local_start_time']),
    local_end_time: textOf(row['local_end_time']),
    local_create_time: textOf(row['local_create_time']),
    local_update_time: textOf(row['local_update_time']),
    create_time: textOf(row['create_time']),
    threshold: numberOf(row['threshold']),
    value: numberOf(row['value']),
    cluster: refOf(row['cluster']),
    host: refOf(row['host']),
    disk: refOf(row['disk']),
    vms: refsOf(row['vms']),
    alert_rule_id: refOf(row['alert_rule'])?.id ?? null,
  }),
);

/** Rules of one cluster: they join an alert's rule id to the global rule. */
export const alertRules: Resource<AlertRule> = resource('get-alert-rules', ['global_alert_rule'], (id, row) => ({
  id,
  global_alert_rule: refOf(row['global_alert_rule']),
}));

/** Global rules: name, unit and whether the rule is a boolean one. */
export const globalAlertRules: Resource<GlobalAlertRule> = resource(
  'get-global-alert-rules',
  ['name', 'boolean', 'unit'],
  (id, row) => ({
    id,
    name: textOf(row['name']),
    boolean: booleanOf(row['boolean']),
    unit: textOf(row['unit']),
  }),
);
