import type { AlertRow, AlertRuleRow, GlobalAlertRuleRow } from '../schema/alert.ts';
import type { Threshold } from '../schema/column.ts';
import type { DiskRow, HostRow } from '../schema/host.ts';
import type { SeededRandom } from '../random.ts';
import { type Builder, day, hour, iso, minute } from './builder.ts';
import type { Estate, LocalisedTexts } from './estate.ts';
import { nestedHost } from './hosts.ts';
import { type RuleTemplate, ruleTemplates } from './rules.ts';

/** A global rule with its template and the rules of the clusters. */
export interface BuiltRule {
  readonly template: RuleTemplate;
  readonly row: GlobalAlertRuleRow;
  /** The rule of a cluster by the cluster's id; '' for the platform's. */
  readonly local: ReadonlyMap<string, AlertRuleRow>;
}

const thresholdsOf = (template: RuleTemplate): Threshold[] =>
  template.levels === null
    ? [{ severity: template.severity, value: null, quantile: null }]
    : template.levels.map(([severity, value]) => ({ severity, value, quantile: null }));

const templateTexts = (
  template: RuleTemplate,
): { readonly english: LocalisedTexts; readonly chinese: LocalisedTexts } => {
  const number = template.levels === null ? '' : ' ({ .threshold })';
  return {
    english: {
      message: `{ .labels.name }: ${template.english}${number}.`,
      cause: `The metric ${template.name} shows that ${template.english}.`,
      impact: 'Redundancy or performance may suffer.',
      solution: 'Look at the object named here and mend the cause; ask support when it comes back.',
    },
    chinese: {
      message: `{ .labels.name }：${template.chinese}${number}。`,
      cause: `指标 ${template.name} 表明${template.chinese}。`,
      impact: '冗余或性能可能受到影响。',
      solution: '请检查该对象并排除原因；如再次出现，请联系技术支持。',
    },
  };
};

/** The catalogue as rows: a global rule each, and a rule per cluster that it can concern. */
export const buildRules = (builder: Builder, estate: Estate): BuiltRule[] => {
  const objects = builder.values('AlertRuleObject');
  const known = ruleTemplates.filter((template) => objects.includes(template.object));
  return known.map((template, ordinal) => {
    const random = builder.random.fork(`rule ${template.name}`);
    const texts = templateTexts(template);
    const row: GlobalAlertRuleRow = {
      id: builder.id(random, 800 * day),
      name: template.name,
      // Some rules say nothing of their object.
      object: template.name === 'host_network_errors' ? null : template.object,
      unit: builder.value('AlertRuleUnit', template.unit),
      boolean: template.levels === null,
      operator: template.operator,
      disabled: ordinal % 21 === 20,
      default_thresholds: thresholdsOf(template),
      thresholds:
        ordinal % 15 === 14 ? [{ severity: 'SEVERITY_UNSPECIFIED', value: 1, quantile: 95 }] : thresholdsOf(template),
      alert_rules: [],
      ...texts.english,
    };
    estate.chinese.set(row.id, texts.chinese);
    const local = new Map<string, AlertRuleRow>();
    const owners = isPlatform(template) ? (builder.has('3.0.0') ? [null] : []) : estate.clusters;
    for (const cluster of owners) {
      const rule: AlertRuleRow = {
        id: builder.id(random, 400 * day),
        local_id: builder.uuid(random),
        cluster: cluster === null ? null : { id: cluster.id, name: cluster.name },
        customized: random.chance(0.05),
        disabled: row.disabled,
        global_alert_rule: { id: row.id, name: row.name },
        thresholds: thresholdsOf(template),
      };
      row.alert_rules?.push({ id: rule.id });
      local.set(cluster?.id ?? '', rule);
    }
    return { template, row, local };
  });
};

const platformObjects = new Set([
  'OBSERVABILITY_SERVICE',
  'OBSERVABILITY_CONNECTED_SYSTEM_SERVICE',
  'SKS_SERVICE',
  'SKS_REGISTRY',
]);

const isPlatform = (template: RuleTemplate): boolean =>
  platformObjects.has(template.object) || template.name.startsWith('ha_');

/** Texts that stand for "no end". */
const noEnd = ['', '', '0', '-1', '1970-01-01T00:00:00.000Z', '0001-01-01T00:00:00Z'] as const;

/** A time in the forms that a text column may hold: nearly always ISO, sometimes another one. */
export const timeText = (time: number, ordinal: number): string => {
  const form = ordinal % 12 === 11 ? Math.floor(ordinal / 12) % 7 : -1;
  const text = iso(time);
  if (form === 0) return String(Math.floor(time / 1000));
  if (form === 1) return String(time);
  if (form === 2) return String(time * 1000);
  if (form === 3) return `${time}000000`;
  if (form === 4) return iso(time + 8 * hour).replace('Z', '+08:00');
  if (form === 5) return text.replace(/\.\d+Z$/, 'Z');
  if (form === 6) return text.slice(0, 19).replace('T', ' ');
  return text;
};

/** Severities outside the vocabulary, as a plain string column may hold them. */
const oddSeverities = ['SEVERITY_UNSPECIFIED', 'WARNING', 'critical', '', 'URGENT'] as const;

/** What an alert is about; what is left out is chosen at random. */
export interface AlertSubject {
  /** A template's name. */
  readonly rule?: string;
  readonly host?: HostRow;
  readonly disk?: DiskRow;
}

export interface AlertSeed {
  readonly ordinal: number;
  readonly startedAt: number;
  /** Null while it fires. */
  readonly endedAt: number | null;
  /** When the server looked last. */
  readonly checkedAt: number;
}

/** Makes an alert of some rule on some object of the estate. */
export const buildAlert = (
  builder: Builder,
  random: SeededRandom,
  estate: Estate,
  rules: readonly BuiltRule[],
  seed: AlertSeed,
  subject: AlertSubject = {},
): { readonly row: AlertRow; readonly chinese: LocalisedTexts } | null => {
  const rule = rules.find(({ template }) => template.name === subject.rule) ?? random.pick(rules);
  const { template } = rule;
  const platform = isPlatform(template);
  if (platform && !rule.local.has('')) return null;
  const hosts = subject.host === undefined ? estate.hosts.filter((host) => host.state === 'IN_USE') : [subject.host];
  const disk =
    subject.disk ?? (template.object === 'DISK' && estate.disks.length > 0 ? random.pick(estate.disks) : null);
  const host =
    platform || hosts.length === 0 || ['CLUSTER', 'VM', 'ZBS_ZONE', 'WITNESS'].includes(template.object)
      ? null
      : (hosts.find((one) => one.id === disk?.host.id) ?? random.pick(hosts));
  const cluster = platform ? null : (host?.cluster ?? nestedCluster(estate, random));
  if (cluster === null && !builder.has('3.0.0')) return null;
  const vms =
    template.object === 'VM'
      ? estate.vms.filter((vm) => vm.cluster?.id === cluster?.id).slice(0, random.int(0, 5))
      : [];
  const local = rule.local.get(cluster?.id ?? '');
  const levels = template.levels ?? [[template.severity, 0] as const];
  const [severity, threshold] = random.pick(levels);
  const fill = fillTexts(
    template,
    disk?.name ?? host?.name ?? vms[0]?.name ?? cluster?.name ?? 'CloudTower',
    threshold,
  );
  const { ordinal } = seed;
  const end = seed.endedAt === null ? (noEnd[ordinal % noEnd.length] ?? '') : timeText(seed.endedAt, ordinal + 1);
  const row: AlertRow = {
    id: builder.id(random, builder.options.start - seed.startedAt),
    local_id: builder.uuid(random),
    severity: ordinal % 17 === 16 ? (oddSeverities[Math.floor(ordinal / 17) % oddSeverities.length] ?? '') : severity,
    ended: seed.endedAt !== null,
    local_start_time: timeText(seed.startedAt, ordinal),
    local_end_time: end,
    local_update_time: timeText(seed.endedAt ?? seed.checkedAt, ordinal + 2),
    local_create_time: iso(seed.startedAt + 1000),
    create_time: iso(seed.startedAt + 2000),
    threshold: template.levels === null ? (ordinal % 2 === 0 ? 0 : -1) : threshold,
    value: template.levels === null ? 1 : threshold + random.float(0, 5),
    cluster,
    host: host === null ? null : nestedHost(host),
    disk: disk === null ? null : { id: disk.id, name: disk.name },
    vms: vms.map((vm) => ({ id: vm.id, name: vm.name })),
    alert_rule: local === undefined || ordinal % 29 === 28 ? null : { id: local.id },
    labels: {
      _cluster: cluster?.id ?? null,
      ...(host === null ? {} : { _host: host.local_id, hostname: host.name }),
      ...(disk === null ? {} : { serial_number: disk.serial, _device: disk.path }),
    },
    ...fill.english,
  };
  return { row, chinese: fill.chinese };
};

const nestedCluster = (estate: Estate, random: SeededRandom): AlertRow['cluster'] & object => {
  const { id, name } = random.pick(estate.clusters);
  return { id, name };
};

const fillTexts = (template: RuleTemplate, name: string, threshold: number) => {
  const texts = templateTexts(template);
  const fill = (text: string): string =>
    text.replaceAll('{ .threshold }', String(threshold)).replaceAll('{ .labels.name }', () => name);
  const filled = (source: LocalisedTexts): LocalisedTexts => ({ ...source, message: fill(source.message) });
  return { english: filled(texts.english), chinese: filled(texts.chinese) };
};

/** The alerts at the start: the wanted number of open ones, half as many that have ended. */
export const buildAlerts = (builder: Builder, estate: Estate, rules: readonly BuiltRule[]): void => {
  const { start, alerts } = builder.options;
  if (estate.clusters.length === 0 || rules.length === 0) return;
  const total = alerts + Math.floor(alerts / 2);
  for (let ordinal = 0, tries = 0; ordinal < total && tries < total * 20; tries += 1) {
    const random = builder.random.fork(`alert ${tries}`);
    const startedAt = start - random.int(2 * minute, 20 * day);
    const endedAt = ordinal < alerts ? null : random.int(startedAt + minute, start);
    // One in twenty was not looked at lately: its cluster stopped reporting.
    const checkedAt = start - (ordinal % 20 === 19 ? 3 * hour : random.int(0, 29_999));
    const built = buildAlert(builder, random, estate, rules, { ordinal, startedAt, endedAt, checkedAt });
    if (built === null) continue;
    estate.alerts.push(built.row);
    estate.chinese.set(built.row.id, built.chinese);
    ordinal += 1;
  }
};
