import { z } from 'zod';
import { MatcherError, parseMatchers } from '../../bridge/receivers/matchers.ts';
import { boolean, duration, httpToken, integer, type SchemaContext, secret, secretFile, text } from './fields.ts';
import { httpSchema, needed } from './http.ts';
import { labelsSchema, labelName } from './labels.ts';
import { atMostOne, exactlyOne } from './rules.ts';
import { httpUrl, secretUrl, urlProblem } from './url.ts';

const groupLabel = () =>
  z
    .union([labelName(), z.literal('...')], { error: 'expected the name of a label, or ...' })
    .meta({ kind: 'name of a label' });

/** One matcher, or several with commas between them, as Alertmanager writes them. */
const matcher = () =>
  text()
    .superRefine((source, issues) => {
      try {
        parseMatchers(source);
      } catch (error) {
        if (!(error instanceof MatcherError)) throw error;
        issues.addIssue({ code: 'custom', message: error.message, input: source });
      }
    })
    .meta({ kind: 'matcher' });

/** Sends to Alertmanager's API. */
const alertmanagerSchema = (context: SchemaContext) =>
  z
    .strictObject({
      urls: z
        .array(httpUrl(), { error: 'expected a list of URLs' })
        .min(1, 'expected at least one URL')
        .refine((urls) => new Set(urls).size === urls.length, 'expected URLs that differ')
        .readonly()
        .describe('Every Alertmanager of the cluster; `/api/v2/alerts` is added to each.'),
      resend_interval: duration({ min: 1000, max: 86_400_000 })
        .prefault('1m')
        .describe('Firing alerts are sent again this often (± 10 %).'),
      resolved_retention: duration({ max: 7 * 86_400_000 })
        .prefault('15m')
        .describe('How long a resolved alert is sent again after it was first accepted.'),
      timeout: duration({ min: 100, max: 600_000 }).prefault('10s').describe('Longest time for one request.'),
      max_batch_alerts: integer(1, 10_000).prefault(256).describe('Most alerts in one request.'),
      max_batch_bytes: integer(1024, 64 * 1024 * 1024)
        .prefault(1024 * 1024)
        .describe('Largest body of one request, in bytes.'),
      http_config: httpSchema(context).prefault({}).describe('How to speak to the Alertmanagers.'),
    })
    .readonly();

/** Sends Alertmanager's webhook payload. */
const webhookSchema = (context: SchemaContext) =>
  z
    .strictObject({
      url: secretUrl({ query: true })
        .optional()
        .describe('Where to send; treated as a secret, because it often holds a token.'),
      url_file: secretFile(context)
        .superRefine((value, issues) => {
          const problem = urlProblem(value.reveal(), { query: true });
          if (problem !== null) issues.addIssue({ code: 'custom', message: `${problem} in the file`, input: value });
        })
        .optional()
        .describe('Instead of `url`: a file that holds it.'),
      group_by: z
        .array(groupLabel(), {
          error: 'expected a list of label names',
        })
        .readonly()
        .prefault(['tower', 'cluster_id', 'alertname'])
        .describe("Alerts that agree in these labels make one notification; `['...']`: every alert has its own."),
      group_wait: duration({ max: 86_400_000 })
        .prefault('10s')
        .describe('How long a new group waits for further alerts.'),
      group_interval: duration({ max: 86_400_000 })
        .prefault('1m')
        .describe('Shortest time from one notification of a group to the next when something changed.'),
      repeat_interval: duration()
        .prefault('4h')
        .describe('A notification is repeated after this time when nothing changed; 0: never.'),
      send_resolved: boolean().prefault(true).describe('Whether the end of an alert is told.'),
      max_alerts: integer(0, 1_000_000)
        .prefault(0)
        .describe('Most alerts in one notification: a larger group is split, nothing is cut off. 0: no limit.'),
      hmac_secret: secret().optional().describe('Sign the body with HMAC-SHA256 and this key.'),
      hmac_secret_file: secretFile(context).optional().describe('Instead of `hmac_secret`: a file that holds it.'),
      hmac_header: httpToken('expected the name of an HTTP header', 'name of a header')
        .prefault('X-Signature-256')
        .describe('The header that carries the signature, as `sha256=<hex>`.'),
      timeout: duration({ min: 100, max: 600_000 }).prefault('10s').describe('Longest time for one request.'),
      external_url: httpUrl()
        .nullable()
        .prefault(null)
        .describe("The payload's `externalURL`: where people find this exporter. Left out: empty."),
      http_config: httpSchema(context).prefault({}).describe('How to speak to the receiver.'),
    })
    .check(exactlyOne('url', 'url_file'), atMostOne('hmac_secret', 'hmac_secret_file'))
    .transform(({ url, url_file, hmac_secret, hmac_secret_file, ...rest }) => ({
      ...rest,
      url: needed(url ?? url_file),
      hmac_secret: hmac_secret ?? hmac_secret_file ?? null,
    }))
    .readonly();

const relabelSchema = z
  .strictObject({
    add_labels: labelsSchema()
      .prefault({})
      .describe('Labels that every alert gets; they replace labels of the same name.'),
    drop_labels: z
      .array(labelName(), { error: 'expected a list of label names' })
      .readonly()
      .prefault([])
      .describe('Labels that are left out.'),
  })
  .readonly();

/** One receiver of alerts: exactly one of `alertmanager` and `webhook`. */
export const receiverSchema = (context: SchemaContext) =>
  z
    .strictObject({
      name: z
        .string({ error: 'expected text' })
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
          'expected 1 to 63 of the characters A-Z a-z 0-9 _ . -, a letter or digit first',
        )
        .meta({ kind: 'name: A-Z a-z 0-9 _ . -' })
        .describe('The `receiver` label of its metrics and its name in the state; unique.'),
      match: z
        .array(matcher(), { error: 'expected a list of matchers' })
        .readonly()
        .prefault([])
        .describe(
          'Alerts that it gets, as Alertmanager\'s matchers (`severity=~"critical|warning"`); all must match. Empty: every alert.',
        ),
      relabel: relabelSchema.prefault({}).describe('Labels to add and to leave out, for this receiver.'),
      alertmanager: alertmanagerSchema(context).optional().describe('Send to one or more Alertmanagers.'),
      webhook: webhookSchema(context).optional().describe("Send Alertmanager's webhook payload, version 4."),
    })
    .check(exactlyOne('alertmanager', 'webhook'))
    .transform(({ alertmanager, webhook, ...rest }) =>
      alertmanager === undefined
        ? { type: 'webhook' as const, ...rest, webhook: needed(webhook) }
        : { type: 'alertmanager' as const, ...rest, alertmanager },
    )
    .readonly();

export type ReceiverConfig = z.output<ReturnType<typeof receiverSchema>>;
export type AlertmanagerReceiverConfig = Extract<ReceiverConfig, { readonly type: 'alertmanager' }>;
export type WebhookReceiverConfig = Extract<ReceiverConfig, { readonly type: 'webhook' }>;
export type AlertmanagerConfig = AlertmanagerReceiverConfig['alertmanager'];
export type WebhookConfig = WebhookReceiverConfig['webhook'];
export type RelabelConfig = ReceiverConfig['relabel'];
