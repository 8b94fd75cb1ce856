import type { z } from 'zod';
import { type ConfigProblem, formatPath } from './errors.ts';
import { fieldAt, fieldsOf } from './inspect.ts';

/** Finds the line of a value, or of a key in it; see `YamlFile.line`. */
export type Locate = (path: readonly PropertyKey[], key?: string) => number | null;

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** What the schema expected, for issues whose field has no words of its own. */
export const expectation = (issue: { readonly code?: string | undefined; readonly expected?: unknown }): string =>
  `expected ${typeNames[String(issue.expected)] ?? 'another value'}`;

/** An issue of the schema as problems for people: where, what was expected, what was found. */
export const problemsOf = (
  issue: z.core.$ZodIssue,
  { schema, value, locate }: { readonly schema: z.ZodType; readonly value: unknown; readonly locate: Locate },
): ConfigProblem[] => {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = [...(fieldsOf(fieldAt(schema, path)?.schema ?? schema)?.keys() ?? [])];
    return issue.keys.map((key) => ({
      path: formatPath([...path, key]),
      line: locate(path, key),
      message: `this key is not known; ${suggestion(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'expected another key';
    return [
      { path: formatPath(path), line: locate(path.slice(0, -1), String(path.at(-1))), message: `${message} as key` },
    ];
  }
  const last = path.at(-1);
  const line = typeof last === 'string' ? locate(path.slice(0, -1), last) : locate(path);
  return [{ path: formatPath(path), line, message: withFound(issue, schema, valueAt(value, path)) }];
};

const withFound = (issue: z.core.$ZodIssue, schema: z.ZodType, found: unknown): string => {
  if (found === undefined) return issue.code === 'custom' ? issue.message : `missing; ${issue.message}`;
  const text = describeFound(found, fieldAt(schema, issue.path)?.kind ?? null);
  return text === null ? issue.message : `${issue.message}; found ${text}`;
};

/** Fields of these kinds never hold a secret, so what was found may be quoted. */
const quotable = /^(?:duration|whole number|true or false|`|name of a label|UTC)/;

/** What was found: the value where it cannot be a secret, else its type; null where that says nothing new. */
const describeFound = (found: unknown, kind: string | null): string | null => {
  if (found === null) return 'nothing';
  if (Array.isArray(found)) return found.length === 0 ? 'an empty list' : 'a list';
  if (typeof found === 'object') return kind === null ? null : 'a map';
  if (kind !== null && quotable.test(kind)) return JSON.stringify(found).slice(0, 80);
  if (typeof found === 'string') return found === '' ? 'empty text' : null;
  return typeof found === 'boolean' ? 'true or false' : `a ${typeof found}`;
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown => {
  let current: unknown = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
};

const suggestion = (key: string, known: readonly string[]): string => {
  const near = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.distance - b.distance)[0];
  return near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near.name}?`;
};

/** How many characters must be put in, taken out or replaced to come from one text to the other. */
const editDistance = (from: string, to: string): number => {
  if (from.length > 64) return from.length;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, a] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, b] of [...to].entries()) {
      next.push(Math.min((row[j] ?? 0) + (a === b ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
