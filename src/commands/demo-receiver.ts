import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { listenNear } from './listen-near.ts';

/** A receiver of alert notifications that shows them to a person. */
export interface DemoReceiver {
  readonly url: string;
  close(): Promise<void>;
}

const labels = z.record(z.string(), z.string());

/** What of Alertmanager's payload is shown. */
const payload = z.object({
  alerts: z.array(z.object({ status: z.string(), labels, annotations: labels })),
});
type Notification = z.output<typeof payload>;

const maxBodyBytes = 16 * 1024 * 1024;

/** Listens on loopback, on the port or a free one near it, and hands over readable lines for every delivery. */
export const startDemoReceiver = async (port: number, show: (text: string) => void): Promise<DemoReceiver> => {
  const server = createServer((request, response) => {
    void answer(request, response, show);
  });
  const bound = await listenNear(server, port);
  return {
    url: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const answer = async (
  request: IncomingMessage,
  response: ServerResponse,
  show: (text: string) => void,
): Promise<void> => {
  const parsed = request.method === 'POST' ? payload.safeParse(await readJson(request)) : null;
  if (parsed === null) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('This is the receiver of the demo: the bridge POSTs alerts here, and the terminal shows them.\n');
    return;
  }
  if (parsed.success) show(notificationText(parsed.data));
  response.writeHead(parsed.success ? 200 : 400, { 'content-type': 'text/plain; charset=utf-8' });
  response.end();
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      if (!(chunk instanceof Uint8Array)) return null;
      length += chunk.length;
      if (length > maxBodyBytes) return null;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return null;
  }
};

/** A line an alert. */
export const notificationText = ({ alerts }: Notification): string =>
  alerts
    .map(({ status, labels: { alertname = '', severity = '', cluster_name = '', host_name = '' }, annotations }) => {
      const where = [cluster_name, host_name].filter((name) => name !== '').join(' / ');
      const parts = [status.toUpperCase().padEnd(8), severity.padEnd(8), alertname, where === '' ? '' : `on ${where}`];
      const line = [...parts.filter((part) => part !== ''), annotations['summary'] ?? ''].join('  ');
      return `alert  ${printable(line)}\n`;
    })
    .join('');

/** Names come from a tower: nothing in them may steer the terminal. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�').trimEnd();
