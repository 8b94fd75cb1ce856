import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { MetricsPage } from '../metrics/page.ts';
import { explainListenFailure, parseListenAddress } from './address.ts';
import { type AuthResult, BasicAuth } from './basic-auth.ts';
import { defaultLimits, type ServerLimits } from './limits.ts';
import { PasswordThread } from './passwords.ts';
import { setHeaders, text } from './responses.ts';
import { createRoutes, type RouteOptions } from './routes.ts';
import { ScrapeHandler } from './scrape.ts';
import { openWebConfig, type WebConfig } from './web-config.ts';
import type { WebConfigFile } from './web-config-file.ts';

export interface WebServerOptions extends RouteOptions {
  readonly page: MetricsPage;
  /** TLS, basic authentication and headers; without it plain HTTP for everyone. */
  readonly webConfig?: WebConfigFile | null;
  /** What differs from the default limits. */
  readonly limits?: Partial<ServerLimits>;
}

/** Where the server listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** For people and for clients on this machine: `http://127.0.0.1:9861`. */
  readonly url: string;
}

/** What browsers should keep to with every answer. A page adds a content security policy of its own. */
const safetyHeaders: ReadonlyMap<string, string> = new Map([
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
]);

/** How often the web configuration's files are looked at, in milliseconds. */
const refreshInterval = 5000;

/** The exporter's HTTP server: limits, TLS and authentication first, then scrapes on the shortest path and all else by the routes. */
export class WebServer {
  private readonly server: HttpServer | HttpsServer;
  private readonly limits: ServerLimits;
  private readonly scrapes: ScrapeHandler;
  private readonly telemetryPath: string;
  private readonly routes: (request: IncomingMessage, response: ServerResponse) => void;
  private readonly webConfig: WebConfigFile | null;
  private readonly passwords = new PasswordThread();
  private readonly auth = new BasicAuth((password, hash) => this.passwords.compare(password, hash));
  private refresh: NodeJS.Timeout | null = null;
  private isClosing = false;
  private common: { config: WebConfig; headers: readonly string[]; last: readonly string[] } | null = null;

  constructor(options: WebServerOptions) {
    this.limits = { ...defaultLimits, ...options.limits };
    this.telemetryPath = options.telemetryPath;
    this.scrapes = new ScrapeHandler(options.page, () => this.commonHeaders(), this.limits.answerTimeout);
    this.routes = createRoutes(options, this.scrapes);
    this.webConfig = options.webConfig ?? null;
    this.server = this.create();
    this.server.maxConnections = this.limits.connections;
    this.server.timeout = this.limits.idleTimeout;
  }

  /**
   * Starts to listen on `:9861`, `127.0.0.1:0`, `[::1]:9861` or `0.0.0.0:9861`.
   * @throws ListenError when the address cannot be read or cannot be had.
   */
  async listen(address: string): Promise<Listening> {
    const { host, port } = parseListenAddress(address);
    const { server } = this;
    await new Promise<void>((resolve, reject) => {
      const onError = (error: Error): void => reject(explainListenFailure(address, error));
      server.once('error', onError);
      server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
        server.off('error', onError);
        resolve();
      });
    });
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw explainListenFailure(address, 'no address');
    if (this.webConfig !== null) {
      this.refresh = setInterval(() => this.webConfig?.refresh(), refreshInterval);
      this.refresh.unref();
    }
    const isAny = bound.address === '::' || bound.address === '0.0.0.0';
    const shown = isAny ? '127.0.0.1' : bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
    const scheme = this.config().tls === null ? 'http' : 'https';
    return { host: bound.address, port: bound.port, url: `${scheme}://${shown}:${bound.port}` };
  }

  /** Takes no more requests, lets those in flight finish for at most `timeoutMs`, then cuts what is left. */
  async close(timeoutMs = 5000): Promise<void> {
    this.isClosing = true;
    const { server } = this;
    if (this.refresh !== null) clearInterval(this.refresh);
    if (server.listening) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection that was busy when the closing began is idle once its answer is out.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(cut);
    }
    await this.passwords.close();
  }

  private config(): WebConfig {
    return this.webConfig?.current ?? openWebConfig;
  }

  private create(): HttpServer | HttpsServer {
    const { limits } = this;
    const options = {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      connectionsCheckingInterval: limits.checkInterval,
    };
    const listener = (request: IncomingMessage, response: ServerResponse): void => this.handle(request, response);
    const { tls } = this.config();
    if (tls === null) return createHttpServer(options, listener);
    const handshakeTimeout = limits.handshakeTimeout;
    const server = createHttpsServer({ ...options, ...tls.server, ...tls.context, handshakeTimeout }, listener);
    server.on('secureConnection', (socket) => {
      if (this.config().tls?.admits(socket) === false) socket.destroy();
    });
    this.webConfig?.onChange((next) => {
      if (next.tls !== null) server.setSecureContext(next.tls.context);
    });
    return server;
  }

  /** What every answer carries: name, value, name, value. Computed once for each web configuration. */
  private commonHeaders(): readonly string[] {
    const config = this.config();
    if (this.common?.config !== config) {
      const headers = [...new Map([...safetyHeaders, ...config.headers])].flat();
      this.common = { config, headers, last: [...headers, 'Connection', 'close'] };
    }
    return this.isClosing ? this.common.last : this.common.headers;
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.refusesBody(request, response)) return;
    const { users } = this.config();
    if (users.size === 0) this.dispatch(request, response);
    else void this.authenticate(users, request, response);
  }

  /** Nobody needs to send much here; what is not read must not keep coming either, so the connection ends with the answer. */
  private refusesBody(request: IncomingMessage, response: ServerResponse): boolean {
    const isUnbounded = request.headers['transfer-encoding'] !== undefined;
    if (!isUnbounded && Number(request.headers['content-length'] ?? 0) <= this.limits.bodyBytes) return false;
    setHeaders(response, this.commonHeaders());
    response.setHeader('Connection', 'close');
    text(response, isUnbounded ? 411 : 413, isUnbounded ? 'a body needs a Content-Length' : 'the body is too large');
    response.once('finish', () => request.socket.destroySoon());
    return true;
  }

  private async authenticate(
    users: ReadonlyMap<string, string>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    let result: AuthResult | 'failed';
    try {
      result = await this.auth.check(users, request.headers.authorization);
    } catch {
      result = 'failed';
    }
    if (result === 'granted') return this.dispatch(request, response);
    setHeaders(response, this.commonHeaders());
    if (result === 'failed') return text(response, 500, 'the password could not be checked');
    if (result === 'busy') {
      response.setHeader('Retry-After', '5');
      return text(response, 503, 'too many sign-ins at a time');
    }
    response.setHeader('WWW-Authenticate', 'Basic realm="cloudtower-exporter", charset="UTF-8"');
    return text(response, 401, 'unauthorized');
  }

  private dispatch(request: IncomingMessage, response: ServerResponse): void {
    const url = originForm(request.url ?? '/');
    request.url = url;
    const end = url.indexOf('?');
    if ((end === -1 ? url : url.slice(0, end)) === this.telemetryPath) this.scrapes.handle(request, response);
    else {
      setHeaders(response, this.commonHeaders());
      this.routes(request, response);
    }
  }
}

/** The path and query of an absolute URL, as proxies send it; anything else as it is. */
const originForm = (url: string): string => {
  if (url.startsWith('/')) return url;
  const rest = /^https?:\/\/[^/?]*(.*)$/is.exec(url)?.[1];
  return rest === undefined ? url : rest.startsWith('/') ? rest : `/${rest}`;
};
