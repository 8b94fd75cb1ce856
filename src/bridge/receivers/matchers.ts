import { anchoredRegExp } from './matcher-regexp.ts';

/** Alertmanager's four comparisons. */
export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** Whether a label's value (empty when the label is missing) satisfies it. */
  readonly test: (value: string) => boolean;
}

/** Why a matcher cannot be read; stable. */
export type MatcherErrorCode = 'syntax' | 'quotes' | 'braces' | 'regexp' | 'empty';

/** A matcher that cannot be read. The message quotes it and says what was expected. */
export class MatcherError extends Error {
  override readonly name = 'MatcherError';
  readonly code: MatcherErrorCode;
  readonly source: string;

  constructor(code: MatcherErrorCode, source: string, message: string) {
    super(message);
    this.code = code;
    this.source = source;
  }
}

const shape = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!=|!~|=)\s*(.*?)\s*$/su;

/**
 * Reads one matcher in Alertmanager's syntax: `severity=~"critical|warning"`, `cluster_name!=lab`. Values may be quoted
 * (`\"`, `\\` and `\n` are escapes); regular expressions are anchored at both ends.
 * @throws {MatcherError}
 * @example parseMatcher('severity=~"critical|warning"').test('critical') // true
 */
export const parseMatcher = (source: string): Matcher => {
  const [, name, operator, raw] = shape.exec(source) ?? [];
  if (name === undefined || raw === undefined || !isOperator(operator)) {
    throw new MatcherError(
      'syntax',
      source,
      `${JSON.stringify(source)}: expected a matcher such as severity="critical"`,
    );
  }
  const value = unquote(raw, source);
  return { name, operator, value, test: comparison(operator, value, source) };
};

/**
 * Reads one list entry of the configuration: a matcher, or several in braces or separated by commas
 * (`{severity="critical",tower!="lab"}`).
 * @throws {MatcherError}
 */
export const parseMatchers = (source: string): readonly Matcher[] => {
  let text = source.trim();
  const opened = text.startsWith('{');
  const closed = text.endsWith('}') && !(text.length === 1);
  if (opened !== (closed && isOutsideQuotes(text, text.length - 1))) {
    throw new MatcherError('braces', source, `${JSON.stringify(source)}: expected both braces or none`);
  }
  if (opened) text = text.slice(1, -1);
  const parts = splitAtCommas(text);
  // A comma after the last matcher is allowed.
  if (parts.length > 1 && parts.at(-1)?.trim() === '') parts.pop();
  if (parts.length === 1 && parts[0]?.trim() === '') {
    if (opened) return [];
    throw new MatcherError('empty', source, 'expected a matcher, found nothing');
  }
  return parts.map(parseMatcher);
};

/** Whether all matchers hold for the label set. */
export const matches = (matchers: readonly Matcher[], labels: Readonly<Record<string, string>>): boolean =>
  matchers.every(({ name, test }) => test(Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''));

const isOperator = (text: string | undefined): text is MatchOperator =>
  text === '=' || text === '!=' || text === '=~' || text === '!~';

const comparison = (operator: MatchOperator, value: string, source: string): ((candidate: string) => boolean) => {
  if (operator === '=') return (candidate) => candidate === value;
  if (operator === '!=') return (candidate) => candidate !== value;
  let test: (candidate: string) => boolean;
  try {
    test = anchoredRegExp(value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MatcherError(
      'regexp',
      source,
      `${JSON.stringify(source)}: the regular expression cannot be used: ${why}`,
    );
  }
  return operator === '=~' ? test : (candidate) => !test(candidate);
};

const unquote = (raw: string, source: string): string => {
  const problem = new MatcherError(
    'quotes',
    source,
    `${JSON.stringify(source)}: a double quote inside a value must be written \\", and a quoted value must end in one`,
  );
  const quoted = raw.startsWith('"');
  const text = quoted ? raw.slice(1) : raw;
  let value = '';
  let ended = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '\\' && index < text.length - 1) {
      index += 1;
      const next = text.charAt(index);
      // Any other backslash is itself, so that regular expressions need no doubled ones.
      value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`;
    } else if (character === '"') {
      if (!quoted || index < text.length - 1) throw problem;
      ended = true;
    } else value += character;
  }
  if (quoted && !ended) throw problem;
  return value;
};

/** The positions at which quotes open or close, honouring escapes. */
const walk = (text: string, visit: (character: string, index: number) => void): void => {
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '\\') {
      index += 1;
      continue;
    }
    if (character === '"') quoted = !quoted;
    else if (!quoted) visit(character, index);
  }
};

const isOutsideQuotes = (text: string, position: number): boolean => {
  let outside = false;
  walk(text, (_, index) => {
    if (index === position) outside = true;
  });
  return outside;
};

const splitAtCommas = (text: string): string[] => {
  const cuts: number[] = [];
  walk(text, (character, index) => {
    if (character === ',') cuts.push(index);
  });
  return [...cuts, text.length].map((cut, index) => text.slice(index === 0 ? 0 : (cuts[index - 1] ?? 0) + 1, cut));
};
