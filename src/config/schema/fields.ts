import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { fileSecret, inlineSecret, type Secret, SecretError, type SecretErrorCode } from '../secret.ts';
import { formatDuration, parseDuration } from './duration.ts';

/** What a schema needs of its surroundings: relative paths are relative to the file that names them. */
export interface SchemaContext {
  readonly directory: string;
}

/** Says how people call the type of a field; the generated documentation shows it. */
const withKind = <T extends z.ZodType>(schema: T, kind: string): T => schema.meta({ kind });

interface DurationLimits {
  /** Milliseconds. */
  readonly min?: number;
  readonly max?: number;
}

/** Timers of the runtime overflow at 2^31 ms; 20 days stay clear of that. */
const maxTimer = 20 * 86_400_000;

/** A duration as Prometheus writes it, into milliseconds. */
export const duration = ({ min = 0, max = maxTimer }: DurationLimits = {}) => {
  const range = `from ${formatDuration(min)} to ${formatDuration(max)}`;
  const expected = `expected a duration ${range}, written like 30s, 5m or 1h30m`;
  return withKind(
    z.union([z.string(), z.literal(0)], { error: expected }).transform((text, context): number => {
      const value = parseDuration(String(text));
      if (value !== null && value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: expected, input: text });
      return z.NEVER;
    }),
    `duration, ${range}`,
  );
};

/** A whole number within limits. */
export const integer = (min: number, max: number) =>
  withKind(
    z
      .int({ error: `expected a whole number from ${min} to ${max}` })
      .min(min, `expected a whole number from ${min} to ${max}`)
      .max(max, `expected a whole number from ${min} to ${max}`),
    `whole number, from ${min} to ${max}`,
  );

export const boolean = () => withKind(z.boolean({ error: 'expected true or false' }), 'true or false');

/** Text that is not empty. */
export const text = () =>
  withKind(z.string({ error: 'expected text' }).min(1, 'expected text that is not empty'), 'text');

/** Text that may be empty. */
export const anyText = () => withKind(z.string({ error: 'expected text' }), 'text');

/** The name of an HTTP header, or any other single word of HTTP. */
export const httpToken = (expected: string, kind: string) =>
  withKind(z.string({ error: expected }).regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, expected), kind);

/** One of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  withKind(
    z.enum(values, { error: `expected one of ${values.join(', ')}` }),
    values.map((value) => `\`${value}\``).join(', '),
  );

/** A secret written into the configuration. */
export const secret = () =>
  withKind(
    z
      .string({ error: 'expected text (in quotes, if it looks like a number)' })
      .min(1, 'expected text that is not empty')
      .transform((value): Secret => inlineSecret(value)),
    'secret',
  );

/** A secret in a file of its own, read at load and again whenever it changes. */
export const secretFile = (context: SchemaContext) =>
  withKind(
    text().transform((path, issues): Secret => {
      try {
        return fileSecret(resolve(context.directory, path));
      } catch (error) {
        if (!(error instanceof SecretError)) throw error;
        // Without a slash it may be the secret itself, written under the wrong key.
        const problem = path.includes('/') ? error.message : `the file named here ${secretProblems[error.code]}`;
        const message = `expected a readable file that holds the secret: ${problem}`;
        issues.addIssue({ code: 'custom', message, input: path });
        return z.NEVER;
      }
    }),
    'path of a file that holds the secret',
  );

const secretProblems: Readonly<Record<SecretErrorCode, string>> = {
  missing: 'does not exist',
  unreadable: 'cannot be read',
  empty: 'is empty',
  too_large: 'is too large for a secret',
};

/** A file that must be there and readable; comes out as an absolute path. */
export const file = (context: SchemaContext) =>
  withKind(
    text().transform((path, issues): string => {
      const absolute = resolve(context.directory, path);
      const problem = fileProblem(absolute);
      if (problem === null) return absolute;
      issues.addIssue({ code: 'custom', message: `expected a readable file: ${absolute} ${problem}`, input: path });
      return z.NEVER;
    }),
    'path of a file',
  );

/** A directory, which need not exist yet; comes out as an absolute path. */
export const directory = (context: SchemaContext) =>
  withKind(
    text().transform((path) => resolve(context.directory, path)),
    'path of a directory',
  );

const fileProblem = (path: string): string | null => {
  try {
    if (!statSync(path).isFile()) return 'is not a file';
    accessSync(path, constants.R_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code)})`;
  }
};
