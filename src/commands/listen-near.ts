import { createServer, type Server } from 'node:net';

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** Listens on loopback, on the port if it is free, else on any free one; answers with the port. */
export const listenNear = async (server: Server, port: number): Promise<number> => {
  try {
    return await listen(server, port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return await listen(server, 0);
  }
};

/** The port if it is free on loopback now, else any that is. */
export const freePort = async (port: number): Promise<number> => {
  const server = createServer();
  const found = await listenNear(server, port);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return found;
};
