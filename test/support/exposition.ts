/**
 * A strict reader of both exposition formats, written against their specifications and apart from the product's writer. What
 * is not allowed is an error that names the line; nothing is forgiven.
 */

export interface ParsedSample {
  /** The name on the line: `x_total`, `x_bucket`, `x`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  /** As in TYPE: OpenMetrics names counters without `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly unit: string | null;
  readonly samples: readonly ParsedSample[];
}

export interface Exposition {
  readonly families: ReadonlyMap<string, ParsedFamily>;
  /** All samples in the order of their lines. */
  readonly samples: readonly ParsedSample[];
  /** The samples of this name that carry (at least) these labels. */
  find(name: string, labels?: Readonly<Record<string, string>>): readonly ParsedSample[];
  /** The value of the only such sample; undefined when there is none. Throws when there are several. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const number = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;

interface OpenFamily {
  name: string;
  help: string | null;
  type: string | null;
  unit: string | null;
  samples: ParsedSample[];
}

/**
 * Reads an exposition.
 * @throws Error that names the line and what is wrong with it.
 */
export const parseExposition = (text: string, format: 'text' | 'openmetrics' = 'text'): Exposition => {
  const isOpenMetrics = format === 'openmetrics';
  if (!text.isWellFormed()) throw new Error('ill-formed UTF-16');
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no line feed');
  const lines = text === '' ? [] : text.slice(0, -1).split('\n');
  if (isOpenMetrics && lines.pop() !== '# EOF') throw new Error('does not end with # EOF');

  const families = new Map<string, ParsedFamily>();
  const samples: ParsedSample[] = [];
  const seen = new Set<string>();
  const state: { open: OpenFamily | null } = { open: null };
  const close = (): void => {
    if (state.open === null) return;
    const { name, help, type, unit } = state.open;
    if (help === null || type === null) throw new Error(`${name}: HELP or TYPE is missing`);
    const family = { name, help, type, unit, samples: state.open.samples };
    checkFamily(family, isOpenMetrics);
    families.set(name, family);
  };

  for (const [index, line] of lines.entries()) {
    const fail = (problem: string): never => {
      throw new Error(`line ${index + 1}: ${problem}: ${line}`);
    };
    if (line.startsWith('#')) {
      const comment =
        new RegExp(`^# (HELP|TYPE|UNIT) (${metricName})(?: (.*))?$`, 's').exec(line) ?? fail('not a known comment');
      const [, keyword, name = '', rest = ''] = comment;
      if (state.open?.name !== name) {
        close();
        if (families.has(name)) fail('the family was there before');
        state.open = { name, help: null, type: null, unit: null, samples: [] };
      }
      const { open } = state;
      if (open.samples.length > 0) fail('metadata after samples');
      if (keyword === 'HELP') {
        if (open.help !== null) fail('a second HELP');
        open.help = unescape(rest, isOpenMetrics) ?? fail('bad escape in HELP');
      } else if (keyword === 'TYPE') {
        if (open.type !== null) fail('a second TYPE');
        if (!['gauge', 'counter', 'histogram'].includes(rest)) fail('unexpected type');
        open.type = rest;
      } else {
        if (!isOpenMetrics || open.unit !== null) fail('unexpected UNIT');
        if (rest === '' || !name.endsWith(`_${rest}`)) fail('the name does not end in the unit');
        open.unit = rest;
      }
      continue;
    }
    const { open } = state;
    const sample = parseSample(line) ?? fail('not a sample');
    if (open === null || !belongs(sample.name, open, isOpenMetrics)) return fail('not of the family above');
    const key = JSON.stringify([
      sample.name,
      ...Object.entries(sample.labels)
        .filter(([, v]) => v !== '')
        .sort(),
    ]);
    if (seen.has(key)) fail('a series that was there before');
    seen.add(key);
    open.samples.push(sample);
    samples.push(sample);
  }
  close();

  const find = (name: string, labels: Readonly<Record<string, string>> = {}): readonly ParsedSample[] =>
    samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  return {
    families,
    samples,
    find,
    value: (name, labels) => {
      const found = find(name, labels);
      if (found.length > 1) throw new Error(`${found.length} samples of ${name}${JSON.stringify(labels ?? {})}`);
      return found[0]?.value;
    },
  };
};

const belongs = (name: string, family: OpenFamily, isOpenMetrics: boolean): boolean => {
  if (family.type === 'histogram') return ['_bucket', '_sum', '_count'].some((suffix) => name === family.name + suffix);
  if (family.type === 'counter' && isOpenMetrics) return name === `${family.name}_total`;
  return name === family.name;
};

/** Undoes the escapes; null for one that does not exist, or a quote that should have been escaped. */
const unescape = (text: string, quotes: boolean): string | null => {
  const allowed = quotes ? /^(?:[^\\"\n]|\\[\\"n])*$/s : /^(?:[^\\\n]|\\[\\n])*$/s;
  if (!allowed.test(text)) return null;
  return text.replace(/\\(.)/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped));
};

const parseSample = (line: string): ParsedSample | null => {
  const match = new RegExp(`^(${metricName})(?:\\{((?:[^"]|"(?:[^"\\\\]|\\\\.)*")*)\\})? (\\S+)$`, 's').exec(line);
  const [, name, pairs, value] = match ?? [];
  if (name === undefined || value === undefined || !number.test(value)) return null;
  const labels: Record<string, string> = Object.create(null);
  if (pairs !== undefined) {
    let at = 0;
    const pair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(,|$)/sy;
    while (at < pairs.length) {
      pair.lastIndex = at;
      const [all, label, raw] = pair.exec(pairs) ?? [];
      const content = raw === undefined ? null : unescape(raw, true);
      if (all === undefined || label === undefined || content === null || label in labels) return null;
      labels[label] = content;
      at += all.length;
      if (at === pairs.length && all.endsWith(',')) return null;
    }
    if (pairs === '') return null;
  }
  return { name, labels, value: toNumber(value) };
};

const toNumber = (text: string): number => {
  if (text === 'NaN') return Number.NaN;
  if (text.endsWith('Inf')) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
};

const checkFamily = (family: ParsedFamily, isOpenMetrics: boolean): void => {
  const fail = (problem: string): never => {
    throw new Error(`${family.name}: ${problem}`);
  };
  if (isOpenMetrics && family.type === 'counter' && family.name.endsWith('_total'))
    fail('a counter family ends in _total');
  if (family.type === 'counter' && family.samples.some(({ value }) => !(value >= 0)))
    fail('a counter below zero or NaN');
  if (family.type !== 'histogram') return;
  const groups = new Map<string, ParsedSample[]>();
  for (const sample of family.samples) {
    const { le, ...others } = sample.labels;
    if ((le !== undefined) !== sample.name.endsWith('_bucket')) fail('le belongs on buckets, and only there');
    const key = JSON.stringify(Object.entries(others).sort());
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const group of groups.values()) {
    const buckets = group.filter(({ name }) => name.endsWith('_bucket'));
    const bounds = buckets.map(({ labels }) => labels['le'] ?? '');
    // OpenMetrics' canonical numbers: whole ones carry `.0`.
    if (bounds.some((bound) => !/^(?:\+Inf|-?\d+\.\d+|-?\d(?:\.\d+)?e[+-]\d{2,})$/.test(bound)))
      fail('le is not canonical');
    const numbers = bounds.map(toNumber);
    if (numbers.some((bound, index) => index > 0 && bound <= (numbers[index - 1] ?? 0))) fail('buckets out of order');
    if (buckets.some(({ value }, index) => index > 0 && value < (buckets[index - 1]?.value ?? 0)))
      fail('not cumulative');
    const count = group.find(({ name }) => name.endsWith('_count'))?.value ?? fail('no _count');
    if (!group.some(({ name }) => name.endsWith('_sum'))) fail('no _sum');
    if (bounds.at(-1) !== '+Inf' || buckets.at(-1)?.value !== count) fail('+Inf is missing or differs from _count');
  }
};
