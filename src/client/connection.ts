import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Dispatcher, request } from 'undici';
import type { TowerConnectionConfig } from './config.ts';
import { createDispatcher, TlsFileError } from './dispatcher.ts';
import { apiBase, type Operation, operationPath } from './operations.ts';
import { abortText, linkSignals } from './signals.ts';
import { type Phase, type TransportFailure, transportFailure } from './transport-failure.ts';

/** An answer that came whole, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly location: string | null;
  readonly retryAfter: string | null;
  readonly requestId: string | null;
  /** In the pieces it came in. */
  readonly body: readonly Buffer[];
}

/** One exchange: an answer, or why there is none. `bytes` came on the wire either way. */
export type Exchange = { readonly bytes: number; readonly requestId: string | null } & (
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly status: number | null; readonly failure: TransportFailure }
);

/** The wire to one tower: one POST at a time, no retries, no redirects. */
export interface Connection {
  post(
    operation: Operation,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<Exchange>;
  close(): Promise<void>;
}

/** An error page needs no more than this to be recognised. */
const maxErrorBytes = 64 * 1024;

const inflate = promisify(gunzip);

class TooLarge extends Error {}
class TooSlow extends Error {}
class BadEncoding extends Error {}

const header = (headers: Dispatcher.ResponseData['headers'], name: string): string | null => {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
};

/** Opens nothing yet: the pool is made with the first request, and anew after a TLS failure because its files may have changed. */
export const createConnection = (config: TowerConnectionConfig): Connection => {
  const base = apiBase(config.url);
  const limit = config.max_response_bytes;
  let dispatcher: Promise<Dispatcher> | null = null;

  const drop = async (): Promise<void> => {
    const dropped = dispatcher;
    dispatcher = null;
    // A pool that was never made has nothing to close.
    await dropped?.then(
      (pool) => pool.destroy(),
      () => {},
    );
  };

  const open = (): Promise<Dispatcher> => {
    dispatcher ??= createDispatcher(config);
    return dispatcher;
  };

  return {
    post: async (operation, headers, body, signal) => {
      const path = operationPath(base, operation);
      let phase: Phase = 'connecting';
      let status: number | null = null;
      let requestId: string | null = null;
      let bytes = 0;
      using linked = linkSignals(signal);
      // Real time, not the program's clock: it is the network that is waited for.
      const timer = setTimeout(() => linked.abort(new TooSlow()), config.timeout);
      try {
        const pool = await open();
        phase = 'waiting';
        const response = await request(base.origin + path, {
          dispatcher: pool,
          method: 'POST',
          headers: {
            ...headers,
            'content-type': 'application/json',
            accept: 'application/json',
            'accept-encoding': 'identity',
          },
          body,
          signal: linked.signal,
          headersTimeout: config.timeout,
          bodyTimeout: config.timeout,
        });
        phase = 'reading';
        status = response.statusCode;
        requestId = requestIdOf(header(response.headers, 'x-tower-request-id'));
        const most = status === 200 ? limit : Math.min(limit, maxErrorBytes);
        if (status === 200 && Number(header(response.headers, 'content-length')) > most) throw new TooLarge();
        const chunks: Buffer[] = [];
        for await (const chunk of response.body) {
          if (!Buffer.isBuffer(chunk)) continue;
          bytes += chunk.length;
          if (bytes > most) {
            if (status === 200) throw new TooLarge();
            break;
          }
          chunks.push(chunk);
        }
        const answer = {
          status,
          contentType: header(response.headers, 'content-type'),
          location: header(response.headers, 'location'),
          retryAfter: header(response.headers, 'retry-after'),
          requestId,
          body: await decode(chunks, header(response.headers, 'content-encoding'), most),
        };
        return { ok: true, answer, bytes, requestId };
      } catch (error) {
        const failure = failureOf(error, linked.signal, phase, config);
        if (failure.code === 'tls') await drop();
        return { ok: false, status, failure, bytes, requestId };
      } finally {
        clearTimeout(timer);
      }
    },
    close: drop,
  };
};

/** Only what an id is made of: it goes into logs. */
const requestIdOf = (value: string | null): string | null =>
  value !== null && /^[\w.:-]{1,128}$/.test(value) ? value : null;

/** Identity is asked for; a proxy that compresses all the same is understood, within the same cap. */
const decode = async (body: readonly Buffer[], encoding: string | null, most: number): Promise<readonly Buffer[]> => {
  if (encoding === null || encoding.toLowerCase() === 'identity' || body.length === 0) return body;
  if (!/^(?:x-)?gzip$/i.test(encoding)) throw new BadEncoding();
  try {
    return [await inflate(Buffer.concat(body), { maxOutputLength: most })];
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw tooLarge ? new TooLarge() : new BadEncoding();
  }
};

const failureOf = (
  error: unknown,
  signal: AbortSignal,
  phase: Phase,
  config: TowerConnectionConfig,
): TransportFailure => {
  if (error instanceof TlsFileError) return { code: 'tls', message: error.message, retry: false };
  if (error instanceof TooLarge) {
    const message = `the answer is larger than max_response_bytes (${config.max_response_bytes}): lower page_size, or raise it`;
    return { code: 'too_large', message, retry: false };
  }
  if (error instanceof BadEncoding) {
    return { code: 'invalid', message: 'the answer is compressed in a way that was not asked for', retry: false };
  }
  if (signal.aborted) {
    if (!(signal.reason instanceof TooSlow))
      return { code: 'aborted', message: abortText(signal.reason), retry: false };
    const what = phase === 'reading' ? 'the answer was not complete' : 'no answer came';
    return { code: 'timeout', message: `${what} within ${config.timeout} ms (timeout)`, retry: true };
  }
  return transportFailure(error, phase);
};
