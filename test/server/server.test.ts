import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Router } from 'express';
import { describe, expect, it, vi } from 'vitest';
import { MetricsPage } from '../../src/metrics/page.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { parseExposition } from '../support/exposition.ts';
import { ask, askRaw, fill, startServer } from './support.ts';

const openMetrics = 'application/openmetrics-text; version=1.0.0';

describe('/metrics', () => {
  it('answers text and OpenMetrics, plain and compressed, with the same bytes', async () => {
    await using server = await startServer();
    await fill(server.snapshot, 'a', 20_000);
    for (const [accept, type, format] of [
      ['*/*', 'text/plain; version=0.0.4; charset=utf-8', 'text'],
      [openMetrics, 'application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
    ] as const) {
      const plain = await ask(`${server.url}/metrics`, { headers: { accept } });
      const packed = await ask(`${server.url}/metrics`, { headers: { accept, 'accept-encoding': 'gzip' } });
      expect(plain.status).toBe(200);
      expect(plain.headers).toMatchObject({
        'content-type': type,
        'content-length': `${plain.bytes.length}`,
        vary: 'Accept, Accept-Encoding',
      });
      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(packed.headers).toMatchObject({
        'content-type': type,
        'content-encoding': 'gzip',
        'content-length': `${packed.bytes.length}`,
      });
      expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
      expect(parseExposition(plain.text, format).find('cloudtower_vms')).toHaveLength(20_000);
    }
  });

  it('sends a page too large for one buffer whole', async () => {
    await using server = await startServer();
    await fill(server.snapshot, 'a', 100_000);
    const { text } = await ask(`${server.url}/metrics`);
    expect(parseExposition(text).find('cloudtower_vms')).toHaveLength(100_000);
  });

  it('answers HEAD with the same headers and no body', async () => {
    await using server = await startServer();
    await fill(server.snapshot, 'a', 3);
    const get = await ask(`${server.url}/metrics`);
    const head = await ask(`${server.url}/metrics`, { method: 'HEAD' });
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    expect(head.bytes).toHaveLength(0);
  });

  it('is found with a query, under another configured path, and as an absolute URL', async () => {
    await using server = await startServer({ telemetryPath: '/other/path' });
    expect((await ask(`${server.url}/other/path?x=y`)).status).toBe(200);
    expect((await ask(`${server.url}/metrics`)).status).toBe(404);
    const answer = await askRaw(
      server.port,
      `GET http://elsewhere/other/path?x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it('refuses other methods', async () => {
    await using server = await startServer();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const) {
      const { status, headers } = await ask(`${server.url}/metrics`, { method });
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('does not wait for a publish that is under way', async () => {
    await using server = await startServer();
    await fill(server.snapshot, 'a', 1);
    const publishing = fill(server.snapshot, 'a', 300_000);
    expect(parseExposition((await ask(`${server.url}/metrics`)).text).find('cloudtower_vms')).toHaveLength(1);
    server.snapshot.withdraw('a', 'vms');
    expect(await publishing).toBe(false);
  });

  it('answers 500 in words when the page cannot be made, and goes on', async () => {
    const snapshot = new Snapshot();
    let isBroken = true;
    const page = new MetricsPage(snapshot, () =>
      isBroken ? Promise.reject(new Error('no memory')) : Promise.resolve({ all: [], of: () => [] }),
    );
    await using server = await startServer({ page });
    const { status, text } = await ask(`${server.url}/metrics`);
    expect([status, text]).toEqual([500, 'the metrics could not be rendered: no memory\n']);
    isBroken = false;
    expect((await ask(`${server.url}/metrics`)).status).toBe(200);
  });
});

describe('/probe', () => {
  it('answers for one tower alone', async () => {
    await using server = await startServer();
    await fill(server.snapshot, 'a', 2);
    await fill(server.snapshot, 'b', 3);
    server.metrics.reachable({ tower: 'a', up: true });
    const { text, headers } = await ask(`${server.url}/probe?tower=a`, { headers: { accept: openMetrics } });
    const { samples } = parseExposition(text, 'openmetrics');
    expect(headers['content-type']).toContain('openmetrics');
    expect(samples).toHaveLength(3);
    expect(new Set(samples.map(({ labels }) => labels['tower']))).toEqual(new Set(['a']));
  });

  it.each([
    ['?tower=nobody', 404],
    ['?tower=http://169.254.169.254/', 404],
    ['?tower=', 400],
    ['', 400],
    ['?tower=a&tower=b', 400],
    ['?tower[]=a', 400],
    ['?tower=%ff', 404],
    ['?Tower=a', 400],
  ])('%s → %i', async (query, status) => {
    await using server = await startServer();
    expect((await ask(`${server.url}/probe${query}`)).status).toBe(status);
  });

  it('knows a tower that has published nothing yet', async () => {
    await using server = await startServer();
    expect(await ask(`${server.url}/probe?tower=b`)).toMatchObject({ status: 200, text: '' });
  });
});

describe('/api/v1/targets', () => {
  it('gives one ready target a tower, at the address it was asked at', async () => {
    await using server = await startServer({ towers: () => ['上海', 'b&c'] });
    const { text, headers } = await ask(`${server.url}/api/v1/targets`);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    const groups: unknown = JSON.parse(text);
    expect(groups).toEqual(
      ['上海', 'b&c'].map((tower) => ({
        targets: [`127.0.0.1:${server.port}`],
        labels: { __scheme__: 'http', __metrics_path__: '/probe', __param_tower: tower, instance: tower },
      })),
    );
  });

  it.each(['evil host', 'a/b', 'x@y', '<script>', ''])('does not repeat the Host header %j', async (host) => {
    await using server = await startServer();
    const answer = await askRaw(
      server.port,
      `GET /api/v1/targets HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain(`"targets":["127.0.0.1:${server.port}"]`);
  });
});

describe('health and readiness', () => {
  it('says healthy always, and ready once nothing is missing', async () => {
    let missing: string[] = ['tower a: collector hosts', 'tower b: collector vms'];
    await using server = await startServer({ missing: () => missing });
    expect(await ask(`${server.url}/-/healthy`)).toMatchObject({ status: 200, text: 'Healthy\n' });
    const before = await ask(`${server.url}/-/ready`);
    expect(before.status).toBe(503);
    for (const line of missing) expect(before.text).toContain(line);
    missing = [];
    expect(await ask(`${server.url}/-/ready`)).toMatchObject({ status: 200, text: 'Ready\n' });
  });
});

describe('/-/reload', () => {
  it.each(['POST', 'PUT'] as const)('reloads on %s', async (method) => {
    const reload = vi.fn(() => Promise.resolve());
    await using server = await startServer({ reload });
    expect((await ask(`${server.url}/-/reload`, { method })).status).toBe(200);
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it('answers a failed reload with 500 and the reason', async () => {
    await using server = await startServer({
      reload: () => Promise.reject(new Error('towers[0].url: expected a URL')),
    });
    const { status, text } = await ask(`${server.url}/-/reload`, { method: 'POST' });
    expect(status).toBe(500);
    expect(text).toContain('towers[0].url: expected a URL');
  });

  it('does nothing on GET, or for a page of another site', async () => {
    const reload = vi.fn(() => Promise.resolve());
    await using server = await startServer({ reload });
    const get = await ask(`${server.url}/-/reload`);
    expect([get.status, get.headers['allow']]).toEqual([405, 'POST, PUT']);
    const foreign = await ask(`${server.url}/-/reload`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(foreign.status).toBe(403);
    expect(reload).not.toHaveBeenCalled();
  });
});

describe('everything else', () => {
  it('has a landing page that links all of it and escapes names', async () => {
    await using server = await startServer({ towers: () => ['<script>alert(1)</script>'] });
    const { text, headers, status } = await ask(`${server.url}/`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(text).not.toContain('<script>');
    for (const [, href = ''] of text.matchAll(/href="([^"]*)"/g)) {
      expect((await ask(`${server.url}${href.replaceAll('&amp;', '&')}`)).status).toBe(200);
    }
  });

  it('lets further routes come first', async () => {
    const router = Router();
    router.get('/', (_request, response) => {
      response.send('the dashboard');
    });
    await using server = await startServer({ routes: [router] });
    expect((await ask(`${server.url}/`)).text).toBe('the dashboard');
    expect((await ask(`${server.url}/-/healthy`)).status).toBe(200);
  });

  it('keeps a failing route to itself', async () => {
    const router = Router();
    router.get('/fails', () => {
      throw new Error('secret detail');
    });
    await using server = await startServer({ routes: [router] });
    const { status, text } = await ask(`${server.url}/fails`);
    expect([status, text]).toEqual([500, 'internal error\n']);
  });

  it.each([
    ['/nothing', 404],
    ['/metrics/', 404],
    ['/Metrics', 404],
    ['/%2e%2e/etc/passwd', 404],
    ['/%', 404],
    ['/probe%00?tower=a', 404],
    ['//metrics', 404],
  ])('%s → %i in plain text', async (path, status) => {
    await using server = await startServer();
    const answer = await askRaw(server.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('text/plain');
    expect(answer).not.toMatch(/x-powered-by|<html/i);
  });

  it.each(['/probe?tower=a', '/api/v1/targets', '/-/healthy', '/-/ready', '/'])('refuses POST on %s', async (path) => {
    await using server = await startServer();
    const { status, headers } = await ask(`${server.url}${path}`, { method: 'POST' });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
  });
});

describe('listening', () => {
  it.each(['127.0.0.1:0', ':0', '0.0.0.0:0', 'localhost:0', '[::1]:0'])('works on %s', async (address) => {
    await using server = await startServer({}, address);
    expect((await ask(`${server.url}/-/healthy`)).status).toBe(200);
  });

  it.each(['9861', 'host', '127.0.0.1:70000', '::1:80', '127.0.0.1:', 'http://x:1', ''])(
    'refuses %j in words',
    async (address) => {
      await expect(startServer({}, address)).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('expected [host]:port'),
      });
    },
  );

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await expect(startServer({}, `127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'in_use',
      message: `cannot listen on 127.0.0.1:${port}: another program uses this port already`,
    });
    other.close();
  });

  it('says that the address is not of this machine', async () => {
    await expect(startServer({}, '192.0.2.1:0')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('closing', () => {
  it('finishes the answer in flight, takes no more, and frees the port', async () => {
    let finish = (): void => {};
    const reload = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await using server = await startServer({ reload });
    const pending = ask(`${server.url}/-/reload`, { method: 'POST' });
    await vi.waitFor(() => expect(reload).toHaveBeenCalled());
    const closing = server.server.close(10_000);
    await expect(ask(`${server.url}/-/healthy`)).rejects.toThrow();
    finish();
    expect((await pending).status).toBe(200);
    await closing;
    await using next = await startServer({}, `127.0.0.1:${server.port}`);
    expect((await ask(`${next.url}/-/healthy`)).status).toBe(200);
  });

  it('cuts what does not end', async () => {
    await using server = await startServer({ reload: () => new Promise(() => {}) });
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /-/reload HTTP/1.1\r\nHost: x\r\n\r\n');
    const idle = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    await Promise.all([server.server.close(50), once(socket, 'close'), once(idle, 'close')]);
    await server.server.close();
  });
});
