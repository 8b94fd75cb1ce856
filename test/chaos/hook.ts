import { createServer, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';

/** How a webhook behaves for a while. */
export type HookFault =
  | 'status_500'
  | 'status_503'
  | 'status_429'
  | 'reset'
  | 'hang'
  | 'cut'
  | 'redirect'
  | 'unauthorized';
export const hookFaults: readonly HookFault[] = [
  'status_500',
  'status_503',
  'status_429',
  'reset',
  'hang',
  'cut',
  'redirect',
  'unauthorized',
];

const payload = z.object({
  alerts: z.array(z.object({ status: z.enum(['firing', 'resolved']), labels: z.record(z.string(), z.string()) })),
});

/** What a receiver was told of an alert of a tower. */
export interface Told {
  readonly status: 'firing' | 'resolved';
  readonly tower: string;
  readonly alertId: string;
  readonly severity: string;
}

/** A webhook that keeps what it accepted. */
export class Hook {
  readonly server: Server;
  readonly name: string;
  url = '';
  fault: HookFault | null = null;
  accepted = 0;
  refused = 0;
  /** The last word on every label set. */
  readonly last = new Map<string, Told>();
  private readonly onTold: (told: Told) => void;

  constructor(name: string, onTold: (told: Told) => void) {
    this.name = name;
    this.onTold = onTold;
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.answer(Buffer.concat(chunks).toString('utf8'), response));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.url = `http://127.0.0.1:${address.port}/`;
  }

  /** What it holds for firing: tower, id and severity. */
  firing(): Set<string> {
    return new Set([...this.last.values()].filter(({ status }) => status === 'firing').map((told) => keyOfTold(told)));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private answer(body: string, response: ServerResponse): void {
    const { fault } = this;
    if (fault !== null) {
      this.refused += 1;
      misbehave(fault, response);
      return;
    }
    for (const { status, labels } of payload.parse(JSON.parse(body)).alerts) {
      const { tower = '', alert_id: alertId, severity = '' } = labels;
      if (alertId === undefined) continue;
      const told: Told = { status, tower, alertId, severity };
      this.last.set(JSON.stringify(Object.entries(labels).sort()), told);
      this.onTold(told);
    }
    this.accepted += 1;
    response.end();
  }
}

export const keyOfTold = ({ tower, alertId, severity }: Omit<Told, 'status'>): string =>
  `${tower} ${alertId} ${severity}`;

const misbehave = (fault: HookFault, response: ServerResponse): void => {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    response.destroy();
    return;
  }
  if (fault === 'cut') {
    response.writeHead(500, { 'content-length': '100' });
    response.write('half');
    setTimeout(() => response.destroy(), 20);
    return;
  }
  const [status, headers]: readonly [number, Record<string, string>] = {
    status_500: [500, {}] as const,
    status_503: [503, { 'retry-after': '1' }] as const,
    status_429: [429, { 'retry-after': '1' }] as const,
    redirect: [302, { location: '/elsewhere' }] as const,
    unauthorized: [401, {}] as const,
  }[fault];
  response.writeHead(status, headers).end('no');
};
