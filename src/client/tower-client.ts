import type { Clock, Random } from '../clock.ts';
import { createAttempt } from './attempt.ts';
import { createCall } from './call.ts';
import type { TowerConnectionConfig } from './config.ts';
import { createConnection } from './connection.ts';
import { TowerError } from './errors.ts';
import { createFail } from './failure.ts';
import { createKeySession } from './key-session.ts';
import { createLoginSession } from './login-session.ts';
import { type ClientLogger, type ClientObserver, silentClientLogger, silentObserver } from './observer.ts';
import { createPaging } from './paging.ts';
import { readProven } from './proof.ts';
import type { Query, Resource, TowerReader } from './reader.ts';
import { createRedactor } from './redact.ts';
import type { Row } from './resources.ts';
import type { Session } from './session.ts';
import { abortText, ClientClosed, linkSignals } from './signals.ts';
import { createSlots } from './slots.ts';

/** A tower's reader with a life: it signs in when it must, and is closed at the end. */
export interface TowerClient extends TowerReader {
  /**
   * Logs in, unless that has been done. With an API key nothing is asked: the key is read and checked, no more.
   * @throws {TowerError}
   */
  signIn(signal?: AbortSignal): Promise<void>;
  /** Asks for the first page only, to see whether the resource may be read; how many rows came. @throws {TowerError} */
  firstPage<T extends Row>(resource: Resource<T>, query: Query): Promise<number>;
  /** Ends what is under way (its callers get `aborted`) and closes the connections. May be called again. */
  close(): Promise<void>;
}

export interface TowerClientOptions {
  readonly config: TowerConnectionConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer?: ClientObserver;
  readonly logger?: ClientLogger;
}

/** Makes the client of a tower. Nothing is sent before the first read or sign-in. */
export const createTowerClient = (options: TowerClientOptions): TowerClient => {
  const { config, clock, random, observer = silentObserver, logger = silentClientLogger } = options;
  const tower = config.name;
  const fail = createFail(config);
  const redactor = createRedactor();
  const closing = new AbortController();
  const connection = createConnection(config);
  const slots = createSlots(config.max_concurrency);
  const attempt = createAttempt({ config, clock, connection, slots, redactor, observer, logger });
  const session: Session =
    config.api_key === undefined || config.api_key === null
      ? createLoginSession({ config, clock, random, attempt, redactor, observer, logger, fail }, closing.signal)
      : createKeySession({ key: config.api_key, tower, clock, redactor, logger, fail });
  const call = createCall({ attempt, session, clock, random, fail });
  const paging = createPaging({ tower, call, pageSize: config.page_size });

  if (config.tls_config?.insecure_skip_verify === true) {
    const advice = 'whoever is on the way can read the password: prefer tls_config.ca_file';
    logger.warn({ tower }, `the tower's certificate is not verified (tls_config.insecure_skip_verify); ${advice}`);
  }

  /** Runs a caller's work until it, its signal or the client ends. */
  const run = async <T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    using linked = linkSignals(closing.signal, signal);
    return await work(linked.signal);
  };

  return {
    list: (resource, { where, prove = false, memory, signal }) =>
      run(signal, async (linked) => {
        const read = prove
          ? await readProven(paging, tower, resource, where, linked, memory)
          : { ...(await paging.readAll(resource, where, linked, memory)), count: null };
        return { rows: sorted(read.rows), pages: read.pages, count: read.count };
      }),
    count: (resource, { where, signal }) => run(signal, (linked) => paging.count(resource, where, linked)),
    firstPage: (resource, { where, signal }) => run(signal, (linked) => paging.firstPage(resource, where, linked)),
    signIn: (signal) =>
      run(signal, async (linked) => {
        try {
          await session.token(linked);
        } catch (error) {
          if (error instanceof TowerError || !linked.aborted) throw error;
          throw fail('aborted', 'login', abortText(linked.reason));
        }
      }),
    close: async () => {
      closing.abort(new ClientClosed());
      await connection.close();
    },
  };
};

/** By id, whatever order the server has. */
const sorted = <T extends { readonly id: string }>(rows: readonly T[]): readonly T[] => {
  const isSorted = rows.every(({ id }, index) => index === 0 || (rows[index - 1]?.id ?? '') < id);
  return isSorted ? rows : rows.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
};
