/** The log as the bridge needs it; pino's logger fits. Fields never hold a secret, and no URL that may carry a token. */
export interface BridgeLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
