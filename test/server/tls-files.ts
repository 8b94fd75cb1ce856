import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with a small public key infrastructure: two servers' certificates, clients' good and strange ones. */
export interface TlsFiles extends Disposable {
  readonly folder: string;
  path(name: string): string;
}

const openssl = (folder: string, ...args: string[]): void => {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
};

const makeCa = (folder: string, name: string): void => {
  openssl(
    folder,
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
  );
};

const makeLeaf = (folder: string, name: string, ca: string, san: string): void => {
  openssl(
    folder,
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
  );
  writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${san}\n`);
  openssl(
    folder,
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    `${ca}.pem`,
    '-CAkey',
    `${ca}.key`,
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    `${name}.ext`,
    '-out',
    `${name}.pem`,
  );
};

/** Makes them with openssl: `ca`, `server`, `server2`, `client`, and `stranger` from another authority `other`. */
export const makeTlsFiles = (): TlsFiles => {
  const folder = mkdtempSync(join(tmpdir(), 'web-config-'));
  makeCa(folder, 'ca');
  makeCa(folder, 'other');
  makeLeaf(folder, 'server', 'ca', 'IP:127.0.0.1');
  makeLeaf(folder, 'server2', 'ca', 'IP:127.0.0.1');
  makeLeaf(folder, 'client', 'ca', 'DNS:prometheus.example.com,IP:10.0.0.1');
  makeLeaf(folder, 'stranger', 'other', 'DNS:prometheus.example.com');
  return {
    folder,
    path: (name) => join(folder, name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};
