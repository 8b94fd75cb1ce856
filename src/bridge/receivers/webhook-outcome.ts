import type { HttpResponse } from '../../http/http-client.ts';
import { type Failure, failureOfStatus } from './failure.ts';

/** What a webhook's answer means for the notification. */
export type WebhookOutcome =
  | { readonly kind: 'accepted' }
  /** The receiver does not want this content: tried a few times more, then a dead letter. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Reads the answer; what the receiver wrote is not repeated anywhere, for it may hold a token. `now` is milliseconds since the epoch. */
export const webhookOutcome = (response: HttpResponse, target: string, now: number): WebhookOutcome => {
  const { status, body } = response;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const refuses = status === 413 || status === 422 || (status === 400 && !plainHttpToTls.test(body.toString('utf8')));
  return refuses ? { kind: 'refused', status } : { kind: 'failed', failure: failureOfStatus(response, target, now) };
};

/** How Go, nginx and Apache answer plain HTTP on a TLS port: with a 400 that is about the URL, not about the content. */
const plainHttpToTls =
  /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL/;
