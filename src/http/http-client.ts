import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { HttpConfig } from '../config/schema.ts';
import { type Authorization, createAuthorization } from './authorization.ts';
import { RenewingDispatcher } from './dispatcher.ts';
import { HttpError, toHttpError } from './http-error.ts';
import { maskSent } from './mask.ts';
import { requestTarget } from './request-target.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  /** Absolute; its path and query are sent byte for byte. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** How much of the answer is kept, bytes; default 16 KiB. The rest is not read. */
  readonly maxResponseBytes?: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; a header that came several times is joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The answer was longer than `maxResponseBytes`. */
  readonly truncated: boolean;
}

/** One peer over HTTP, with its own connections and credentials. */
export interface HttpClient {
  /**
   * One request, never repeated and never redirected: whatever status comes is an answer.
   * @throws {HttpError} when no whole answer came
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Ends its connections; requests in flight reject. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly config: HttpConfig;
  /** Names the peer in errors, without secrets: a receiver's name or an origin. */
  readonly target: string;
  readonly clock: Clock;
  /** The longest time for one request from its start to the end of the answer, milliseconds; default 10 s. */
  readonly timeout?: number;
  /** Milliseconds; default 5 s. */
  readonly connectTimeout?: number;
}

const defaultResponseBytes = 16 * 1024;

/** Makes the client of one peer. Opens nothing until the first request. */
export const createHttpClient = (options: HttpClientOptions): HttpClient => {
  const { config, target, clock } = options;
  const timeout = options.timeout ?? 10_000;
  const dispatcher = new RenewingDispatcher({
    tls: config.tls_config,
    proxy: config.proxy_url,
    connectTimeout: Math.min(options.connectTimeout ?? 5000, timeout),
    target,
  });

  /** One exchange without credentials: what the token request and the request itself have in common. */
  const exchange = async (request: HttpRequest): Promise<HttpResponse> => {
    const ended = new AbortController();
    const late = new AbortController();
    clock.sleep(timeout, ended.signal).then(
      () => late.abort(new HttpError('timeout', `${target}: no whole answer within ${timeout} ms`)),
      () => {},
    );
    const signals = request.signal === undefined ? [late.signal] : [late.signal, request.signal];
    try {
      const { origin, path } = requestTarget(request.url);
      const response = await dispatcher.get().request({
        origin,
        path,
        method: request.method,
        headers: { 'user-agent': 'cloudtower-exporter', ...request.headers },
        body: request.body ?? null,
        signal: AbortSignal.any(signals),
        headersTimeout: timeout,
        bodyTimeout: timeout,
      });
      const { body, truncated } = await readBody(response.body, request.maxResponseBytes ?? defaultResponseBytes);
      return { status: response.statusCode, headers: flatHeaders(response.headers), body, truncated };
    } catch (error) {
      if (request.signal?.aborted === true) throw new HttpError('aborted', `${target}: the request was given up`);
      if (late.signal.aborted) throw toHttpError(late.signal.reason, target);
      throw toHttpError(error, target);
    } finally {
      ended.abort();
    }
  };

  const authorization: Authorization = createAuthorization({ config, target, clock, exchange });

  return {
    send: async (request) => {
      const credentials = await authorization.headers(request.signal);
      const response = await exchange({ ...request, headers: { ...credentials, ...request.headers } });
      if (response.status === 401) authorization.refused();
      // Only of a refusal is anything quoted.
      if (response.status < 300) return response;
      return { ...response, body: maskSent(response.body, credentials, requestTarget(request.url).path) };
    },
    close: () => dispatcher.close(),
  };
};

const readBody = async (stream: Readable, cap: number): Promise<{ body: Buffer; truncated: boolean }> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    chunks.push(bytes);
    length += bytes.length;
    // Leaving the loop destroys the stream: the rest is not read.
    if (length > cap) return { body: Buffer.concat(chunks).subarray(0, cap), truncated: true };
  }
  return { body: Buffer.concat(chunks), truncated: false };
};

const flatHeaders = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> => {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
};
