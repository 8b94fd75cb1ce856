import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contentTypes } from '../metrics/exposition.ts';
import type { MetricsPage } from '../metrics/page.ts';
import { negotiateEncoding, negotiateFormat } from './negotiation.ts';
import { refuse, text } from './responses.ts';

/** More scrapes at a time than this are refused: every Prometheus there is asks far less often. */
const maxScrapes = 40;

/** Answers scrapes, on the shortest way from the socket to the page. */
export class ScrapeHandler {
  private readonly page: MetricsPage;
  private readonly answerTimeout: number;
  private inFlight = 0;

  /** `answerTimeout`: how long a client may take to read its answer, in milliseconds. */
  constructor(page: MetricsPage, answerTimeout: number) {
    this.page = page;
    this.answerTimeout = answerTimeout;
  }

  /** Answers with the whole page, or with the one of a tower. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse, tower?: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, ['GET', 'HEAD']);
    if (this.inFlight >= maxScrapes) {
      response.setHeader('Retry-After', '5');
      return text(response, 503, `too many scrapes at a time (at most ${maxScrapes})`);
    }
    this.inFlight++;
    response.once('close', () => {
      this.inFlight--;
    });
    try {
      await this.answer(request, response, tower);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else
        text(response, 500, `the metrics could not be rendered: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, tower: string | undefined): Promise<void> {
    const format = negotiateFormat(request.headers.accept);
    const encoding = negotiateEncoding(request.headers['accept-encoding']?.toString());
    const { parts, length } = await this.page.body(format, encoding, tower);
    if (response.destroyed) return;
    response.setHeader('Content-Type', contentTypes[format]);
    response.setHeader('Content-Length', length);
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding);
    const [first] = parts;
    if (request.method === 'HEAD') response.end();
    else if (parts.length === 1 && first !== undefined) {
      response.end(first);
      if (response.writableLength > 0) this.limitTime(response);
    } else {
      this.limitTime(response);
      await sendParts(parts, response);
    }
  }

  /** Cuts off a client that has not taken its answer in time. */
  private limitTime(response: ServerResponse): void {
    const timer = setTimeout(() => response.destroy(), this.answerTimeout);
    response.once('close', () => clearTimeout(timer));
  }
}

/** Sends the parts at the client's pace; one that goes away in the middle is nobody's error. */
const sendParts = async (parts: readonly Uint8Array[], response: ServerResponse): Promise<void> => {
  try {
    await pipeline(Readable.from(parts), response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
};
