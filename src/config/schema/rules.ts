import { z } from 'zod';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Whether a key of an object still being checked was given. */
const given = (value: Readonly<Record<string, unknown>>, key: string): boolean =>
  value[key] !== undefined && value[key] !== null;

/**
 * A check of an object as a whole that also runs when single keys of it are wrong, so that one reading of the file names
 * all of its problems. `problem` answers what was expected, or null.
 */
export const objectRule = (problem: (has: (key: string) => boolean) => string | null) =>
  z.superRefine<unknown>(
    (value, context) => {
      if (!isRecord(value)) return;
      const message = problem((key) => given(value, key));
      if (message !== null) context.addIssue({ code: 'custom', message, input: value });
    },
    { when: () => true },
  );

/** At most one of the keys. */
export const atMostOne = (...keys: readonly string[]) =>
  objectRule((has) => (keys.filter(has).length > 1 ? `expected at most one of ${keys.join(', ')}` : null));

/** Exactly one of the keys. */
export const exactlyOne = (...keys: readonly string[]) =>
  objectRule((has) => (keys.filter(has).length === 1 ? null : `expected exactly one of ${keys.join(', ')}`));

/** Both of the keys, or neither. */
export const together = (one: string, other: string) =>
  objectRule((has) => (has(one) === has(other) ? null : `expected ${one} and ${other} together, or neither`));

/** No two objects of the list with one value of `key`; the issue stands at the second one. */
export const unique = (key: string) =>
  z.superRefine<readonly unknown[]>(
    (list, context) => {
      const seen = new Set<unknown>();
      for (const [index, item] of list.entries()) {
        const value = isRecord(item) ? item[key] : undefined;
        if (value === undefined) continue;
        if (seen.has(value)) {
          context.addIssue({
            code: 'custom',
            message: `expected a ${key} that no other entry has`,
            path: [index, key],
            input: value,
          });
        }
        seen.add(value);
      }
    },
    { when: ({ value }) => Array.isArray(value) },
  );
