import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/clock.ts';
import type { TowerConnectionConfig } from '../../src/client/config.ts';
import { TowerError } from '../../src/client/errors.ts';
import type { ClientLogger, ClientObserver } from '../../src/client/observer.ts';
import type { Resource } from '../../src/client/reader.ts';
import type { Row } from '../../src/client/resources.ts';
import { resources } from '../../src/client/rows.ts';
import { createTowerClient, type TowerClient } from '../../src/client/tower-client.ts';

/** A clock whose waits are over at once and move its time: `waits` are their lengths. */
export interface InstantClock extends Clock {
  readonly waits: number[];
  advance(ms: number): void;
}

export const instantClock = (start = Date.parse('2026-03-01T12:00:00Z')): InstantClock => {
  let elapsed = 0;
  const waits: number[] = [];
  return {
    waits,
    advance: (ms) => {
      elapsed += ms;
    },
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      elapsed += ms;
    },
  };
};

type Event<K extends keyof ClientObserver> = Parameters<ClientObserver[K]>[0];

/** Remembers what it is told. */
export interface Recorder {
  readonly observer: ClientObserver;
  readonly logger: ClientLogger;
  readonly requests: Event<'request'>[];
  readonly logins: string[];
  readonly reachable: boolean[];
  readonly logs: { readonly level: string; readonly fields: object; readonly message: string }[];
}

export const recorder = (): Recorder => {
  const requests: Event<'request'>[] = [];
  const logins: string[] = [];
  const reachable: boolean[] = [];
  const logs: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    logs.push({ level, fields, message });
  };
  return {
    requests,
    logins,
    reachable,
    logs,
    observer: {
      request: (event) => requests.push(event),
      login: ({ result }) => logins.push(result),
      reachable: ({ up }) => reachable.push(up),
    },
    logger: { debug: at('debug'), info: at('info'), warn: at('warn') },
  };
};

export const secret = (value: string) => ({ reveal: () => value });

export const configOf = (url: string, more: Partial<TowerConnectionConfig> = {}): TowerConnectionConfig => ({
  name: 'shanghai',
  url,
  username: 'monitor',
  password: secret('pa55-word'),
  source: 'LOCAL',
  content_language: 'en-US',
  timeout: 5000,
  page_size: 3,
  max_concurrency: 4,
  max_response_bytes: 1_000_000,
  ...more,
});

export interface Harness extends Recorder {
  readonly client: TowerClient;
  readonly clock: InstantClock;
}

/** A client with everything about it visible. */
export const harness = (url: string, more: Partial<TowerConnectionConfig> = {}): Harness => {
  const record = recorder();
  const clock = instantClock();
  const { observer, logger } = record;
  const client = createTowerClient({ config: configOf(url, more), clock, random: () => 0.5, observer, logger });
  return { ...record, client, clock };
};

/** The `TowerError` that a promise rejects with. */
export const failureOf = async (work: Promise<unknown>): Promise<TowerError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof TowerError) return error;
    throw new Error(`not a TowerError: ${String(error)}`, { cause: error });
  }
  throw new Error('it did not fail');
};

export const originOf = (server: Server, protocol = 'http'): string => {
  const address: string | AddressInfo | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `${protocol}://127.0.0.1:${address.port}`;
};

export interface Received {
  readonly operation: string;
  readonly authorization: string | null;
  readonly body: unknown;
}

export interface Loopback extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  operations(): string[];
}

export type Handler = (request: Received, response: ServerResponse, raw: IncomingMessage) => void | Promise<void>;

export const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

/** A scripted server on loopback. */
export const loopback = async (
  handler: Handler,
  server: Server = createServer(),
  protocol = 'http',
): Promise<Loopback> => {
  const received: Received[] = [];
  server.on('request', (request, response) => {
    void (async () => {
      const text = await readBody(request);
      const entry = {
        operation: (request.url ?? '').replace('/v2/api/', ''),
        authorization: request.headers.authorization ?? null,
        body: text === '' ? null : JSON.parse(text),
      };
      received.push(entry);
      await handler(entry, response, request);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: originOf(server, protocol),
    received,
    operations: () => received.map(({ operation }) => operation),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Answers JSON. */
export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
};

/** Answers a login. */
export const grant = (response: ServerResponse, token: string): void =>
  json(response, 200, { task_id: null, data: { token } });

/** All resources, as rows with an id. */
export const everyResource: readonly Resource<Row>[] = Object.values(resources);

/** A list of one row, then its end. */
export const rowsThenEnd = (body: unknown): unknown[] => (JSON.stringify(body).includes('id_gt') ? [] : [{ id: 'a' }]);

/** A tower whose tokens are t1, t2, … and which takes only those for which `accepts` holds. */
export const tokenTower = (accepts: (token: string | null, operation: string) => boolean, status = 401): Handler => {
  let logins = 0;
  return ({ operation, authorization, body }, response) => {
    if (operation === 'login') {
      logins += 1;
      grant(response, `t${logins}`);
    } else if (accepts(authorization, operation)) json(response, 200, rowsThenEnd(body));
    else json(response, status, { message: 'no', status, path: `/${operation}` });
  };
};
