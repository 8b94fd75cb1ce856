import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contentTypes, type Format } from '../metrics/exposition.ts';
import type { Body, MetricsPage } from '../metrics/page.ts';
import { type Encoding, negotiateEncoding, negotiateFormat } from './negotiation.ts';
import { refuse, setHeaders, text } from './responses.ts';

/** More scrapes at a time than this are refused: every Prometheus there is asks far less often. */
const maxScrapes = 40;

/** Headers by format and encoding, as `writeHead` takes them fastest: name, value, name, value. */
const headersOf = (format: Format, encoding: Encoding): readonly string[] => [
  'Content-Type',
  contentTypes[format],
  'Vary',
  'Accept, Accept-Encoding',
  ...(encoding === 'identity' ? [] : ['Content-Encoding', encoding]),
];
const headers: Readonly<Record<Format, Readonly<Record<Encoding, readonly string[]>>>> = {
  text: { identity: headersOf('text', 'identity'), gzip: headersOf('text', 'gzip') },
  openmetrics: { identity: headersOf('openmetrics', 'identity'), gzip: headersOf('openmetrics', 'gzip') },
};

/** Answers scrapes, on the shortest way from the socket to the page. */
export class ScrapeHandler {
  private readonly page: MetricsPage;
  private readonly answerTimeout: number;
  private readonly commonHeaders: () => readonly string[];
  private inFlight = 0;
  private readonly leave = (): void => {
    this.inFlight--;
  };

  /**
   * `commonHeaders`: what every answer carries, as name, value, name, value. `answerTimeout`: how long a client may take to read
   * its answer, in milliseconds.
   */
  constructor(page: MetricsPage, commonHeaders: () => readonly string[], answerTimeout: number) {
    this.page = page;
    this.commonHeaders = commonHeaders;
    this.answerTimeout = answerTimeout;
  }

  /** Answers with the whole page, or with the one of a tower. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse, tower?: string): void {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return this.fail(response, () => refuse(response, ['GET', 'HEAD']));
    if (this.inFlight >= maxScrapes) {
      return this.fail(response, () => {
        response.setHeader('Retry-After', '5');
        text(response, 503, `too many scrapes at a time (at most ${maxScrapes})`);
      });
    }
    this.inFlight++;
    response.once('close', this.leave);
    const format = negotiateFormat(request.headers.accept);
    const encoding = negotiateEncoding(request.headers['accept-encoding']);
    const body = this.page.body(format, encoding, tower);
    if (body instanceof Promise) void this.answerLater(body, format, encoding, request, response);
    else this.answer(body, format, encoding, request, response);
  }

  private async answerLater(
    body: Promise<Body>,
    format: Format,
    encoding: Encoding,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    try {
      this.answer(await body, format, encoding, request, response);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      if (response.headersSent) response.destroy();
      else this.fail(response, () => text(response, 500, `the metrics could not be rendered: ${reason}`));
    }
  }

  private answer(
    { parts, whole, length }: Body,
    format: Format,
    encoding: Encoding,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (response.destroyed) return;
    response.writeHead(200, [...headers[format][encoding], 'Content-Length', String(length), ...this.commonHeaders()]);
    if (request.method === 'HEAD') response.end();
    else if (whole !== null) {
      response.end(whole);
      if (response.writableLength > 0) this.limitTime(response);
    } else {
      this.limitTime(response);
      void sendParts(parts, response);
    }
  }

  private fail(response: ServerResponse, answer: () => void): void {
    setHeaders(response, this.commonHeaders());
    answer();
  }

  /** Cuts off a client that has not taken its answer in time. */
  private limitTime(response: ServerResponse): void {
    const timer = setTimeout(() => response.destroy(), this.answerTimeout);
    response.once('close', () => clearTimeout(timer));
  }
}

/** Sends the parts at the client's pace; one that goes away in the middle is nobody's error. */
const sendParts = async (parts: Iterable<Uint8Array>, response: ServerResponse): Promise<void> => {
  try {
    await pipeline(Readable.from(parts), response);
  } catch {
    response.destroy();
  }
};
