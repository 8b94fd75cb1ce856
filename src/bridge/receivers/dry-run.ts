import type { HttpClient } from '../../http/http-client.ts';

/** A client that hands every body to `print` instead of sending it, and says that it was accepted. */
export const createDryRunClient = (receiver: string, target: string, print: (text: string) => void): HttpClient => ({
  send: ({ body }) => {
    const text = typeof body === 'string' ? body : Buffer.from(body ?? '').toString('utf8');
    print(`${JSON.stringify({ receiver, target })} ${text}`);
    return Promise.resolve({ status: 200, headers: {}, body: Buffer.alloc(0), truncated: false });
  },
  close: () => Promise.resolve(),
});
