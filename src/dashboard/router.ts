import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import type { Clock } from '../clock.ts';
import { refuse } from '../server/responses.ts';
import { dashboardDocument } from './document.ts';
import { message, type PageData, page } from './page/page.ts';
import { script } from './page/script.ts';
import { style } from './page/style.ts';
import { readScope } from './parameters.ts';
import type { DashboardSource } from './source.ts';
import { ViewCache } from './view-cache.ts';

export interface DashboardRouterOptions {
  readonly source: DashboardSource;
  readonly clock: Clock;
  /** Where the metrics are, for the links. */
  readonly telemetryPath: string;
}

/** Everything comes from here, nothing is written into the page, nobody frames it. */
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** What a browser may keep for good: the address changes with the content. */
const asset = (name: string, type: string, text: string) => {
  const body = Buffer.from(text);
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/assets/${name}`, url: `/assets/${name}?v=${version}`, type, body };
};

const stylesheet = asset('dashboard.css', 'text/css; charset=utf-8', style);
const program = asset('dashboard.js', 'text/javascript; charset=utf-8', script);

/** `/`, `/api/v1/dashboard` and what the page needs. */
export const createDashboardRouter = ({ source, clock, telemetryPath }: DashboardRouterOptions): Router => {
  const router = Router({ caseSensitive: true, strict: true });
  const views = new ViewCache(source);
  const read = (request: Request) =>
    readScope(
      request.query,
      source.towers().map(({ name }) => name),
    );

  router
    .route('/api/v1/dashboard')
    .get((request, response) => {
      const asked = read(request);
      if (asked.kind === 'bad') return json(response, 400, { error: asked.message });
      if (asked.kind === 'unknown_tower') return json(response, 404, { error: 'no tower of this name is configured' });
      const now = clock.now();
      const { dashboard, health, verdict } = views.look(asked.scope, now);
      return json(response, 200, dashboardDocument(dashboard, verdict, health, now));
    })
    .all((_request, response) => {
      response.setHeader('Allow', 'GET, HEAD');
      json(response, 405, { error: 'method not allowed (GET, HEAD)' });
    });

  router
    .route('/')
    .get((request, response) => {
      const asked = read(request);
      const links = { telemetryPath, stylesheet: stylesheet.url, script: program.url };
      if (asked.kind === 'bad') return html(response, 400, message(links, 'That cannot be shown', asked.message));
      if (asked.kind === 'unknown_tower')
        return html(response, 404, message(links, 'No such tower', 'No tower of this name is configured.'));
      const now = clock.now();
      const data: PageData = {
        ...views.look(asked.scope, now),
        scope: asked.scope,
        now,
        links,
      };
      return html(response, 200, page(data));
    })
    .all((_request, response) => refuse(response, ['GET', 'HEAD']));

  for (const { path, type, body } of [stylesheet, program]) {
    router
      .route(path)
      .get((_request, response) => {
        response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
        send(response, 200, type, body);
      })
      .all((_request, response) => refuse(response, ['GET', 'HEAD']));
  }
  return router;
};

const json = (response: Response, status: number, value: unknown): void => {
  response.setHeader('Cache-Control', 'no-store');
  send(response, status, 'application/json; charset=utf-8', Buffer.from(`${JSON.stringify(value)}\n`));
};

const html = (response: Response, status: number, text: string): void => {
  // What an operator set for all pages stays.
  if (!response.hasHeader('Content-Security-Policy')) response.setHeader('Content-Security-Policy', policy);
  response.setHeader('Cache-Control', 'no-store');
  send(response, status, 'text/html; charset=utf-8', Buffer.from(text));
};

const send = (response: Response, status: number, type: string, body: Buffer): void => {
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', body.length);
  response.end(body);
};
