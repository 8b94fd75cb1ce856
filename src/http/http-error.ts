/** Why a request brought no answer; stable. */
export type HttpErrorCode =
  | 'network' // refused, reset, DNS, a cut answer
  | 'tls' // the certificate or the handshake was refused
  | 'timeout' // connecting or the whole request took too long
  | 'aborted' // the caller's signal
  | 'credentials' // a secret could not be read, or no token was given for it
  | 'proxy' // the proxy refused to open the connection
  | 'invalid'; // the request could not be built: a header or a URL that HTTP does not allow

/** A request that brought no answer. The message names the target without secrets and has no cause that could carry one. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;

  constructor(code: HttpErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const tlsCode =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|CRL_|ERR_OSSL_)/;

const networkWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be resolved at the moment',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
};

const timeoutCodes = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The codes of an error, of its causes and of the parts of an AggregateError, outermost first. */
const codesOf = (error: unknown, depth = 0): readonly string[] => {
  if (depth > 4 || !(error instanceof Error)) return [];
  const parts = error instanceof AggregateError ? error.errors : [];
  return [
    codeOf(error),
    ...codesOf(error.cause, depth + 1),
    ...parts.flatMap((part) => codesOf(part, depth + 1)),
  ].filter((code) => code !== '');
};

/** Turns whatever a request threw into an HttpError that quotes nothing but the error's code. `target` names the peer without secrets. */
export const toHttpError = (error: unknown, target: string): HttpError => {
  if (error instanceof HttpError) return error;
  const codes = codesOf(error);
  const tls = codes.find((code) => tlsCode.test(code));
  if (tls !== undefined) {
    return new HttpError(
      'tls',
      `${target}: TLS failed (${tls}); check the scheme of the URL and tls_config (ca_file, server_name, cert_file)`,
    );
  }
  const timeout = codes.find((code) => timeoutCodes.has(code));
  if (timeout !== undefined) return new HttpError('timeout', `${target}: timed out (${timeout})`);
  if (error instanceof Error && error.message.startsWith('Proxy response (')) {
    const status = /\d{3}/.exec(error.message)?.[0] ?? '';
    return new HttpError('proxy', `${target}: the proxy answered ${status} to CONNECT; check proxy_url`);
  }
  if (error instanceof Error && error.message.startsWith('Proxy Authentication Required')) {
    return new HttpError('proxy', `${target}: the proxy wants other credentials; check proxy_url`);
  }
  if (codes.includes('UND_ERR_INVALID_ARG') || codes.includes('ERR_INVALID_URL')) {
    return new HttpError(
      'invalid',
      `${target}: the request could not be built; check the URL and the headers for characters that HTTP does not allow`,
    );
  }
  const code = codes.at(0) ?? 'unknown error';
  return new HttpError('network', `${target}: ${networkWords[code] ?? 'the connection failed'} (${code})`);
};
