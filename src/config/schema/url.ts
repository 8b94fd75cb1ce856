import { z } from 'zod';
import { inlineSecret, type Secret } from '../secret.ts';

export interface UrlRules {
  /** A query may be part of it. */
  readonly query?: boolean;
  /** A user and a password may be part of it. */
  readonly credentials?: boolean;
}

/** What is wrong with the URL, as "expected …", or null. Never quotes it: a URL may hold a token. */
export const urlProblem = (value: string, rules: UrlRules = {}): string | null => {
  const expected = 'expected an http:// or https:// URL';
  if (!/^https?:\/\//i.test(value) || /[\s\p{Cc}]/u.test(value)) return expected;
  const url = URL.parse(value);
  if (url === null || url.hostname === '') return expected;
  if (rules.credentials !== true && (url.username !== '' || url.password !== '')) {
    return `${expected} without a user and a password in it (they have keys of their own)`;
  }
  if (rules.query !== true && url.search !== '') return `${expected} without a query (?…)`;
  if (url.hash !== '') return `${expected} without a fragment (#…)`;
  return null;
};

/** An http(s) URL without credentials, query or fragment; comes out without a trailing slash. */
export const httpUrl = () =>
  z
    .string({ error: 'expected an http:// or https:// URL' })
    .superRefine((value, context) => {
      const problem = urlProblem(value);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem, input: value });
    })
    .transform((value) => value.replace(/\/+$/, ''))
    .meta({ kind: 'URL, http or https' });

/** An http(s) URL that may hold a token or credentials; kept byte for byte, as a secret. */
export const secretUrl = (rules: UrlRules) =>
  z
    .string({ error: 'expected an http:// or https:// URL' })
    .superRefine((value, context) => {
      const problem = urlProblem(value, rules);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem, input: value });
    })
    .transform((value): Secret => inlineSecret(value))
    .meta({ kind: 'secret URL, http or https' });
