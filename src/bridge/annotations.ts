import type { PolledAlert } from './poll.ts';
import type { Severity } from './severity.ts';
import { cap, cleanLine, cleanText } from './text.ts';

/** Longest texts in UTF-16 units: a message of 2 MB must not push 255 other alerts out of a batch. */
const limits = { summary: 1024, paragraph: 4096, other: 1024, vms: 20, ids: 50 };

/** What people read; it may change from poll to poll. Empty values are left out. */
export const annotationsOf = (alert: PolledAlert, severity: Severity): Record<string, string> => {
  const cause = paragraph(alert.cause);
  const impact = paragraph(alert.impact);
  const solution = paragraph(alert.solution);
  // A rule that is true or false has no numbers: what the tower fills in there means nothing.
  const numeric = alert.rule_boolean !== true;
  return withoutEmpty({
    summary: cap(cleanLine(alert.message).trim(), limits.summary),
    description: [cause, impact, solution].filter((text) => text !== '').join('\n\n'),
    cause,
    impact,
    solution,
    value: numeric ? numberText(alert.value) : '',
    threshold: numeric ? numberText(alert.threshold) : '',
    vms: listed(
      alert.vms.map(({ id, name }) => cap(cleanLine(name === '' ? id : name), 128)),
      limits.vms,
    ),
    rule: other(alert.rule),
    local_id: other(alert.local_id),
    started_raw: other(alert.local_start_time),
    severity_raw: other(severity.unknown),
  });
};

/** Added where several upstream alerts stand behind one label set. */
export const mergedAnnotations = (ids: readonly string[]): Record<string, string> =>
  ids.length < 2 ? {} : { alert_ids: listed([...ids].sort(), limits.ids), alert_count: String(ids.length) };

/** The annotations without what `mergedAnnotations` added. */
export const unmerged = (annotations: Readonly<Record<string, string>>): Record<string, string> => {
  const { alert_ids: _ids, alert_count: _count, ...rest } = annotations;
  return rest;
};

/** Names with an empty value are no names: Alertmanager drops them before it computes anything. */
export const withoutEmpty = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

const paragraph = (text: string): string => cap(cleanText(text).trim(), limits.paragraph);

const other = (text: string | null): string => (text === null ? '' : cap(cleanLine(text).trim(), limits.other));

const numberText = (value: number | null): string => (value === null || !Number.isFinite(value) ? '' : String(value));

const listed = (names: readonly string[], limit: number): string => {
  const shown = names.slice(0, limit).join(', ');
  return names.length <= limit ? shown : `${shown} and ${names.length - limit} more`;
};
