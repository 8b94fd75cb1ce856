import type { ServerResponse } from 'node:http';
import type { FaultAction } from '../faults.ts';
import { HttpError } from './errors.ts';

/** An answer that is ready to go. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly type: string;
  readonly body: string;
}

const jsonType = 'application/json; charset=utf-8';

export const htmlPage = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;

export const jsonAnswer = (status: number, value: unknown, headers: Outgoing['headers'] = {}): Outgoing => ({
  status,
  headers,
  type: jsonType,
  body: JSON.stringify(value),
});

/** The API's error form; `path` lacks the base path. */
export const errorBody = (status: number, message: string, path: string): unknown => ({ message, status, path });

/** What goes out: what a fault puts in the answer's place, or the answer, or the error it ended in. */
export const plan = (
  actions: readonly FaultAction[],
  answer: () => string,
  path: string,
  requestId: string,
): Outgoing => {
  const headers = { 'x-tower-request-id': requestId };
  for (const action of actions) {
    const replaced = replacement(action, path, headers);
    if (replaced !== null) return replaced;
  }
  try {
    return { status: 200, headers, type: jsonType, body: answer() };
  } catch (error) {
    if (error instanceof HttpError)
      return jsonAnswer(error.status, errorBody(error.status, error.message, path), headers);
    const message = error instanceof Error ? error.message : String(error);
    return jsonAnswer(500, errorBody(500, `Internal Server Error: ${message}`, path), headers);
  }
};

const replacement = (action: FaultAction, path: string, headers: Outgoing['headers']): Outgoing | null => {
  switch (action.kind) {
    case 'status':
      return statusAnswer(action, path, { ...headers, ...action.headers });
    case 'html':
      return { status: 200, headers, type: 'text/html', body: htmlPage('CloudTower') };
    case 'null':
      return { status: 200, headers, type: jsonType, body: 'null' };
    case 'object':
      return { status: 200, headers, type: jsonType, body: '{"data":[]}' };
    case 'body':
      return { status: 200, headers, type: action.content_type ?? jsonType, body: action.text };
    default:
      return null;
  }
};

const statusAnswer = (
  action: Extract<FaultAction, { kind: 'status' }>,
  path: string,
  headers: Outgoing['headers'],
): Outgoing => {
  const { status } = action;
  const message = action.message ?? `simulated ${status}`;
  switch (action.body ?? 'error') {
    case 'html':
      return { status, headers, type: 'text/html', body: htmlPage(`${status} ${message}`) };
    case 'none':
      return { status, headers, type: jsonType, body: '' };
    case 'string':
      return jsonAnswer(status, message, headers);
    default:
      return jsonAnswer(status, errorBody(status, message, path), headers);
  }
};

export const send = (
  response: ServerResponse,
  outgoing: Outgoing,
  bytes: Buffer = Buffer.from(outgoing.body),
): void => {
  response.writeHead(outgoing.status, {
    ...outgoing.headers,
    'content-type': outgoing.type,
    'content-length': bytes.length,
  });
  response.end(bytes);
};
