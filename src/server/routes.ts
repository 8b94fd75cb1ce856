import express, { type ErrorRequestHandler, type Express, type Request, type Response, type Router } from 'express';
import { landingPage } from './landing.ts';
import { refuse, text } from './responses.ts';
import type { ScrapeHandler } from './scrape.ts';
import { serviceDiscovery } from './targets.ts';

/** What the routes need to know of the program. */
export interface RouteOptions {
  readonly telemetryPath: string;
  /** The configured towers' names, as of now. */
  readonly towers: () => readonly string[];
  /** What is missing until the exporter is ready, one line each; empty once it is. */
  readonly missing: () => readonly string[];
  /** Reads the configuration again; rejects with what is wrong with it, and then changes nothing. */
  readonly reload: () => Promise<void>;
  /**
   * Further routes; they come before the built-in ones, so that one may answer `/`. A Content-Security-Policy that the response
   * carries already is the operator's and stays.
   */
  readonly routes?: readonly Router[];
}

const landingPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** Everything but the scrape itself. */
export const createRoutes = (options: RouteOptions, scrapes: ScrapeHandler): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.enable('case sensitive routing');
  for (const router of options.routes ?? []) app.use(router);

  app
    .route('/probe')
    .get((request, response) => {
      const { tower } = request.query;
      if (typeof tower !== 'string' || tower === '') {
        text(response, 400, 'missing or repeated parameter: /probe?tower=NAME');
        return;
      }
      if (options.towers().includes(tower)) scrapes.handle(request, response, tower);
      else text(response, 404, 'no tower of this name is configured');
    })
    .all((_request, response) => refuse(response, ['GET', 'HEAD']));

  app
    .route('/api/v1/targets')
    .get((request, response) => {
      response.json(serviceDiscovery(request, options.towers()));
    })
    .all((_request, response) => refuse(response, ['GET', 'HEAD']));

  app
    .route('/-/healthy')
    .get((_request, response) => text(response, 200, 'Healthy'))
    .all((_request, response) => refuse(response, ['GET', 'HEAD']));

  app
    .route('/-/ready')
    .get((_request, response) => {
      const missing = options.missing();
      if (missing.length === 0) text(response, 200, 'Ready');
      else text(response, 503, `Not ready. Waiting for:\n${missing.join('\n')}`);
    })
    .all((_request, response) => refuse(response, ['GET', 'HEAD']));

  const reload: express.RequestHandler = (request, response) => void answerReload(request, response, options.reload);
  app
    .route('/-/reload')
    .post(reload)
    .put(reload)
    .all((_request, response) => refuse(response, ['POST', 'PUT']));

  app
    .route('/')
    .get((_request, response) => {
      if (!response.hasHeader('Content-Security-Policy')) response.setHeader('Content-Security-Policy', landingPolicy);
      response.type('html').send(landingPage(options.telemetryPath, options.towers()));
    })
    .all((_request, response) => refuse(response, ['GET', 'HEAD']));

  app.use((_request, response) => text(response, 404, 'not found'));
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // Express says with a status what the request did wrong (a path that is not UTF-8); anything else is ours.
    const status: unknown = error instanceof Error && 'status' in error ? error.status : 500;
    const isClientError = typeof status === 'number' && status >= 400 && status < 500;
    text(response, isClientError ? status : 500, isClientError ? 'bad request' : 'internal error');
  };
  app.use(onError);
  return app;
};

/** Never rejects: what goes wrong is the answer. */
const answerReload = async (request: Request, response: Response, reload: () => Promise<void>): Promise<void> => {
  // A page of another site that the operator happens to visit must not reload the exporter.
  if (request.headers['sec-fetch-site'] === 'cross-site') return text(response, 403, 'not from another site');
  try {
    await reload();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    return text(response, 500, `the configuration was not reloaded, the old one stays: ${reason}`);
  }
  return text(response, 200, 'the configuration was reloaded');
};
