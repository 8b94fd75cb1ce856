import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type Clock, systemClock } from '../clock.ts';
import type { Estate } from './estate/estate.ts';
import { generateEstate } from './estate/generate.ts';
import { Faults } from './faults.ts';
import { createHandler } from './http/handler.ts';
import { Sessions } from './http/sessions.ts';
import { Life } from './life/life.ts';
import { RequestLog } from './requests.ts';
import { simulatedTime } from './time.ts';
import type { Version } from './versions.ts';

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Same seed, options and clock: same estate. Default 1. */
  readonly seed?: number;
  /** Default the newest. */
  readonly version?: Version;
  /** Default 5. */
  readonly clusters?: number;
  /** A cluster; default 4. */
  readonly hosts?: number;
  /** A host; default 12. */
  readonly disks?: number;
  /** In all; default 200. */
  readonly vms?: number;
  /** Unresolved alerts (half as many ended ones come on top); default 4 a cluster. */
  readonly alerts?: number;
  /** Default `monitor`. */
  readonly username?: string;
  /** Default `monitor-password`. */
  readonly password?: string;
  /** Accepted in place of a token from 4.5.0 on. Default: none. */
  readonly apiKey?: string;
  /** The only login source accepted. Default: every one of the version. */
  readonly source?: string;
  /** What AUTHN logins must name. Default `authn-config`. */
  readonly authConfigId?: string;
  /** Milliseconds until a token expires by itself. Default: never. */
  readonly tokenLifetime?: number;
  /** Failed logins within `window` ms that lock out for `duration` ms. Default: never. */
  readonly lockout?: { readonly failures: number; readonly window: number; readonly duration: number };
  /** Whether `Bearer <token>` is accepted beside the raw token. Default false. */
  readonly acceptBearer?: boolean;
  readonly clock?: Clock;
  /** How many seconds pass in the tower per second of the clock. Default 1. */
  readonly timeScale?: number;
  /** Whether the estate lives by itself (usage drifts, alerts come and go …). Default false; `advance` works either way. */
  readonly tick?: boolean;
  /** PEM certificate and key: HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A running CloudTower. */
export interface Simulator extends AsyncDisposable {
  /** Such as http://127.0.0.1:40123, without /v2/api. */
  readonly url: string;
  readonly port: number;
  readonly version: Version;
  readonly username: string;
  readonly password: string;
  /** Rows exactly as they are answered in en-US; change them at will. */
  readonly state: Estate;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** The tower's time, milliseconds since the epoch. */
  now(): number;
  /** Lets so many milliseconds pass in the tower at once. */
  advance(ms: number): void;
  /** Ends it and every connection. */
  close(): Promise<void>;
}

const noLockout = { failures: 0, window: 0, duration: 0 };

/** Starts a simulated CloudTower. Rejects when the address cannot be listened on. */
export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const { seed = 1, version = '4.8.0', clusters = 5, hosts = 4, disks = 12, vms = 200 } = options;
  const { username = 'monitor', password = 'monitor-password', clock = systemClock, lockout = noLockout } = options;
  const time = simulatedTime(clock, options.timeScale ?? 1);
  const { builder, estate, rules } = generateEstate(
    { seed, version, clusters, hosts, disks, vms, alerts: options.alerts ?? clusters * 4, start: time.now() },
    { username, source: options.source ?? 'LOCAL' },
    lockout,
  );
  const sessions = new Sessions(
    {
      version,
      username,
      password,
      apiKey: options.apiKey ?? null,
      source: options.source ?? null,
      authConfigId: options.authConfigId ?? 'authn-config',
      tokenLifetime: options.tokenLifetime ?? null,
      lockout,
      acceptBearer: options.acceptBearer ?? false,
      seed,
      userId: estate.me.id,
    },
    time.now,
  );
  const faults = new Faults(sessions);
  const requests = new RequestLog();
  const life = new Life(builder, estate, rules);
  const tick = options.tick ?? false;
  let lived = builder.options.start;
  const advance = (ms: number): void => {
    time.skip(ms);
    // Without ticks only what is asked for passes, so that a test knows what it gets.
    lived = tick ? time.now() : lived + ms;
    life.advanceTo(lived);
  };
  const summary = (): unknown => ({
    version,
    now: new Date(time.now()).toISOString(),
    clusters: estate.clusters.length,
    hosts: estate.hosts.length,
    disks: estate.disks.length,
    vms: estate.vms.length,
    alerts: estate.alerts.length,
    unresolved_alerts: estate.alerts.filter((alert) => !alert.ended).length,
  });
  const handler = createHandler({
    tower: { estate, version, sessions, random: builder.random.fork('requests'), now: time.now },
    faults,
    requests,
    clock,
    control: { faults, requests, advance, summary },
    beforeRequest: () => {
      if (tick) advance(0);
    },
  });
  const server = options.tls === undefined ? createHttpServer() : createHttpsServer(options.tls);
  server.on('request', (request, response) => {
    handler(request, response).catch(() => response.destroy());
  });
  // As the proxy in front of a real tower: a client may rest for a minute between two requests.
  server.keepAliveTimeout = 65_000;
  const port = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${reachable(options.host ?? '127.0.0.1')}:${port}`,
    port,
    version,
    username,
    password,
    state: estate,
    faults,
    requests,
    now: time.now,
    advance,
    close,
    [Symbol.asyncDispose]: close,
  };
};

/** The host as it stands in a URL that works from this machine. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
};

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
