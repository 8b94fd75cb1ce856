import { z } from 'zod';
import { anyText, boolean, directory, duration, oneOf, type SchemaContext, text } from './fields.ts';
import { labelsSchema } from './labels.ts';
import { receiverSchema } from './receiver.ts';
import { parseTimezone } from './timezone.ts';
import { unique } from './rules.ts';

const hour = 3_600_000;

/** What becomes of CloudTower's severities; anything else becomes a warning. */
const defaultSeverities = { CRITICAL: 'critical', NOTICE: 'warning', INFO: 'info' };

const timezoneExpected = 'expected UTC or an offset such as +08:00';

/** The alert bridge. */
export const bridgeSchema = (context: SchemaContext) =>
  z
    .strictObject({
      state_dir: directory(context)
        .prefault('data')
        .describe('Where the state is kept (SQLite); made when it is missing. It must survive a restart.'),
      external_labels: labelsSchema().prefault({}).describe('Labels that every alert gets.'),
      receivers: z
        .array(receiverSchema(context), { error: 'expected a list of receivers' })
        .min(1, 'expected at least one receiver')
        .check(unique('name'))
        .readonly()
        .describe('Who gets the alerts.'),
      severity_map: z
        .record(z.string(), text(), { error: 'expected a map from severities to labels' })
        .prefault({})
        .transform((map) => ({ ...defaultSeverities, ...map }))
        .readonly()
        .describe(
          'The `severity` label by the severity in CloudTower. Added to the defaults CRITICAL: critical, NOTICE: warning, INFO: info; anything else becomes warning.',
        ),
      identity: oneOf(['alert', 'entity'])
        .prefault('alert')
        .describe('What tells two alerts apart: `alert` adds the label alert_id, `entity` leaves it out.'),
      generator_url: anyText()
        .prefault('')
        .describe(
          "Added to the tower's URL for `generatorURL`; `{name}` stands for the value of the label or annotation `name`.",
        ),
      runbook_url: text()
        .nullable()
        .prefault(null)
        .describe(
          'The annotation `runbook_url`; `{name}` stands for the value of the label or annotation `name`, such as `{rule}`.',
        ),
      runbook_urls: z
        .record(z.string(), text(), { error: 'expected a map from rule names to URLs' })
        .readonly()
        .prefault({})
        .describe(
          'The annotation `runbook_url` for single rules, by the name of the global rule; before `runbook_url`.',
        ),
      max_hold: duration({ min: 60_000, max: 365 * 24 * hour })
        .prefault('24h')
        .describe('How long firing alerts of a tower that cannot be reached are kept firing.'),
      assume_timezone: z
        .string({ error: timezoneExpected })
        .transform((value, issues): number => {
          const minutes = parseTimezone(value);
          if (minutes !== null) return minutes;
          issues.addIssue({ code: 'custom', message: timezoneExpected, input: value });
          return z.NEVER;
        })
        .meta({ kind: 'UTC, or an offset such as +08:00' })
        .prefault('UTC')
        .describe('The time zone of alert times that come without one.'),
      watchdog: boolean()
        .prefault(false)
        .describe("Keep the alert CloudTowerBridgeWatchdog firing, for a dead man's switch."),
      drain_timeout: duration({ max: 600_000 })
        .prefault('25s')
        .describe('How long deliveries may go on after SIGTERM.'),
    })
    .readonly();

export type BridgeConfig = z.output<ReturnType<typeof bridgeSchema>>;
