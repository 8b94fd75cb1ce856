import { statSync } from 'node:fs';
import { loadWebConfig, type WebConfig } from './web-config.ts';

/** The part of the log that is written to here. */
export interface WebLogger {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A web configuration file in use: it is read again when it, or a certificate that it names, changes. */
export class WebConfigFile {
  private readonly path: string;
  private readonly logger: WebLogger;
  private readonly listeners = new Set<(config: WebConfig) => void>();
  private config: WebConfig;
  private seen: string;

  /** @throws ConfigError */
  constructor(path: string, logger: WebLogger) {
    this.path = path;
    this.logger = logger;
    this.config = loadWebConfig(path);
    this.seen = fingerprint(this.config.files);
  }

  /** What is in force now. */
  get current(): WebConfig {
    return this.config;
  }

  /** Calls the listener with every new configuration, before it is in force. */
  onChange(listener: (config: WebConfig) => void): void {
    this.listeners.add(listener);
  }

  /** Looks whether a file has changed, and reads all of them again if so. What cannot be used is logged; the old stays. */
  refresh(): void {
    const seen = fingerprint(this.config.files);
    if (seen === this.seen) return;
    this.seen = seen;
    try {
      const next = loadWebConfig(this.path);
      const restart = needsRestart(this.config, next);
      if (restart !== null) throw new Error(restart);
      for (const listener of this.listeners) listener(next);
      this.config = next;
      this.seen = fingerprint(next.files);
      this.logger.info({ file: this.path }, 'the web configuration was read again');
    } catch (error) {
      this.logger.error(
        { file: this.path, err: error },
        'the changed web configuration cannot be used; the old one stays',
      );
    }
  }
}

/** Tells one state of the files from another; a link that points elsewhere is another state too. */
const fingerprint = (files: readonly string[]): string =>
  files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
      return stat === undefined ? 'absent' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
    })
    .join('\n');

const needsRestart = (before: WebConfig, after: WebConfig): string | null => {
  if ((before.tls === null) !== (after.tls === null)) return 'switching TLS on or off takes a restart';
  const [a, b] = [before.tls?.server, after.tls?.server];
  const isSame = a?.requestCert === b?.requestCert && a?.rejectUnauthorized === b?.rejectUnauthorized;
  return isSame ? null : 'this change of client_auth_type takes a restart';
};
