import type { Answer } from './connection.ts';
import type { TowerErrorCode } from './errors.ts';
import { isJsonObject, textOf } from './fields.ts';
import type { Operation } from './operations.ts';
import type { Redactor } from './redact.ts';

/** `identity`: who we are was not accepted. `permission`: we are known, but may not do this. */
export type RefusalKind = 'identity' | 'permission';

/** What an answer amounts to. `message` is for people and holds no secret. */
export type Verdict<T> =
  | { readonly kind: 'data'; readonly data: T }
  | { readonly kind: 'refused'; readonly refusal: RefusalKind; readonly message: string }
  | { readonly kind: 'failed'; readonly code: TowerErrorCode; readonly message: string; readonly retry: boolean };

/** Takes what is wanted from an answer's JSON, or says in words what came instead. */
export type Decode<T> = (json: unknown) => { readonly data: T } | { readonly wrong: string };

/** A retry can mend these, and nothing else. */
const retryable = new Set([429, 500, 502, 503, 504]);

const identityCodes = [
  'LOGIN_FAILED',
  'USER_NOT_FOUND',
  'USER_PASSWORD_INCORRECT',
  'NOT_MATCH_USER',
  'LOAD_TOKEN_FAILED',
];
const authCode = new RegExp(`\\b(?:PERMISSION_DENIED|${identityCodes.join('|')})\\b`);

type Json = { readonly value: unknown } | null;

const parseJson = (text: string): Json => {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return null;
  }
};

/** The text of an error body: `{message, code, …}`, or the bare string of API 1.8.0. */
const errorTexts = (json: Json): { readonly code: string; readonly message: string } => {
  if (json === null) return { code: '', message: '' };
  if (!isJsonObject(json.value)) return { code: '', message: typeof json.value === 'string' ? json.value : '' };
  return { code: textOf(json.value['code']) ?? '', message: textOf(json.value['message']) ?? '' };
};

const refusalOf = (status: number, json: Json): RefusalKind | null => {
  const { code, message } = errorTexts(json);
  // A successful answer may be a bare string (get-version), which is not an error text.
  const found = status === 200 && !isJsonObject(json?.value) ? null : (authCode.exec(code) ?? authCode.exec(message));
  if (found !== null) return found[0] === 'PERMISSION_DENIED' ? 'permission' : 'identity';
  if (status === 401) return 'identity';
  return status === 403 ? 'permission' : null;
};

const isJsonType = (contentType: string | null): boolean =>
  contentType === null || /^\s*(?:application|text)\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType);

const checkUrl = 'check that the URL is that of a CloudTower';

/** Names a JSON value that is not what was asked for. */
export const describeJson = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

/** Judges an answer. Pure: the caller decides what to do about it. */
export const judge = <T>(operation: Operation, answer: Answer, decode: Decode<T>, redactor: Redactor): Verdict<T> => {
  const { status, contentType } = answer;
  const text = answer.body.toString('utf8').replace(/^\uFEFF/, '');
  // An answer to a login may hold a new token that nobody knows yet: only markup is quoted.
  const quotable = operation !== 'login' || text.trimStart().startsWith('<');
  const preview = (): string => (quotable && text !== '' ? `: ${JSON.stringify(redactor.preview(text))}` : '');
  const invalid = (what: string): Verdict<T> => ({ kind: 'failed', code: 'invalid', message: what, retry: false });

  const json = parseJson(text);
  const texts = errorTexts(json);
  const said =
    texts.code === '' && texts.message === ''
      ? preview()
      : `: ${redactor.message([texts.code, texts.message].filter((part) => part !== '').join(': '))}`;

  const refusal = refusalOf(status, json);
  if (refusal !== null) return { kind: 'refused', refusal, message: `answered ${status}${said}` };

  if (status >= 300 && status < 400) {
    const to = answer.location === null ? '' : ` to ${redactor.message(answer.location.replace(/[?#].*$/s, ''))}`;
    return {
      kind: 'failed',
      code: 'status',
      message: `redirected (${status})${to}, which is never followed: check the URL`,
      retry: false,
    };
  }
  if (status === 404) {
    const why = `this version of CloudTower does not have it, or the URL is wrong: ${checkUrl}`;
    return { kind: 'failed', code: 'missing_operation', message: `answered 404${said} (${why})`, retry: false };
  }
  if (status === 429)
    return { kind: 'failed', code: 'rate_limited', message: `asked for fewer requests (429)${said}`, retry: true };
  if (status !== 200)
    return { kind: 'failed', code: 'status', message: `answered ${status}${said}`, retry: retryable.has(status) };

  if (!isJsonType(contentType)) {
    return invalid(`answered ${redactor.message(contentType ?? '')} instead of JSON${preview()} (${checkUrl})`);
  }
  if (json === null)
    return invalid(text === '' ? 'answered nothing' : `answered something that is not JSON${preview()} (${checkUrl})`);
  const decoded = decode(json.value);
  if ('wrong' in decoded) return invalid(`${decoded.wrong}${preview()}`);
  return { kind: 'data', data: decoded.data };
};
