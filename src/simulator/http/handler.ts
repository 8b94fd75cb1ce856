import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Clock } from '../../clock.ts';
import type { FaultAction, Faults } from '../faults.ts';
import { BadRequestError } from '../query/errors.ts';
import { uuid } from '../random.ts';
import type { LoggedRequest, RequestLog } from '../requests.ts';
import { answerControl, type ControlTarget } from './control.ts';
import { HttpError } from './errors.ts';
import { readLanguage } from './language.ts';
import { findOperation, type Operation, type Tower } from './operations.ts';
import { answerElsewhere } from './elsewhere.ts';
import { plan, send, type Outgoing } from './send.ts';

export interface HandlerOptions {
  readonly tower: Tower;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly clock: Clock;
  readonly control: ControlTarget;
  /** Called before each request: time passes. */
  readonly beforeRequest: () => void;
}

const base = '/v2/api/';

/** The request listener of the simulated tower. */
export const createHandler =
  (options: HandlerOptions) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://tower');
    const body = await buffer(request);
    if (url.pathname.startsWith('/control/')) {
      send(response, answerControl(options.control, request.method ?? 'GET', url.pathname, body.toString()));
      return;
    }
    options.beforeRequest();
    if (!url.pathname.startsWith(base)) {
      send(response, answerElsewhere(options.tower, request.method ?? '', url.pathname, body.toString()));
      return;
    }
    const name = url.pathname.slice(base.length);
    const { requests, faults } = options;
    const entry: LoggedRequest = {
      operation: name,
      method: request.method ?? '',
      body: loggedBody(name, body),
      language: String(request.headers['content-language'] ?? ''),
      requestId: uuid(options.tower.random),
      at: options.tower.now(),
      status: null,
      bytes: 0,
    };
    requests.add(entry);
    requests.inFlight += 1;
    requests.maxInFlight = Math.max(requests.maxInFlight, requests.inFlight);
    response.once('close', () => {
      requests.inFlight -= 1;
    });
    const actions = faults.take(name);
    for (const action of actions) {
      if (action.kind === 'delay' && action.part !== 'body') await options.clock.sleep(action.ms);
    }
    if (response.destroyed) return;
    if (actions.some((action) => action.kind === 'hang')) return;
    if (actions.some((action) => action.kind === 'reset')) {
      request.socket.resetAndDestroy();
      return;
    }
    const outgoing = plan(
      actions,
      () => answer(options, request, url, name, body, actions),
      `/${name}`,
      entry.requestId,
    );
    entry.status = outgoing.status;
    const bytes = Buffer.from(outgoing.body);
    entry.bytes = bytes.length;
    await transmit(response, outgoing, bytes, actions, options.clock);
  };

/** The undisturbed answer as JSON text. */
const answer = (
  options: HandlerOptions,
  request: IncomingMessage,
  url: URL,
  name: string,
  body: Buffer,
  actions: readonly FaultAction[],
): string => {
  const { tower } = options;
  const operation = findOperation(name, request.method ?? '', tower.version);
  const { authorization } = request.headers;
  if (operation.auth === 'token') tower.sessions.authorize(authorization);
  if (actions.some((action) => action.kind === 'forbidden' && action.as === 'status')) {
    throw new HttpError(403, 'PERMISSION_DENIED');
  }
  const language = operation.localised
    ? readLanguage(request.headers['content-language']?.toString(), tower.version)
    : 'en-US';
  try {
    const parsed = readBody(operation, request, body);
    return JSON.stringify(
      operation.answer(tower, { body: parsed, query: url.searchParams, authorization, language, actions }),
    );
  } catch (error) {
    if (error instanceof BadRequestError) throw new HttpError(400, error.message);
    throw error;
  }
};

const readBody = (operation: Operation, request: IncomingMessage, body: Buffer): unknown => {
  if (operation.body === 'none') return undefined;
  const isJson = /^application\/json\b/.test(request.headers['content-type'] ?? '');
  if (body.length === 0 || !isJson) {
    if (operation.body === 'optional') return undefined;
    throw new BadRequestError("body: a JSON body is required ('content-type: application/json')");
  }
  try {
    const value: unknown = JSON.parse(body.toString());
    return value;
  } catch {
    throw new BadRequestError('body: this is not JSON');
  }
};

const loggedBody = (name: string, body: Buffer): unknown => {
  if (body.length === 0 || name === 'login') return null;
  try {
    const value: unknown = JSON.parse(body.toString());
    return value;
  } catch {
    return null;
  }
};

/** Sends the answer, cut or slow where a fault says so. */
const transmit = async (
  response: ServerResponse,
  outgoing: Outgoing,
  bytes: Buffer,
  actions: readonly FaultAction[],
  clock: Clock,
): Promise<void> => {
  const cut = actions.find((action) => action.kind === 'cut');
  const slow = actions.find((action) => action.kind === 'delay' && action.part === 'body');
  if (cut === undefined && slow === undefined) {
    send(response, outgoing, bytes);
    return;
  }
  const half = Math.floor(bytes.length * (cut?.kind === 'cut' ? (cut.share ?? 0.5) : 0.5));
  response.writeHead(outgoing.status, {
    ...outgoing.headers,
    'content-type': outgoing.type,
    'content-length': bytes.length,
  });
  response.flushHeaders();
  await new Promise<void>((resolve) => {
    response.write(bytes.subarray(0, half), () => resolve());
  });
  if (slow?.kind === 'delay') await clock.sleep(slow.ms);
  if (cut === undefined) response.end(bytes.subarray(half));
  else response.destroy();
};
