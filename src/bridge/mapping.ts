import { parseTowerTime } from '../time.ts';
import { annotationsOf, withoutEmpty } from './annotations.ts';
import type { PolledAlert } from './poll.ts';
import { type Severity, severityLookup } from './severity.ts';
import { fillUrl, httpUrl } from './template.ts';
import { cleanLine, cutAt } from './text.ts';

/** The part of the bridge's configuration that decides how an alert looks. */
export interface MappingConfig {
  readonly external_labels: Readonly<Record<string, string>>;
  readonly severity_map: Readonly<Record<string, string>>;
  readonly identity: 'alert' | 'entity';
  readonly generator_url: string;
  readonly runbook_url: string | null;
  readonly runbook_urls: Readonly<Record<string, string>>;
  /** Minutes east of UTC for times without a zone. */
  readonly assume_timezone: number;
}

/** What may change while the labels stay. */
export interface Content {
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorURL: string | null;
}

/** How the alerts of one tower become alerts of Alertmanager. Pure. */
export interface Mapping {
  labels(alert: PolledAlert): Record<string, string>;
  content(alert: PolledAlert, labels: Readonly<Record<string, string>>): Content;
  severity(raw: string | null): Severity;
  /** When it began, milliseconds since the epoch; null when the tower does not say it readably, or says the future. */
  startedAt(alert: PolledAlert, now: number): number | null;
  endedAt(alert: PolledAlert, now: number): number | null;
}

/** Longest label value in UTF-16 units. */
const labelLimit = 1024;

/** The mapping for one tower; `url` is where people open it. */
export const createMapping = (
  config: MappingConfig,
  tower: { readonly name: string; readonly url: string },
): Mapping => {
  const severity = severityLookup(config.severity_map);
  const time = { assumeOffsetMinutes: config.assume_timezone };
  const external = config.external_labels;
  return {
    severity,
    startedAt: (alert, now) => parseTowerTime(alert.local_start_time, now, time),
    endedAt: (alert, now) => parseTowerTime(alert.local_end_time, now, time),
    labels: (alert) => {
      const [vm] = alert.vms;
      return toLabels({
        ...external,
        alertname: alertname(alert),
        severity: severity(alert.severity).label,
        tower: tower.name,
        cluster_id: alert.cluster?.id ?? '',
        cluster_name: alert.cluster?.name ?? '',
        host_name: alert.host?.name ?? '',
        disk_name: alert.disk?.name ?? '',
        vm_name: alert.vms.length === 1 && vm !== undefined ? vm.name : '',
        alert_id: config.identity === 'alert' ? alert.id : '',
        source: 'cloudtower',
      });
    },
    content: (alert, labels) => {
      const annotations = annotationsOf(alert, severity(alert.severity));
      const values = { ...annotations, ...labels, alert_id: alert.id };
      const runbook = runbookOf(config, alert.rule, values);
      return {
        annotations: runbook === null ? annotations : { ...annotations, runbook_url: runbook },
        generatorURL: generatorOf(tower.url, config.generator_url, values),
      };
    },
  };
};

/** Cleans and caps the values and leaves out the empty ones. */
export const toLabels = (values: Readonly<Record<string, string>>): Record<string, string> => {
  const clean = Object.entries(values).map(([name, value]) => [name, cutAt(cleanLine(value), labelLimit)] as const);
  return withoutEmpty(Object.fromEntries(clean));
};

/** From the rule, never from the message, which is text in some language. */
const alertname = (alert: PolledAlert): string => {
  if (alert.rule !== null && alert.rule !== '') return `CloudTower_${alert.rule}`;
  if (alert.alert_rule_id !== null && alert.alert_rule_id !== '') return `CloudTower_rule_${alert.alert_rule_id}`;
  return 'CloudTower_alert';
};

const runbookOf = (
  config: MappingConfig,
  rule: string | null,
  values: Readonly<Record<string, string>>,
): string | null => {
  const own = rule !== null && Object.hasOwn(config.runbook_urls, rule) ? config.runbook_urls[rule] : undefined;
  const filled = fillUrl(own ?? config.runbook_url ?? '', values);
  return filled === null ? null : httpUrl(filled);
};

const generatorOf = (base: string, template: string, values: Readonly<Record<string, string>>): string | null => {
  const path = fillUrl(template, values);
  if (path === null || path === '') return httpUrl(base);
  const joined = base.endsWith('/') && path.startsWith('/') ? base + path.slice(1) : base + path;
  return httpUrl(joined) ?? httpUrl(base);
};
