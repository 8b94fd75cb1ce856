/** How much of the server one client, or all of them together, may take. Times in milliseconds, sizes in bytes. */
export interface ServerLimits {
  /** Connections at a time; further ones are closed at once. */
  readonly connections: number;
  /** Request line and headers together. */
  readonly headerBytes: number;
  /** A request's body; there is no path that wants one. */
  readonly bodyBytes: number;
  /** From the first byte of a request to the end of its headers: against clients that trickle. */
  readonly headersTimeout: number;
  /** To the end of the request. */
  readonly requestTimeout: number;
  /** Of a connection between two requests: longer than the usual scrape interval. */
  readonly keepAliveTimeout: number;
  /** Without a byte moving in either direction while a request is answered. */
  readonly idleTimeout: number;
  /** To take a scrape's answer: against clients that read slowly and hold one of the places for scrapes. */
  readonly answerTimeout: number;
  /** To finish the TLS handshake. */
  readonly handshakeTimeout: number;
  /** How often timeouts are looked at. */
  readonly checkInterval: number;
}

export const defaultLimits: ServerLimits = {
  connections: 512,
  headerBytes: 16 * 1024,
  bodyBytes: 64 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 75_000,
  idleTimeout: 60_000,
  answerTimeout: 60_000,
  handshakeTimeout: 10_000,
  checkInterval: 2_000,
};
