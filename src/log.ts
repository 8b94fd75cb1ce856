import { type DestinationStream, pino } from 'pino';
import type { Clock } from './clock.ts';
import type { LogFormat, LogLevel } from './log-choices.ts';
import { logfmtStream } from './logfmt.ts';

export type { LogFormat, LogLevel } from './log-choices.ts';

/** The log as the program sees it: one event a line, what varies in fields and not in the message. Fields never hold a secret. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  child(fields: object): Logger;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Whether logfmt lines are coloured. */
  readonly colour?: boolean;
  readonly stream: DestinationStream;
}

/** Fields whose value is never shown, whatever holds them: the net under the `Secret` type. */
const hidden = /^(?:.*_)?(?:password|passwd|secret|token|api_?key|authorization|cookie|credentials?)$/i;

/** Writes to the stream, JSON or logfmt. Errors are written as code and message, secrets as `<secret>`. */
export const createLogger = ({ level, format, colour = false, stream }: LogOptions): Logger =>
  cleanLogger(
    pino(
      {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        messageKey: 'msg',
        // Errors are plain before pino sees them: its own serializer would write out causes and further properties.
        serializers: { err: (value: unknown) => value },
        formatters: { level: (label) => ({ level: label }) },
      },
      format === 'json' ? stream : logfmtStream(stream, colour),
    ),
    level === 'debug',
  );

/** The one way into pino: whatever fields are given, they are cleaned first. */
const cleanLogger = (logger: Logger, stacks: boolean): Logger => ({
  debug: (fields, message) => logger.debug(cleanFields(fields, stacks), message),
  info: (fields, message) => logger.info(cleanFields(fields, stacks), message),
  warn: (fields, message) => logger.warn(cleanFields(fields, stacks), message),
  error: (fields, message) => logger.error(cleanFields(fields, stacks), message),
  fatal: (fields, message) => logger.fatal(cleanFields(fields, stacks), message),
  child: (fields) => cleanLogger(logger.child(cleanFields(fields, stacks)), stacks),
});

/** A logger that writes nothing, for tests and commands. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  fatal: () => {},
  child: () => silentLogger,
};

const cleanFields = (fields: object, stacks: boolean): Record<string, unknown> =>
  fields instanceof Error
    ? { err: describeError(fields, stacks) }
    : Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleanValue(name, value, stacks, 0)]));

/** Errors anywhere in the fields become plain; their causes and further properties (headers, bodies) are left out. */
const cleanValue = (name: string, value: unknown, stacks: boolean, depth: number): unknown => {
  if (hidden.test(name) && typeof value === 'string') return '<secret>';
  if (value instanceof Error) return describeError(value, stacks);
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value) return value;
  if (depth === 4) return '…';
  if (Array.isArray(value)) return value.map((item) => cleanValue(name, item, stacks, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, cleanValue(key, inner, stacks, depth + 1)]),
  );
};

export interface ErrorDescription {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly request_id?: string;
  readonly stack?: string;
}

/** What of an error may be shown: its code (or name), message, HTTP status, request id, and on demand the stack. */
export const describeError = (error: unknown, withStack = false): ErrorDescription => {
  if (!(error instanceof Error)) return { code: 'unknown', message: `a ${typeof error} was thrown` };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return {
    code,
    message: error.message,
    ...('status' in error && typeof error.status === 'number' ? { status: error.status } : {}),
    ...('requestId' in error && typeof error.requestId === 'string' ? { request_id: error.requestId } : {}),
    ...(withStack && error.stack !== undefined ? { stack: error.stack } : {}),
  };
};

/** Tells of something that is tried again and again: when it begins to fail, fails for another reason, and works again. */
export interface FailureLog {
  failed(error: unknown, fields?: object): void;
  succeeded(fields?: object): void;
}

export interface FailureLogOptions {
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn'>;
  readonly clock: Clock;
  /** What it is, as the subject of a sentence: `collector hosts`. */
  readonly subject: string;
}

/** See `FailureLog`; everything in between is said at debug level. The reason is the error's code with its status. */
export const createFailureLog = ({ logger, clock, subject }: FailureLogOptions): FailureLog => {
  let failing: { readonly since: number; reason: string; count: number } | null = null;
  return {
    failed(error, fields = {}) {
      const { code, message, status } = describeError(error);
      const reason = `${code} ${status ?? ''}`;
      const details = { ...fields, ...reasonFields(error) };
      const previous = failing;
      if (previous === null) {
        failing = { since: clock.monotonic(), reason, count: 1 };
        logger.warn(details, `${subject} fails: ${message}`);
        return;
      }
      previous.count += 1;
      if (previous.reason === reason) {
        logger.debug({ ...details, failures: previous.count }, `${subject} still fails: ${message}`);
        return;
      }
      previous.reason = reason;
      logger.warn({ ...details, failures: previous.count }, `${subject} now fails for another reason: ${message}`);
    },
    succeeded(fields = {}) {
      if (failing === null) return;
      const seconds = Math.round((clock.monotonic() - failing.since) / 1000);
      logger.info({ ...fields, failures: failing.count, failed_for_seconds: seconds }, `${subject} works again`);
      failing = null;
    },
  };
};

/** The message is in the log line already; an error without a code of its own is unexpected, and shown with its stack at debug level. */
const reasonFields = (error: unknown): object => {
  if (!(error instanceof Error) || !('code' in error)) return { err: error };
  const { code, status, request_id } = describeError(error);
  return { code, ...(status === undefined ? {} : { status }), ...(request_id === undefined ? {} : { request_id }) };
};
