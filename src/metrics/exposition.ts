import type { FamilyDefinition } from './family.ts';

/** The two formats: Prometheus' text format 0.0.4 and OpenMetrics 1.0. Sample lines are the same in both, headers differ. */
export type Format = 'text' | 'openmetrics';

/** The content types, spelt as Prometheus' own exposition library does. */
export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What ends a body: OpenMetrics' readers take a body without it as cut off. */
export const trailers: Readonly<Record<Format, string>> = { text: '', openmetrics: '# EOF\n' };

/**
 * The comment lines above a family's samples. OpenMetrics names a counter's family without `_total`, states the unit and
 * escapes quotes in the help too.
 */
export const familyHeader = (family: FamilyDefinition, format: Format): string => {
  const help = family.help.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  if (format === 'text') return `# HELP ${family.name} ${help}\n# TYPE ${family.name} ${family.type}\n`;
  const name = family.type === 'counter' ? family.name.replace(/_total$/, '') : family.name;
  // A unit that the name does not end in would make a strict reader refuse the whole body.
  const unit = family.unit !== null && name.endsWith(`_${family.unit}`) ? `# UNIT ${name} ${family.unit}\n` : '';
  return `# HELP ${name} ${help.replaceAll('"', '\\"')}\n# TYPE ${name} ${family.type}\n${unit}`;
};

/** A sample value as both formats spell it; parsed back it is the same number, bit for bit. */
export const formatValue = (value: number): string => {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
};

/** A histogram bound for `le`, in the canonical spelling of OpenMetrics (`1.0`, `0.25`, `1e+21`, `+Inf`). */
export const formatBound = (bound: number): string => {
  const text = formatValue(bound);
  return Number.isInteger(bound) && !text.includes('e') ? `${text}.0` : text;
};
