/** Where to listen, as `node:net` takes it. */
export interface ListenAddress {
  /** Undefined: every interface, IPv6 and IPv4. */
  readonly host: string | undefined;
  /** 0: a free one. */
  readonly port: number;
}

/** A listen address that cannot be read or cannot be had. The message says which and why. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: 'invalid' | 'in_use' | 'denied' | 'unavailable' | 'failed';

  constructor(code: ListenError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * Reads `:9861`, `127.0.0.1:0`, `localhost:9861` or `[::1]:9861`.
 * @throws ListenError with code `invalid`.
 */
export const parseListenAddress = (text: string): ListenAddress => {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new ListenError(
      'invalid',
      `listen address ${JSON.stringify(text)}: expected [host]:port, such as :9861, 127.0.0.1:9861 or [::1]:9861`,
    );
  }
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? undefined : host, port };
};

/** Says in plain words why listening failed. */
export const explainListenFailure = (text: string, error: unknown): ListenError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError('in_use', `cannot listen on ${text}: another program uses this port already`, error);
    case 'EACCES':
      return new ListenError(
        'denied',
        `cannot listen on ${text}: not allowed (ports below 1024 need a privilege)`,
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ListenError('unavailable', `cannot listen on ${text}: this machine has no such address`, error);
    default:
      return new ListenError(
        'failed',
        `cannot listen on ${text}: ${error instanceof Error ? error.message : String(error)}`,
        error,
      );
  }
};
