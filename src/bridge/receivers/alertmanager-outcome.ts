import type { HttpResponse } from '../../http/http-client.ts';
import { type Failure, failureOfStatus } from './failure.ts';

/** What an Alertmanager's answer to POST /api/v2/alerts means for the alerts of the request. */
export type PostOutcome =
  | { readonly kind: 'accepted' }
  /** Something in it is wrong. `stored`: the rest was stored all the same. `index`: which one, when it was named. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly stored: boolean;
      readonly index: number | null;
      readonly problem: string;
    }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Reads the answer. `now` is milliseconds since the epoch. */
export const postOutcome = (response: HttpResponse, target: string, now: number): PostOutcome => {
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 413) return { kind: 'too_large' };
  if (status === 400 || status === 422) {
    const answer = jsonOf(response.body);
    // A JSON string: the alerts were checked one by one and the valid ones stored (Alertmanager 0.25 and later).
    if (typeof answer === 'string') {
      return { kind: 'refused', status, stored: true, index: null, problem: short(answer) };
    }
    const message = messageOf(answer);
    if (message !== null) {
      return { kind: 'refused', status, stored: false, index: indexOf(message), problem: short(message) };
    }
    // Anything else does not come from an Alertmanager: plain HTTP to a TLS port, a proxy's page.
  }
  return { kind: 'failed', failure: failureOfStatus(response, target, now) };
};

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
};

const messageOf = (answer: unknown): string | null => {
  if (typeof answer !== 'object' || answer === null || !('code' in answer) || !('message' in answer)) return null;
  return typeof answer.message === 'string' ? answer.message : null;
};

/** `3.generatorURL in body must be …` and `alerts.3.labels …` name the fourth alert. */
const indexOf = (message: string): number | null => {
  const digits = /^(?:[a-z]+\.)?(\d{1,6})\.[a-zA-Z]/.exec(message)?.[1];
  return digits === undefined ? null : Number(digits);
};

const short = (text: string): string => {
  const clean = text.toWellFormed().replace(/\p{Cc}+/gu, ' ');
  return clean.length > 300 ? `${clean.slice(0, 299).toWellFormed()}…` : clean;
};
