/** Told of everything that a client does on the wire; makes the `cloudtower_api_*` metrics and `cloudtower_up`. */
export interface ClientObserver {
  /**
   * One attempt of a request. `operation` is as called (`get-vms`, `get-vms-connection`, `login`), `code` the HTTP status or
   * a `TowerErrorCode` for an attempt without a usable answer, `bytes` what came of the answer's body on the wire.
   */
  request(event: {
    readonly tower: string;
    readonly operation: string;
    readonly code: string;
    readonly seconds: number;
    readonly bytes: number;
  }): void;
  /** One login that was tried. */
  login(event: { readonly tower: string; readonly result: LoginResult }): void;
  /** Whether the latest request to the tower was answered with data. */
  reachable(event: { readonly tower: string; readonly up: boolean }): void;
}

/** `rejected`: the tower refused the credentials; `error`: it could not be asked, or answered nonsense. */
export type LoginResult = 'success' | 'rejected' | 'error';

/** Observes nothing. */
export const silentObserver: ClientObserver = { request: () => {}, login: () => {}, reachable: () => {} };

/** The part of the log that the client writes to. No field ever holds a secret. */
export interface ClientLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Logs nothing. */
export const silentClientLogger: ClientLogger = { debug: () => {}, info: () => {}, warn: () => {} };
