import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { TowerConnectionConfig, TowerTlsConfig } from './config.ts';

/** A TLS file of the configuration that cannot be read. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

const defaultConnectTimeout = 5000;

const readPem = async (path: string, key: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new TlsFileError(`${key} ${path} cannot be read (${code})`);
  }
};

const tlsOptions = async (tls: TowerTlsConfig) => ({
  ...(typeof tls.ca_file === 'string' ? { ca: await readPem(tls.ca_file, 'tls_config.ca_file') } : {}),
  ...(typeof tls.cert_file === 'string' ? { cert: await readPem(tls.cert_file, 'tls_config.cert_file') } : {}),
  ...(typeof tls.key_file === 'string' ? { key: await readPem(tls.key_file, 'tls_config.key_file') } : {}),
  ...(typeof tls.server_name === 'string' ? { servername: tls.server_name } : {}),
  rejectUnauthorized: tls.insecure_skip_verify !== true,
});

/**
 * A keep-alive pool of a tower's own, through its proxy if it has one. Never the process-wide one: certificates and limits
 * are a tower's own, and nothing is taken from the environment.
 * @throws {TlsFileError} when a file of tls_config cannot be read
 */
export const createDispatcher = async (config: TowerConnectionConfig): Promise<Dispatcher> => {
  const tls = await tlsOptions(config.tls_config ?? {});
  const timeout = config.connect_timeout ?? defaultConnectTimeout;
  const pool = {
    connections: config.max_concurrency,
    headersTimeout: config.timeout,
    bodyTimeout: config.timeout,
    // One request a connection: a slow page never holds up another behind it.
    pipelining: 1,
    allowH2: false,
  };
  const proxy = config.proxy_url?.reveal();
  if (proxy === undefined) return new Agent({ ...pool, connect: { ...tls, timeout, allowH2: false } });
  return new ProxyAgent({ ...pool, uri: proxy, connectTimeout: timeout, requestTls: { ...tls, allowH2: false } });
};
