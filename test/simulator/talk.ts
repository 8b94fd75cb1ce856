import type { Simulator } from '../../src/simulator/simulator.ts';
import { isObject } from './specification.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is not JSON. */
  readonly json: unknown;
}

const parse = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
};

/** Sends one request to the simulated tower. */
export const send = async (
  simulator: Simulator,
  operation: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Promise<Reply> => {
  const response = await fetch(`${simulator.url}/v2/api/${operation}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'GET' || body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
};

/** Logs in and answers the token. */
export const login = async (simulator: Simulator): Promise<string> => {
  const { username, password } = simulator;
  const { json } = await send(simulator, 'login', { username, password, source: 'LOCAL' });
  const data = isObject(json) && isObject(json['data']) ? json['data'] : {};
  const token = data['token'];
  if (typeof token !== 'string') throw new TypeError(`no token in ${JSON.stringify(json)}`);
  return token;
};

/** A function that asks with a token. */
export const signedIn = async (simulator: Simulator) => {
  const authorization = await login(simulator);
  return (operation: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    send(simulator, operation, body, { authorization, ...headers });
};

/** The rows of a list answer. */
export const rowsOf = (reply: Reply): readonly Readonly<Record<string, unknown>>[] => {
  if (!Array.isArray(reply.json)) throw new TypeError(`no list: ${reply.status} ${reply.text.slice(0, 200)}`);
  return reply.json.filter(isObject);
};

export const idsOf = (reply: Reply): readonly unknown[] => rowsOf(reply).map((row) => row['id']);
