import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';
import { z } from 'zod';

/** One comparison that is asked for. */
const task = z.object({ id: z.number(), password: z.string(), hash: z.string() });

// bcrypt is slow on purpose: here it does not hold up the event loop that answers scrapes.
parentPort?.on('message', (message: unknown) => {
  const { id, password, hash } = task.parse(message);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port, not a window: it has no origin
  parentPort?.postMessage({ id, matches: compareSync(password, hash) });
});
