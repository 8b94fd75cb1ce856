import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');
/** Where the rules, their tests and the runbooks stand. */
export const folders = {
  rules: join(root, 'prometheus', 'rules'),
  tests: join(root, 'prometheus', 'tests'),
  runbooks: join(root, 'docs', 'runbooks'),
};

const alertSchema = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const recordSchema = z.strictObject({ record: z.string(), expr: z.string() });
const fileSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string().optional(),
      rules: z.array(z.union([alertSchema, recordSchema])),
    }),
  ),
});

export type AlertRule = z.infer<typeof alertSchema>;
export type RecordingRule = z.infer<typeof recordSchema>;

const yamlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name));

const allRules = (): (AlertRule | RecordingRule)[] =>
  yamlFiles(folders.rules).flatMap((path) =>
    fileSchema.parse(parse(readFileSync(path, 'utf8'))).groups.flatMap(({ rules }) => rules),
  );

export const readAlerts = (): AlertRule[] => allRules().filter((rule): rule is AlertRule => 'alert' in rule);
export const readRecordings = (): RecordingRule[] =>
  allRules().filter((rule): rule is RecordingRule => 'record' in rule);

const testFileSchema = z.object({
  tests: z.array(
    z.object({
      name: z.string(),
      alert_rule_test: z
        .array(
          z.object({
            eval_time: z.string(),
            alertname: z.string(),
            exp_alerts: z.array(z.object({ exp_labels: z.record(z.string(), z.string()) })),
          }),
        )
        .optional(),
      promql_expr_test: z.array(z.object({ expr: z.string(), exp_samples: z.array(z.unknown()) })).optional(),
    }),
  ),
});

/** Every unit test of the rules. */
export const readRuleTests = (): z.infer<typeof testFileSchema>['tests'] =>
  yamlFiles(folders.tests).flatMap((path) => testFileSchema.parse(parse(readFileSync(path, 'utf8'))).tests);

/** The names of the alerts that have a runbook. */
export const readRunbooks = (): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folders.runbooks)
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => [name.replace(/\.md$/, ''), readFileSync(join(folders.runbooks, name), 'utf8')]),
  );

/** `1h30m` in minutes. */
export const minutes = (text: string): number => {
  const parts = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?$/.exec(text);
  if (parts === null || text === '') throw new Error(`not a time in whole minutes: ${text}`);
  const [, days = '0', hours = '0', rest = '0'] = parts;
  return Number(days) * 1440 + Number(hours) * 60 + Number(rest);
};
