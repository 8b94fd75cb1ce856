/** A secret as the client asks for it: at each use, so that a rotated file counts. */
export interface RevealedSecret {
  /** The value now. Throws when its file cannot be read any more. */
  reveal(): string;
}

/** What the client must know of a tower. `TowerConfig` of the configuration satisfies it. Durations are milliseconds. */
export interface TowerConnectionConfig {
  /** The `tower` label; used in errors and logs. */
  readonly name: string;
  /** http or https; `/v2/api` is added unless it is there. A prefix path is kept. */
  readonly url: string;
  readonly username?: string | null;
  readonly password?: RevealedSecret | null;
  /** Used instead of a login. */
  readonly api_key?: RevealedSecret | null;
  /** LOCAL, LDAP, AUTHN or SSO. */
  readonly source?: string | null;
  readonly auth_config_id?: string | null;
  readonly content_language?: string | null;
  readonly tls_config?: TowerTlsConfig | null;
  /** May hold credentials. */
  readonly proxy_url?: RevealedSecret | null;
  readonly connect_timeout?: number;
  /** One request, from the moment it is sent to the last byte of its answer. */
  readonly timeout: number;
  /** Rows asked for in one request. */
  readonly page_size: number;
  /** Requests in flight at a time. */
  readonly max_concurrency: number;
  /** Largest answer in bytes, before and after decompression. */
  readonly max_response_bytes: number;
}

/** TLS towards a tower; files are PEM. */
export interface TowerTlsConfig {
  /** Trusted instead of the system's authorities. */
  readonly ca_file?: string | null;
  readonly server_name?: string | null;
  readonly cert_file?: string | null;
  readonly key_file?: string | null;
  readonly insecure_skip_verify?: boolean;
}
