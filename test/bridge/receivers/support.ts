import { afterEach } from 'vitest';
import { type BridgeMetrics, type DeliveryFailure, noBridgeMetrics } from '../../../src/bridge/metrics.ts';
import type { Hold, Receiver, ReceiverDeps } from '../../../src/bridge/receiver.ts';
import type { HttpClientFactory } from '../../../src/bridge/receivers/alertmanager.ts';
import type { BridgeStore } from '../../../src/bridge/store/bridge-store.ts';
import { openStore } from '../../../src/bridge/store/sqlite.ts';
import type { BridgeAlert } from '../../../src/bridge/store/types.ts';
import type { Clock } from '../../../src/clock.ts';
import {
  type AlertmanagerReceiverConfig,
  configSchema,
  type ReceiverConfig,
  type WebhookReceiverConfig,
} from '../../../src/config/schema.ts';
import type { HttpRequest, HttpResponse } from '../../../src/http/http-client.ts';
import { HttpError } from '../../../src/http/http-error.ts';
import { TestClock } from '../../support/clock.ts';
import { TestLogger } from '../support.ts';

/** What a fake peer does with a request: answer, or fail as a transport does. */
export type Behaviour = (request: HttpRequest) => Reply | Promise<Reply>;

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const ok: Behaviour = () => ({ status: 200 });
export const answers =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Behaviour =>
  () => ({ status, body, headers });
export const fails =
  (code: HttpError['code']): Behaviour =>
  () =>
    Promise.reject(new HttpError(code, `peer: ${code}`));

/** A peer that never answers: the request ends by the client's own time limit. */
export const hangs =
  (clock: Clock): Behaviour =>
  async ({ signal }) => {
    await clock.sleep(10_000, signal).catch(() => {});
    throw new HttpError(signal?.aborted === true ? 'aborted' : 'timeout', 'peer: timeout');
  };

export interface Exchange {
  readonly at: number;
  readonly request: HttpRequest;
  readonly body: string;
  readonly status: number | string;
}

/** Peers by the origin of the URL, each with its behaviour and a record of what came. */
export class FakePeers {
  readonly exchanges: Exchange[] = [];
  readonly behaviours = new Map<string, Behaviour>();
  readonly #clock: Clock;
  inFlight = new Map<string, number>();
  /** The most requests that one origin had in flight at a time. */
  mostInFlight = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly createClient: HttpClientFactory = () => ({
    send: async (request) => this.#send(request),
    close: () => Promise.resolve(),
  });

  /** The exchanges with an origin (all origins without one) that were posts. */
  posts(origin?: string): readonly Exchange[] {
    return this.exchanges.filter(
      ({ request }) => request.method === 'POST' && (origin === undefined || new URL(request.url).origin === origin),
    );
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    const { origin } = new URL(request.url);
    const body = typeof request.body === 'string' ? request.body : Buffer.from(request.body ?? '').toString('utf8');
    const count = (this.inFlight.get(origin) ?? 0) + 1;
    this.inFlight.set(origin, count);
    this.mostInFlight = Math.max(this.mostInFlight, count);
    const note = (status: number | string): void => {
      this.exchanges.push({ at: this.#clock.now(), request, body, status });
    };
    try {
      const reply = await (this.behaviours.get(origin) ?? ok)(request);
      note(reply.status);
      return {
        status: reply.status,
        headers: reply.headers ?? {},
        body: Buffer.from(reply.body ?? ''),
        truncated: false,
      };
    } catch (error) {
      note(error instanceof HttpError ? error.code : 'error');
      throw error;
    } finally {
      this.inFlight.set(origin, (this.inFlight.get(origin) ?? 1) - 1);
    }
  }
}

/** Metrics that remember. */
export interface RecordedMetrics {
  readonly delays: { readonly receiver: string; readonly seconds: number }[];
  readonly failures: { readonly receiver: string; readonly reason: DeliveryFailure }[];
  /** `<metric> <receiver>` → the latest value. */
  readonly gauges: Map<string, number>;
  readonly metrics: BridgeMetrics;
}

export const recordMetrics = (): RecordedMetrics => {
  const delays: { receiver: string; seconds: number }[] = [];
  const failures: { receiver: string; reason: DeliveryFailure }[] = [];
  const gauges = new Map<string, number>();
  const metrics: BridgeMetrics = {
    ...noBridgeMetrics,
    notificationFailed: (receiver, reason) => {
      failures.push({ receiver, reason });
    },
    deliveryDelay: (receiver, seconds) => {
      delays.push({ receiver, seconds });
    },
    lastSuccess: (receiver, at) => {
      gauges.set(`last_success ${receiver}`, at);
    },
    queueLength: (receiver, count) => {
      gauges.set(`queue_length ${receiver}`, count);
    },
    deadLetters: (receiver, count) => {
      gauges.set(`dead_letters ${receiver}`, count);
    },
    oldestUnacknowledged: (receiver, seconds) => {
      gauges.set(`oldest ${receiver}`, seconds);
    },
    configurationError: (receiver, failing) => {
      gauges.set(`configuration_error ${receiver}`, failing ? 1 : 0);
    },
  };
  return { delays, failures, gauges, metrics };
};

/** A seeded source of randomness (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export interface World {
  readonly clock: TestClock;
  readonly store: BridgeStore;
  readonly peers: FakePeers;
  readonly metrics: RecordedMetrics;
  readonly logger: TestLogger;
  readonly holds: Map<string, Hold>;
  /** Towers of which nothing is known. */
  readonly blind: Set<string>;
  readonly deps: ReceiverDeps;
}

/** Everything around a receiver, in memory and in virtual time. */
export const makeWorld = (over: Partial<ReceiverDeps> = {}): World => {
  const clock = new TestClock();
  const logger = new TestLogger();
  const store = openStore({ directory: null, clock, logger });
  const metrics = recordMetrics();
  const peers = new FakePeers(clock);
  const holds = new Map<string, Hold>();
  const blind = new Set<string>();
  const deps: ReceiverDeps = {
    store,
    clock,
    random: seeded(1),
    logger,
    metrics: metrics.metrics,
    holds: {
      holdOf: (alert: BridgeAlert) => holds.get(alert.fingerprint) ?? null,
      isBlind: (tower) => blind.has(tower),
    },
    pollInterval: 30_000,
    dryRun: null,
    ...over,
  };
  return { clock, store, peers, metrics, logger, holds, blind, deps };
};

/** A receiver's configuration as it comes out of the schema. */
export const receiverConfig = (value: object): ReceiverConfig => {
  const config = configSchema({ directory: '/' }).parse({
    towers: [{ name: 't', url: 'https://t.example', username: 'u', password: 'p' }],
    bridge: { receivers: [{ name: 'r', ...value }] },
  });
  const receiver = config.bridge?.receivers.at(0);
  if (receiver === undefined) throw new Error('no receiver');
  return receiver;
};

export const alertmanagerConfig = (value: object, over: object = {}): AlertmanagerReceiverConfig => {
  const config = receiverConfig({ ...over, alertmanager: { urls: ['http://am'], ...value } });
  if (config.type !== 'alertmanager') throw new Error('not an alertmanager');
  return config;
};

export const webhookConfig = (value: object = {}, over: object = {}): WebhookReceiverConfig => {
  const config = receiverConfig({ ...over, webhook: { url: 'http://hook/path', ...value } });
  if (config.type !== 'webhook') throw new Error('not a webhook');
  return config;
};

/** Writes changes of tower `t` into the state, and lets the receiver know. */
export const apply = (
  world: World,
  receiver: Receiver,
  ...changes: readonly Parameters<World['store']['applyPoll']>[1][]
): void => {
  for (const change of changes) world.store.applyPoll('t', change);
  receiver.wake();
};

/** A list of receivers, which are stopped after each test of the file that calls this. */
export const stoppedAfterEach = (): Receiver[] => {
  const running: Receiver[] = [];
  afterEach(async () => {
    for (const receiver of running.splice(0)) await receiver.stop(0);
  });
  return running;
};
