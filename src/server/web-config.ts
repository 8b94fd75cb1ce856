import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/errors.ts';
import { expectation, problemsOf } from '../config/problems.ts';
import { boolean, file, oneOf, type SchemaContext, text } from '../config/schema/fields.ts';
import { parseYaml } from '../config/yaml.ts';
import { buildTls, clientAuthTypes, curveNames, type TlsSettings, tlsVersions } from './tls.ts';

/** What the web configuration file says, ready to use. */
export interface WebConfig {
  /** Null: plain HTTP. */
  readonly tls: TlsSettings | null;
  /** Headers that every answer gets, over the built-in ones. */
  readonly headers: readonly (readonly [string, string])[];
  /** bcrypt hashes by user name; empty: nobody has to sign in. */
  readonly users: ReadonlyMap<string, string>;
  /** Every file that was read, the configuration's own first: when one changes, all is read again. */
  readonly files: readonly string[];
}

/** What there is without a web configuration file. */
export const openWebConfig: WebConfig = { tls: null, headers: [], users: new Map(), files: [] };

const configurableHeaders = [
  'Strict-Transport-Security',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'X-XSS-Protection',
  'Content-Security-Policy',
] as const;

const headerValue = () => text().regex(/^[\x20-\x7e]*$/, 'expected one line of printable ASCII');

const bcryptHash = () =>
  z
    .string({ error: 'expected a bcrypt hash' })
    .regex(
      /^\$2[aby]\$(?:0[4-9]|1[0-9]|2[0-9]|3[01])\$[./A-Za-z0-9]{53}$/,
      'expected a bcrypt hash ($2y$10$…), as `htpasswd -nBC 10 USER` makes it',
    );

const tlsSchema = (context: SchemaContext) =>
  z.strictObject({
    cert_file: file(context).describe('The certificate (PEM), with those that lead to its root behind it.'),
    key_file: file(context).describe('The key (PEM) of the certificate.'),
    client_ca_file: file(context).optional().describe('Certificates (PEM) that clients’ certificates must come from.'),
    client_auth_type: oneOf(clientAuthTypes).prefault('NoClientCert').describe('Whether clients show a certificate.'),
    client_allowed_sans: z.array(text()).prefault([]).describe('Alternative names of which a client must have one.'),
    min_version: oneOf(tlsVersions).prefault('TLS12').describe('The oldest TLS version.'),
    max_version: oneOf(tlsVersions).prefault('TLS13').describe('The newest TLS version.'),
    cipher_suites: z
      .array(text())
      .prefault([])
      .describe('TLS 1.2 cipher suites by their IANA names; empty: the default.'),
    prefer_server_cipher_suites: boolean().prefault(true).describe('Whether the server’s order of suites counts.'),
    curve_preferences: z.array(oneOf(curveNames)).prefault([]).describe('Curves in order; empty: the default.'),
  });

/** The file of Prometheus' exporter-toolkit (`--web.config.file`), every key of it. */
export const webConfigSchema = (context: SchemaContext) =>
  z.strictObject({
    tls_server_config: tlsSchema(context).optional().describe('Serve HTTPS.'),
    http_server_config: z
      .strictObject({
        http2: boolean().prefault(true).describe('Taken and without effect: this server speaks HTTP/1.1.'),
        headers: z
          .strictObject(Object.fromEntries(configurableHeaders.map((name) => [name, headerValue().optional()])))
          .prefault({})
          .describe('Headers of every answer.'),
      })
      .optional()
      .describe('HTTP itself.'),
    basic_auth_users: z
      .record(
        z.string().regex(/^[^:\p{Cc}]+$/u, 'expected a user name without colons and control characters'),
        bcryptHash(),
      )
      .prefault({})
      .describe('Users and the bcrypt hashes of their passwords.'),
  });

/**
 * Reads a web configuration file and the certificates that it names. An empty file is one that asks for nothing.
 * @throws {ConfigError} with every problem and its place; never with a hash or a key
 */
export const loadWebConfig = (path: string): WebConfig => {
  const yaml = parseYaml(path, readText(path));
  const schema = webConfigSchema({ directory: dirname(path) });
  const value = yaml.value ?? {};
  const result = schema.safeParse(value, { error: expectation });
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) => problemsOf(issue, { schema, value, locate: yaml.line }));
    throw new ConfigError(path, problems);
  }
  const { tls_server_config: tls, http_server_config: http, basic_auth_users: users } = result.data;
  const headers = Object.entries(http?.headers ?? {}).flatMap(([name, header]) =>
    header === undefined ? [] : [[name, header] as const],
  );
  const files = [path, tls?.cert_file, tls?.key_file, tls?.client_ca_file].filter((name) => name !== undefined);
  return { tls: tls === undefined ? null : readTls(path, tls), headers, users: new Map(Object.entries(users)), files };
};

const readTls = (path: string, config: z.output<ReturnType<typeof tlsSchema>>): TlsSettings => {
  try {
    return buildTls({
      cert: readFileSync(config.cert_file),
      key: readFileSync(config.key_file),
      clientCa: config.client_ca_file === undefined ? null : readFileSync(config.client_ca_file),
      clientAuth: config.client_auth_type,
      allowedSans: config.client_allowed_sans,
      minVersion: config.min_version,
      maxVersion: config.max_version,
      cipherSuites: config.cipher_suites,
      preferServerCiphers: config.prefer_server_cipher_suites,
      curves: config.curve_preferences,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'it cannot be used';
    throw new ConfigError(path, [{ path: 'tls_server_config', line: null, message }]);
  }
};

const readText = (path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const message = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`;
    throw new ConfigError(path, [{ path: '', line: null, message }]);
  }
};
