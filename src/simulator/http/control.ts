import { z } from 'zod';
import type { Faults, FaultRule } from '../faults.ts';
import type { RequestLog } from '../requests.ts';
import { jsonAnswer, type Outgoing } from './send.ts';

/** What the control endpoint turns the knobs of. */
export interface ControlTarget {
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly advance: (ms: number) => void;
  readonly summary: () => unknown;
}

const count = z.int().min(0);

const action = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    body: z.enum(['error', 'html', 'none', 'string']).exactOptional(),
    message: z.string().exactOptional(),
    headers: z.record(z.string(), z.string()).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('delay'), ms: count, part: z.enum(['headers', 'body']).exactOptional() }),
  z.strictObject({ kind: z.literal('cut'), share: z.number().min(0).max(1).exactOptional() }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('hang') }),
  z.strictObject({ kind: z.literal('html') }),
  z.strictObject({ kind: z.literal('null') }),
  z.strictObject({ kind: z.literal('object') }),
  z.strictObject({ kind: z.literal('body'), text: z.string(), content_type: z.string().exactOptional() }),
  z.strictObject({ kind: z.literal('nonsense') }),
  z.strictObject({ kind: z.literal('extra_keys') }),
  z.strictObject({ kind: z.literal('page_cap'), rows: z.int().min(1) }),
  z.strictObject({ kind: z.literal('shift') }),
  z.strictObject({ kind: z.literal('overlap') }),
  z.strictObject({ kind: z.literal('stuck') }),
  z.strictObject({ kind: z.literal('count'), delta: z.int() }),
  z.strictObject({ kind: z.literal('forbidden'), as: z.enum(['status', 'empty']) }),
]);

const rule: z.ZodType<FaultRule> = z.strictObject({
  operation: z.string().exactOptional(),
  times: z.int().min(1).exactOptional(),
  skip: count.exactOptional(),
  action,
});

const duration = z.strictObject({ ms: z.number().min(0) });

type Route = (target: ControlTarget, body: unknown, tail: string) => unknown;

const done = { ok: true };

/** `METHOD path`; a path that ends in `/` takes the rest as its argument. */
const routes: Readonly<Record<string, Route>> = {
  'GET /control/faults': ({ faults }) => faults.list(),
  'POST /control/faults': ({ faults }, body) => ({ id: faults.add(rule.parse(body)) }),
  'DELETE /control/faults': ({ faults }) => {
    faults.clear();
    return done;
  },
  'DELETE /control/faults/': ({ faults }, _, tail) => {
    faults.clear(z.coerce.number().parse(tail));
    return done;
  },
  'POST /control/expire-tokens': ({ faults }) => {
    faults.expireTokens();
    return done;
  },
  'POST /control/lock-out': ({ faults }, body) => {
    faults.lockOut(duration.parse(body).ms);
    return done;
  },
  'POST /control/advance': ({ advance }, body) => {
    advance(duration.parse(body).ms);
    return done;
  },
  'GET /control/requests': ({ requests }) => ({
    counts: Object.fromEntries(requests.counts),
    in_flight: requests.inFlight,
    max_in_flight: requests.maxInFlight,
    latest: requests.entries.slice(-100),
  }),
  'DELETE /control/requests': ({ requests }) => {
    requests.clear();
    return done;
  },
  'GET /control/state': ({ summary }) => summary(),
};

/** Answers a request to `/control/…`; what is wrong with it comes back as 400 or 404. */
export const answerControl = (target: ControlTarget, method: string, path: string, text: string): Outgoing => {
  const tail = /^\/control\/faults\/(\d+)$/.exec(path)?.[1];
  const route = routes[`${method} ${tail === undefined ? path : '/control/faults/'}`];
  if (route === undefined) return jsonAnswer(404, { error: `no ${method} ${path}`, routes: Object.keys(routes) });
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    return jsonAnswer(200, route(target, body, tail ?? ''));
  } catch (error) {
    if (error instanceof z.ZodError) return jsonAnswer(400, { error: z.prettifyError(error) });
    if (error instanceof SyntaxError) return jsonAnswer(400, { error: `the body is not JSON: ${error.message}` });
    throw error;
  }
};
