import type { ServerResponse } from 'node:http';

/** Answers with one line of plain text. */
export const text = (response: ServerResponse, status: number, message: string): void => {
  const body = Buffer.from(`${message}\n`);
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', body.length);
  response.end(body);
};

/** Sets headers given as name, value, name, value. */
export const setHeaders = (response: ServerResponse, headers: readonly string[]): void => {
  for (let at = 0; at + 1 < headers.length; at += 2) response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
};

/** Refuses the method, naming those that there are. */
export const refuse = (response: ServerResponse, allowed: readonly string[]): void => {
  response.setHeader('Allow', allowed.join(', '));
  text(response, 405, `method not allowed (${allowed.join(', ')})`);
};
