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
export interface Decode<T> {
  readonly fromJson: (json: unknown) => { readonly data: T } | { readonly wrong: string };
  /** The same from the bytes of a good answer, where that is less work; null when it cannot tell: `fromJson` decides then. */
  readonly fromBytes?: (body: readonly Uint8Array[]) => { readonly data: T } | null;
}

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
  const found = authCode.exec(code) ?? authCode.exec(message);
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

/** What an answer says, in words that may be shown. */
interface Said {
  /** Its beginning, as `: "…"`; empty when it must not be quoted. */
  readonly preview: string;
  /** The tower's own error text, as `: …`, or else the preview. */
  readonly text: string;
}

const saidBy = (operation: Operation, text: string, json: Json, redactor: Redactor): Said => {
  // An answer to a login may hold a new token that nobody knows yet: only markup is quoted.
  const quotable = text !== '' && (operation !== 'login' || text.trimStart().startsWith('<'));
  const preview = quotable ? `: ${JSON.stringify(redactor.preview(text))}` : '';
  const own = Object.values(errorTexts(json)).filter((part) => part !== '');
  return { preview, text: own.length === 0 ? preview : `: ${redactor.message(own.join(': '))}` };
};

/** The verdict on any status but 200. */
const failedStatus = (
  operation: Operation,
  answer: Answer,
  said: Said,
  json: Json,
  redactor: Redactor,
): Verdict<never> => {
  const { status, location } = answer;
  const failed = (code: TowerErrorCode, message: string): Verdict<never> => ({
    kind: 'failed',
    code,
    message,
    retry: retryable.has(status),
  });
  if (status >= 300 && status < 400) {
    const to = location === null ? '' : ` to ${redactor.message(location.replace(/[?#].*$/s, ''))}`;
    return failed('status', `redirected (${status})${to}, which is never followed: check the URL`);
  }
  if (status === 404) {
    const why = operation === 'login' ? checkUrl : `this version of CloudTower does not have it, or ${checkUrl}`;
    return failed('missing_operation', `answered 404${said.text} (${why})`);
  }
  if (status === 429) return failed('rate_limited', `asked for fewer requests (429)${said.text}`);
  // The tower speaks JSON even when it complains; a page is somebody else's.
  const hint = status < 500 && json === null ? ` (${checkUrl})` : '';
  return failed('status', `answered ${status}${said.text}${hint}`);
};

/** Judges an answer. Pure: the caller decides what to do about it. */
export const judge = <T>(operation: Operation, answer: Answer, decode: Decode<T>, redactor: Redactor): Verdict<T> => {
  const { status, contentType } = answer;
  if (status === 200 && isJsonType(contentType)) {
    const decoded = decode.fromBytes?.(answer.body) ?? null;
    if (decoded !== null) return { kind: 'data', data: decoded.data };
  }
  const text = Buffer.concat(answer.body)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const json = parseJson(text);

  const refusal = refusalOf(status, json);
  // Most answers are good: what they say is only looked at when something is wrong.
  const said = (): Said => saidBy(operation, text, json, redactor);
  if (refusal !== null) return { kind: 'refused', refusal, message: `answered ${status}${said().text}` };
  if (status !== 200) return failedStatus(operation, answer, said(), json, redactor);

  const invalid = (message: string): Verdict<T> => ({ kind: 'failed', code: 'invalid', message, retry: false });
  if (!isJsonType(contentType)) {
    return invalid(`answered ${redactor.message(contentType ?? '')} instead of JSON${said().preview} (${checkUrl})`);
  }
  if (text === '') return invalid('answered nothing');
  if (json === null) return invalid(`answered something that is not JSON${said().preview} (${checkUrl})`);
  const decoded = decode.fromJson(json.value);
  return 'wrong' in decoded ? invalid(`${decoded.wrong}${said().preview}`) : { kind: 'data', data: decoded.data };
};
