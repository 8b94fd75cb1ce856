type Labels = Readonly<Record<string, string>>;

/** The labels that name an alert's group; a label that the alert lacks is left out. `['...']`: all of them. */
export const groupLabels = (labels: Labels, groupBy: readonly string[]): Labels => {
  const names = groupBy.includes('...') ? Object.keys(labels) : groupBy.filter((name) => Object.hasOwn(labels, name));
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, labels[name] ?? '']));
};

/** Alertmanager's key of the group with these labels under a root route: `{}:{alertname="A", tower="t"}`. */
export const groupKey = (labels: Labels): string =>
  `{}:{${Object.keys(labels)
    .sort()
    .map((name) => `${name}=${quote(labels[name] ?? '')}`)
    .join(', ')}}`;

/** The key of a part of a group that was split; the first part keeps the group's own key. Parts count from 1. */
export const partKey = (key: string, part: number): string => (part === 1 ? key : `${key}#${part}`);

const shortEscapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A string as Go's `strconv.Quote` writes it: printable characters as they are, others escaped. */
export const quote = (text: string): string => {
  let quoted = '"';
  for (const character of text.toWellFormed()) {
    const short = shortEscapes[character];
    if (short !== undefined) quoted += short;
    else if (character === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) quoted += character;
    else quoted += escaped(character.codePointAt(0) ?? 0);
  }
  return `${quoted}"`;
};

const escaped = (codePoint: number): string => {
  if (codePoint < 0x80) return `\\x${codePoint.toString(16).padStart(2, '0')}`;
  if (codePoint < 0x10000) return `\\u${codePoint.toString(16).padStart(4, '0')}`;
  return `\\U${codePoint.toString(16).padStart(8, '0')}`;
};
