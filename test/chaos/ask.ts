import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** One request on a connection of its own, which is closed after it: what the program holds open is then its own doing. */
export const ask = (
  url: string,
  { method = 'GET', headers = {}, signal = AbortSignal.timeout(5000) }: AskOptions = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
