import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Oauth2Config } from '../config/schema.ts';
import type { HttpRequest, HttpResponse } from './http-client.ts';
import { HttpError } from './http-error.ts';

/** Access tokens by OAuth 2.0's client credentials grant (RFC 6749, section 4.4). */
export interface TokenSource {
  /** The token that is kept, or a new one; callers that come while one is asked for share it. */
  token(signal?: AbortSignal): Promise<string>;
  /** The token was refused: the next call asks for a new one. */
  forget(): void;
}

export interface TokenSourceOptions {
  readonly config: Oauth2Config;
  readonly target: string;
  readonly clock: Clock;
  readonly exchange: (request: HttpRequest) => Promise<HttpResponse>;
}

/** A token is given up this long before it expires, so that it does not expire on its way; milliseconds. */
const margin = 10_000;
/** How long a token without `expires_in` is used, milliseconds. */
const defaultLifetime = 3_600_000;

const tokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().nonnegative().finite().optional(),
});

interface Token {
  readonly value: string;
  readonly secret: string;
  /** On the monotonic clock. */
  readonly until: number;
}

export const createTokenSource = ({ config, target, clock, exchange }: TokenSourceOptions): TokenSource => {
  let kept: Token | null = null;
  let pending: Promise<string> | null = null;
  // RFC 6749 prefers the header; some servers only read the form. What worked is remembered.
  let inForm = false;

  const ask = (secret: string, form: boolean): Promise<HttpResponse> => {
    const fields = new URLSearchParams({ grant_type: 'client_credentials', ...config.endpoint_params });
    if (config.scopes.length > 0) fields.set('scope', config.scopes.join(' '));
    if (form) {
      fields.set('client_id', config.client_id);
      fields.set('client_secret', secret);
    }
    const pair = `${encodeURIComponent(config.client_id)}:${encodeURIComponent(secret)}`;
    return exchange({
      method: 'POST',
      url: config.token_url,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...(form ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }),
      },
      body: fields.toString(),
      maxResponseBytes: 64 * 1024,
    });
  };

  const fetchToken = async (secret: string): Promise<string> => {
    let response = await ask(secret, inForm);
    if (response.status === 400 || response.status === 401) {
      response = await ask(secret, !inForm);
      if (response.status === 200) inForm = !inForm;
    }
    if (response.status === 429 || response.status >= 500) {
      throw new HttpError('network', `${target}: the token server answered ${response.status}`);
    }
    if (response.status !== 200) {
      throw new HttpError(
        'credentials',
        `${target}: the token server answered ${response.status}; check oauth2 (client_id, client_secret, token_url, scopes)`,
      );
    }
    const answer = tokenAnswer.safeParse(parseJson(response.body));
    if (!answer.success)
      throw new HttpError('credentials', `${target}: the token server's answer holds no usable token`);
    const lifetime = answer.data.expires_in === undefined ? defaultLifetime : answer.data.expires_in * 1000;
    kept = { value: answer.data.access_token, secret, until: clock.monotonic() + Math.max(lifetime - margin, 0) };
    return kept.value;
  };

  return {
    token: (signal) => {
      const secret = config.client_secret.reveal();
      if (kept !== null && kept.secret === secret && clock.monotonic() < kept.until) return Promise.resolve(kept.value);
      pending ??= fetchToken(secret).finally(() => {
        pending = null;
      });
      return untilAborted(pending, signal, target);
    },
    forget: () => {
      kept = null;
    },
  };
};

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
};

/** Waits for what others may be waiting for too: one that gives up does not end it for the rest. */
const untilAborted = <T>(shared: Promise<T>, signal: AbortSignal | undefined, target: string): Promise<T> => {
  if (signal === undefined) return shared;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new HttpError('aborted', `${target}: the request was given up`));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
};
