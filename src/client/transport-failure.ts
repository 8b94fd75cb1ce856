import type { TowerErrorCode } from './errors.ts';

/** Why no whole answer came, in words for people; `retry` says whether trying again may mend it. */
export interface TransportFailure {
  readonly code: TowerErrorCode;
  readonly message: string;
  readonly retry: boolean;
}

const selfSigned = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

const trustAdvice = 'set tls_config.ca_file to the certificate of the authority that signed it';

const tlsAdvice = (code: string): string | null => {
  if (selfSigned.has(code)) return `the certificate is signed by an authority that is not trusted: ${trustAdvice}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return 'the certificate is for another name: use the name it carries in the URL, or set tls_config.server_name to it';
  }
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate has expired: renew it on the tower';
  if (code === 'CERT_NOT_YET_VALID') return 'the certificate is not valid yet: check the clocks of both machines';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return 'the port does not speak TLS: check the port, and http or https in the URL';
  }
  if (/^ERR_SSL_.*ALERT.*CERTIFICATE_REQUIRED$|^ERR_SSL_.*HANDSHAKE_FAILURE$/.test(code)) {
    return 'the peer refused the handshake: it may ask for a client certificate (tls_config.cert_file and key_file)';
  }
  if (code === 'UND_ERR_PRX_TLS') return "the proxy's certificate is not for the name in proxy_url";
  if (
    /^(?:ERR_SSL_|ERR_OSSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EPROTO$)/.test(code)
  ) {
    return 'the TLS handshake failed: check the certificate, the port, and tls_config';
  }
  return null;
};

const networkAdvice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: check the host and the port in the URL, and a firewall',
  ENOTFOUND: 'the host name is not known: check the URL and DNS',
  EAI_AGAIN: 'the host name could not be looked up: check DNS',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ECONNRESET: 'the peer reset the connection',
  EPIPE: 'the peer closed the connection',
  UND_ERR_SOCKET:
    'the peer closed the connection without an answer (over TLS it may want a client certificate: tls_config.cert_file)',
  UND_ERR_PRX_CONN: 'the proxy closed the connection: check proxy_url',
};

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  const own = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (own !== '') return own;
  // Several addresses were tried: they usually fail alike.
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== '') ?? '';
  return '';
};

/** Whether a whole answer was on its way when the transport failed. */
export type Phase = 'connecting' | 'waiting' | 'reading';

const timeouts = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

/** Classifies what undici and Node threw. Only codes are taken over: their messages and fields may quote what was sent. */
export const transportFailure = (error: unknown, phase: Phase): TransportFailure => {
  const code = codeOf(error);
  const named = code === '' ? '' : ` (${code})`;
  if (timeouts.has(code)) {
    const what = {
      UND_ERR_CONNECT_TIMEOUT:
        'no connection could be made in time (connect_timeout): check the address and a firewall',
      UND_ERR_BODY_TIMEOUT: 'the answer stopped half-way',
    }[code];
    return { code: 'timeout', message: `${what ?? 'no answer came in time (timeout)'}${named}`, retry: true };
  }
  // Its code is not always set.
  if (error instanceof Error && error.name === 'HTTPParserError') {
    const message =
      phase === 'reading'
        ? `the answer's body is not HTTP${named}`
        : `what answered does not speak HTTP${named}: check the port, and http or https in the URL`;
    return { code: 'invalid', message, retry: false };
  }
  const tls = tlsAdvice(code);
  if (tls !== null) return { code: 'tls', message: `${tls}${named}`, retry: false };
  if (phase === 'reading') {
    // A cut answer is a wrong one for whoever counts, but the cause is the network: asking again may well mend it.
    return { code: 'invalid', message: `the answer was cut off before its end${named}`, retry: true };
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return {
      code: 'network',
      message: `the request could not be made${named}: check the URL and proxy_url`,
      retry: false,
    };
  }
  if (code === 'UND_ERR_ABORTED') {
    return { code: 'network', message: 'the proxy did not open a tunnel to the tower: check proxy_url', retry: true };
  }
  return { code: 'network', message: `${networkAdvice[code] ?? 'the connection failed'}${named}`, retry: true };
};
