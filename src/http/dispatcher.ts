import { readFileSync, statSync } from 'node:fs';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { TlsConfig } from '../config/schema.ts';
import type { Secret } from '../config/secret.ts';
import { HttpError } from './http-error.ts';

export interface DispatcherOptions {
  readonly tls: TlsConfig;
  readonly proxy: Secret | null;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** Names the peer in errors, without secrets. */
  readonly target: string;
}

/** A connection pool of one peer's own, built anew when a certificate, a key or the proxy's secret has changed. */
export class RenewingDispatcher {
  readonly #options: DispatcherOptions;
  #current: { readonly dispatcher: Dispatcher; readonly version: string } | null = null;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** @throws {HttpError} `credentials` when a file cannot be read */
  get(): Dispatcher {
    const { tls, proxy, target } = this.#options;
    let proxyUrl: string | null;
    let version: string;
    try {
      proxyUrl = proxy?.reveal() ?? null;
      version = [proxyUrl ?? '', ...[tls.ca_file, tls.cert_file, tls.key_file].map(fileVersion)].join('\n');
    } catch (error) {
      throw unreadable(target, error);
    }
    if (this.#current?.version === version) return this.#current.dispatcher;
    const dispatcher = this.#build(proxyUrl);
    // Requests in flight on the old pool come to their end.
    this.#current?.dispatcher.close().catch(() => {});
    this.#current = { dispatcher, version };
    return dispatcher;
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    await current?.dispatcher.destroy();
  }

  #build(proxyUrl: string | null): Dispatcher {
    const { tls, connectTimeout, target } = this.#options;
    let files: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
    try {
      files = {
        ...(tls.ca_file === null ? {} : { ca: readFileSync(tls.ca_file) }),
        ...(tls.cert_file === null ? {} : { cert: readFileSync(tls.cert_file) }),
        ...(tls.key_file === null ? {} : { key: readFileSync(tls.key_file) }),
      };
    } catch (error) {
      throw unreadable(target, error);
    }
    const connect = {
      ...files,
      ...(tls.server_name === null ? {} : { servername: tls.server_name }),
      rejectUnauthorized: !tls.insecure_skip_verify,
      timeout: connectTimeout,
    };
    // One connection at a time to a peer is all that order needs; the second one is for checks beside it.
    const pool = { connections: 2, pipelining: 1, allowH2: false, keepAliveTimeout: 30_000 };
    return proxyUrl === null
      ? new Agent({ ...pool, connect })
      : new ProxyAgent({ ...pool, uri: proxyUrl, connect: { timeout: connectTimeout }, requestTls: connect });
  }
}

const fileVersion = (path: string | null): string => {
  if (path === null) return '';
  const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${path}:${dev}:${ino}:${size}:${mtimeNs}`;
};

const unreadable = (target: string, error: unknown): HttpError => {
  const why = error instanceof Error ? error.message : 'unknown error';
  return new HttpError('credentials', `${target}: a certificate, key or secret cannot be read: ${why}`);
};
