import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { MetricsPage } from '../metrics/page.ts';
import { explainListenFailure, parseListenAddress } from './address.ts';
import { createRoutes, type RouteOptions } from './routes.ts';
import { ScrapeHandler } from './scrape.ts';

export interface WebServerOptions extends RouteOptions {
  readonly page: MetricsPage;
}

/** Where the server listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** For people and for clients on this machine: `http://127.0.0.1:9861`. */
  readonly url: string;
}

/** The exporter's HTTP server: scrapes on the shortest path, everything else through the routes. */
export class WebServer {
  private readonly server: Server;
  private readonly scrapes: ScrapeHandler;
  private readonly telemetryPath: string;
  private readonly routes: (request: IncomingMessage, response: ServerResponse) => void;
  private isClosing = false;

  constructor(options: WebServerOptions) {
    this.telemetryPath = options.telemetryPath;
    this.scrapes = new ScrapeHandler(options.page);
    this.routes = createRoutes(options, this.scrapes);
    this.server = createServer((request, response) => this.handle(request, response));
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
    const isAny = bound.address === '::' || bound.address === '0.0.0.0';
    const shown = isAny ? '127.0.0.1' : bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
    return { host: bound.address, port: bound.port, url: `http://${shown}:${bound.port}` };
  }

  /** Takes no more requests, lets those in flight finish for at most `timeoutMs`, then cuts what is left. */
  async close(timeoutMs = 5000): Promise<void> {
    this.isClosing = true;
    const { server } = this;
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A connection that was busy when the closing began is idle once its answer is out.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.isClosing) response.setHeader('Connection', 'close');
    const url = originForm(request.url ?? '/');
    request.url = url;
    const end = url.indexOf('?');
    if ((end === -1 ? url : url.slice(0, end)) === this.telemetryPath) void this.scrapes.handle(request, response);
    else this.routes(request, response);
  }
}

/** The path and query of an absolute URL, as proxies send it; anything else as it is. */
const originForm = (url: string): string => {
  if (url.startsWith('/')) return url;
  const rest = /^https?:\/\/[^/?]*(.*)$/is.exec(url)?.[1];
  return rest === undefined ? url : rest.startsWith('/') ? rest : `/${rest}`;
};
