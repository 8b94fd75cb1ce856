import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { marks } from './marks.ts';

/** Every way in which a server may say no, or nonsense; each gives back all that it was sent. */
const manners = [200, 400, 401, 403, 413, 422, 429, 500, 503, 302, 'string', 'cut', 'drop', 'noise'] as const;

/** A server that gives away what it hears: whoever shows its answers shows the secrets. */
export interface Echo extends AsyncDisposable {
  readonly url: string;
  /** Requests by their first folder. */
  readonly heard: Map<string, number>;
}

export const startEcho = async (): Promise<Echo> => {
  const heard = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, role = ''] = (request.url ?? '').split(/[/?]/);
      const count = heard.get(role) ?? 0;
      heard.set(role, count + 1);
      answer(role, count, request, Buffer.concat(chunks).toString('utf8'), response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    heard,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};

const answer = (
  role: string,
  count: number,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): void => {
  const everything = `${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body} ${marks.token}`;
  if (role === 'token' && count % 3 === 0) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: marks.oauthToken, token_type: 'Bearer', expires_in: 1 }));
    return;
  }
  if (role === 'granting' && request.url?.includes('/login') === true) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: { token: marks.token } }));
    return;
  }
  const manner = manners[count % manners.length] ?? 500;
  if (manner === 'drop') response.destroy();
  else if (manner === 'noise') request.socket.end(everything);
  else if (manner === 'cut') {
    response.writeHead(500, { 'content-length': '100000' });
    response.write(everything);
    setTimeout(() => response.destroy(), 5);
  } else if (manner === 'string') response.writeHead(400).end(JSON.stringify(everything));
  else {
    const printable = everything.replaceAll(/[^\x20-\x7e]/g, '?');
    const headers = { location: `/elsewhere?${printable}`, 'x-echo': printable, 'content-type': 'application/json' };
    response.writeHead(manner, headers).end(JSON.stringify({ code: 'ECHO', message: everything, props: everything }));
  }
};
