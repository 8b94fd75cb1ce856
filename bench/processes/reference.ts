// The reference: the same requests as a cycle's, downloaded with undici and put through JSON.parse. reference.ts ACCESS (JSON)
import pLimit from 'p-limit';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { Meter } from './meter.ts';
import { answer } from './worker.ts';

const access = z
  .object({ url: z.string(), username: z.string(), password: z.string() })
  .parse(JSON.parse(process.argv[2] ?? ''));
const dispatcher = new Agent({ connections: 4 });
const limit = pLimit(4);
const headers: Record<string, string> = { 'content-type': 'application/json' };

const post = async (operation: string, body: unknown): Promise<unknown> => {
  const response = await request(`${access.url}/v2/api/${operation}`, {
    dispatcher,
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response.body) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const answered: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return answered;
};

const { username, password } = access;
const login = z.object({ data: z.object({ token: z.string() }) });
headers['authorization'] = login.parse(await post('login', { username, password, source: 'LOCAL' })).data.token;

const meter = new Meter();
answer(z.array(z.object({ operation: z.string(), body: z.unknown() })), async (requests) => {
  meter.reset();
  const began = performance.now();
  await Promise.all(
    requests.map(({ operation, body }) =>
      limit(async () => {
        await post(operation, body);
      }),
    ),
  );
  return { ...meter.read(), wallMs: performance.now() - began };
});
process.send?.('ready');
