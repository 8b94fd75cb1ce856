import { createSecureContext, type SecureContextOptions, type SecureVersion, type TLSSocket } from 'node:tls';

/** As Go spells them, because exporter-toolkit's configuration does. */
export const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuthType = (typeof clientAuthTypes)[number];

export const tlsVersions = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const;
type TlsVersion = (typeof tlsVersions)[number];

export const curveNames = ['CurveP256', 'CurveP384', 'CurveP521', 'X25519'] as const;

export interface TlsInput {
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | null;
  readonly clientAuth: ClientAuthType;
  readonly allowedSans: readonly string[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly cipherSuites: readonly string[];
  readonly preferServerCiphers: boolean;
  readonly curves: readonly (typeof curveNames)[number][];
}

/** How the server speaks TLS. */
export interface TlsSettings {
  /** What may change while the server runs. */
  readonly context: SecureContextOptions;
  /** What is set when the server starts. */
  readonly server: { readonly requestCert: boolean; readonly rejectUnauthorized: boolean };
  /** Whether a client that has shown (or not shown) its certificate may go on. */
  readonly admits: (socket: TLSSocket) => boolean;
}

const nodeVersions: Readonly<Record<TlsVersion, SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};

const nodeCurves: Readonly<Record<(typeof curveNames)[number], string>> = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
};

/** OpenSSL's names of the TLS 1.2 suites that are not known to be broken. Those of TLS 1.3 cannot be chosen, as in Go. */
const suites: ReadonlyMap<string, string> = new Map([
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'ECDHE-ECDSA-AES128-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'ECDHE-RSA-AES128-SHA'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ECDHE-ECDSA-AES256-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'ECDHE-RSA-AES256-SHA'],
  ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ['TLS_AES_256_GCM_SHA384', 'TLS_AES_256_GCM_SHA384'],
  ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'],
]);

/**
 * Works out how the server speaks TLS.
 * @throws Error that says what does not fit together; never with key material
 */
export const buildTls = (input: TlsInput): TlsSettings => {
  const { clientAuth, clientCa, allowedSans, minVersion, maxVersion } = input;
  const verifies = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert';
  if (clientCa !== null && clientAuth === 'NoClientCert') {
    throw new Error('client_ca_file is given, but client_auth_type does not ask clients for a certificate');
  }
  if (verifies && clientCa === null) throw new Error(`client_auth_type ${clientAuth} needs a client_ca_file`);
  if (allowedSans.length > 0 && clientAuth !== 'RequireAndVerifyClientCert') {
    throw new Error('client_allowed_sans needs client_auth_type RequireAndVerifyClientCert');
  }
  if (tlsVersions.indexOf(minVersion) > tlsVersions.indexOf(maxVersion)) {
    throw new Error(`min_version ${minVersion} is newer than max_version ${maxVersion}`);
  }
  const ciphers = input.cipherSuites.map((name) => {
    const suite = suites.get(name);
    if (suite === undefined) throw new Error(`cipher_suites: ${JSON.stringify(name)} is not known or not safe`);
    return suite;
  });
  const context: SecureContextOptions = {
    cert: input.cert,
    key: input.key,
    minVersion: nodeVersions[minVersion],
    maxVersion: nodeVersions[maxVersion],
    honorCipherOrder: input.preferServerCiphers,
    ...(clientCa === null ? {} : { ca: clientCa }),
    // OpenSSL allows the versions before 1.2 at security level 0 only.
    ...cipherOptions(ciphers, tlsVersions.indexOf(minVersion) < tlsVersions.indexOf('TLS12')),
    ...(input.curves.length === 0 ? {} : { ecdhCurve: input.curves.map((name) => nodeCurves[name]).join(':') }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Error(`the certificate, its key or the client CA cannot be used together (${code})`, { cause: error });
  }
  return {
    context,
    server: {
      requestCert: clientAuth !== 'NoClientCert',
      rejectUnauthorized: clientAuth === 'RequireAndVerifyClientCert',
    },
    admits: (socket) => admits(socket, clientAuth, allowedSans),
  };
};

const cipherOptions = (ciphers: readonly string[], isOld: boolean): SecureContextOptions => {
  if (ciphers.length > 0) return { ciphers: [...ciphers, ...(isOld ? ['@SECLEVEL=0'] : [])].join(':') };
  return isOld ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {};
};

const admits = (socket: TLSSocket, clientAuth: ClientAuthType, allowedSans: readonly string[]): boolean => {
  if (clientAuth === 'NoClientCert' || clientAuth === 'RequestClientCert') return true;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return clientAuth === 'VerifyClientCertIfGiven';
  if (clientAuth === 'RequireAnyClientCert') return true;
  if (!socket.authorized) return false;
  if (allowedSans.length === 0) return true;
  const names = new Set((certificate.subjectAltName ?? '').split(', ').map((name) => name.replace(/^[^:]*:/, '')));
  return allowedSans.some((allowed) => names.has(allowed));
};
