import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { MetricsPage } from '../../src/metrics/page.ts';
import type { OwnRendering } from '../../src/metrics/own-registry.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { ask, askRaw, fill, startServer } from './support.ts';

const open = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  // Being cut off is what is waited for.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
};

describe('requests that are not as they should be', () => {
  it.each([
    ['a huge URL', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['huge headers', `GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['many headers', `GET /metrics HTTP/1.1\r\nHost: x\r\n${'X: 1\r\n'.repeat(5000)}\r\n`, 431],
    ['no host', 'GET /metrics HTTP/1.1\r\n\r\n', 400],
    ['an unknown method', 'BREW /metrics HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['garbage', '\x16\x03\x01\x02\0\x01\0\x01\xfc\r\n\r\n', 400],
    ['two lengths', 'POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    [
      'a length and chunks',
      'POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a line feed in a header', 'GET /metrics HTTP/1.1\r\nHost: x\r\nA\nB: c\r\n\r\n', 400],
    [
      'a large body',
      `POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n${'a'.repeat(100_000)}`,
      413,
    ],
    [
      'a body without end',
      `POST /-/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\naaaaa\r\n`,
      411,
    ],
  ])('%s is refused and the connection closed', async (_name, payload, status) => {
    await using server = await startServer();
    const answer = await askRaw(server.port, payload);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await ask(`${server.url}/-/healthy`)).status).toBe(200);
  });

  it.each([
    ['CONNECT', 'CONNECT example.com:80 HTTP/1.1\r\nHost: x\r\n\r\n', ''],
    [
      'an upgrade',
      'GET /-/healthy HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n',
      'HTTP/1.1 200',
    ],
    ['HTTP/1.0', 'GET /-/healthy HTTP/1.0\r\n\r\n', 'HTTP/1.1 200'],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'HTTP/1.1 404'],
    ['TRACE', 'TRACE /metrics HTTP/1.1\r\nHost: x\r\nCookie: a\r\nConnection: close\r\n\r\n', 'HTTP/1.1 405'],
  ])('%s has a sane end', async (_name, payload, begin) => {
    await using server = await startServer();
    const answer = await askRaw(server.port, payload);
    expect(answer.slice(0, begin.length)).toBe(begin);
    expect(answer).not.toContain('Cookie');
    if (begin === '') expect(answer).toBe('');
  });

  it('answers pipelined requests in order', async () => {
    await using server = await startServer();
    await fill(server.snapshot, 'a', 1);
    const paths = ['/metrics', '/-/healthy', '/metrics', '/nowhere', '/-/ready'];
    const payload = paths
      .map((path, at) => `GET ${path} HTTP/1.1\r\nHost: x\r\n${at === 4 ? 'Connection: close\r\n' : ''}\r\n`)
      .join('');
    const answer = await askRaw(server.port, payload);
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '200',
      '200',
      '404',
      '200',
    ]);
    expect(answer.indexOf('cloudtower_vms')).toBeLessThan(answer.indexOf('Healthy'));
  });
});

describe('clients that take too much', () => {
  it('are cut off when their headers trickle', async () => {
    await using server = await startServer({ limits: { headersTimeout: 200, requestTimeout: 300, checkInterval: 50 } });
    const socket = await open(server.port);
    let answer = '';
    socket.on('data', (part) => {
      answer += part.toString();
    });
    socket.write('GET /metrics HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X: y\r\n'), 50);
    await once(socket, 'close');
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it('are cut off when the body trickles', async () => {
    const reload = vi.fn(() => new Promise<void>(() => {}));
    await using server = await startServer({
      reload,
      limits: { headersTimeout: 200, requestTimeout: 300, checkInterval: 50 },
    });
    const socket = await open(server.port);
    socket.resume();
    socket.write('POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 50);
    await once(socket, 'close');
    clearInterval(drip);
  });

  it('are cut off when they do not read their answer', async () => {
    await using server = await startServer({ limits: { answerTimeout: 200 } });
    // More than the sockets of both sides hold.
    await fill(server.snapshot, 'a', 200_000);
    const socket = await open(server.port);
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 600));
    let size = 0;
    socket.on('data', (part) => {
      size += part.length;
    });
    socket.resume();
    await once(socket, 'close');
    expect(size).toBeLessThan(
      Number((await ask(`${server.url}/metrics`, { method: 'HEAD' })).headers['content-length']),
    );
  });

  it('are cut off when they say nothing', async () => {
    await using server = await startServer({ limits: { idleTimeout: 100, headersTimeout: 300, checkInterval: 50 } });
    const socket = await open(server.port);
    socket.resume();
    await once(socket, 'close');
  });

  it('find no place beyond the limit of connections, and others find one again later', async () => {
    await using server = await startServer({ limits: { connections: 5 } });
    const sockets = await Promise.all(Array.from({ length: 5 }, () => open(server.port)));
    const refused = await open(server.port);
    refused.resume();
    await once(refused, 'close');
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect((await ask(`${server.url}/-/healthy`)).status).toBe(200));
  });
});

describe('scrapes at a time', () => {
  it('are at most 40; the next is told to come back, and so are probes', async () => {
    let release = (_own: OwnRendering): void => {};
    const own = new Promise<OwnRendering>((resolve) => {
      release = resolve;
    });
    const renderOwn = vi.fn(() => own);
    await using server = await startServer({ page: new MetricsPage(new Snapshot(), renderOwn) });
    const held = Array.from({ length: 40 }, (_, i) =>
      ask(`${server.url}${i % 2 === 0 ? '/metrics' : '/probe?tower=a'}`),
    );
    await vi.waitFor(() => expect(renderOwn).toHaveBeenCalledTimes(40));
    for (const path of ['/metrics', '/probe?tower=a']) {
      const { status, headers } = await ask(`${server.url}${path}`);
      expect([status, headers['retry-after']]).toEqual([503, '5']);
    }
    expect((await ask(`${server.url}/-/healthy`)).status).toBe(200);
    release({ all: [], of: () => [] });
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect((await ask(`${server.url}/metrics`)).status).toBe(200);
  });

  it('give their places back when clients go away', async () => {
    const renderOwn = vi.fn(() => new Promise<OwnRendering>(() => {}));
    await using server = await startServer({ page: new MetricsPage(new Snapshot(), renderOwn) });
    const sockets = await Promise.all(Array.from({ length: 40 }, () => open(server.port)));
    for (const socket of sockets) socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await vi.waitFor(() => expect(renderOwn).toHaveBeenCalledTimes(40));
    expect((await ask(`${server.url}/metrics`)).status).toBe(503);
    renderOwn.mockResolvedValue({ all: [], of: () => [] });
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect((await ask(`${server.url}/metrics`)).status).toBe(200));
  });
});
