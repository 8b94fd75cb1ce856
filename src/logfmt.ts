import type { DestinationStream } from 'pino';

const colours: Readonly<Record<string, string>> = {
  debug: '\u001B[90m',
  info: '\u001B[32m',
  warn: '\u001B[33m',
  error: '\u001B[31m',
  fatal: '\u001B[31;1m',
};
const dim = '\u001B[2m';
const reset = '\u001B[0m';

/** Turns pino's JSON lines into logfmt: `time=… level=info msg="…" tower=shanghai`. */
export const logfmtStream = (stream: DestinationStream, colour: boolean): DestinationStream => ({
  write(line: string): void {
    stream.write(formatLine(line, colour));
  },
});

const formatLine = (line: string, colour: boolean): string => {
  const event = parseLine(line);
  if (event === null) return line;
  const { time, level, msg, ...fields } = event;
  const rest = Object.entries(fields).flatMap(([name, value]) => pairs(name, value));
  if (!colour)
    return `${[...pairs('time', time), ...pairs('level', level), ...pairs('msg', msg), ...rest].join(' ')}\n`;
  const label = String(level);
  const head = `${dim}${String(time)}${reset} ${colours[label] ?? ''}${label.toUpperCase().padEnd(5)}${reset} ${printable(String(msg))}`;
  return rest.length === 0 ? `${head}\n` : `${head} ${dim}${rest.join(' ')}${reset}\n`;
};

const parseLine = (line: string): Record<string, unknown> | null => {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null ? { ...event } : null;
  } catch {
    return null;
  }
};

/** Nested objects become dotted names. */
const pairs = (name: string, value: unknown): string[] => {
  if (value === undefined) return [];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => pairs(`${name}.${key}`, inner));
  }
  return [`${name}=${quoted(value)}`];
};

const quoted = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=\\\p{Cc}\p{Cf}]+$/u.test(text)
    ? text
    : `"${printable(text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'))}"`;
};

/** Names from a tower are untrusted: what could steer a terminal is written as an escape. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === '\n' ? '\\n' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
