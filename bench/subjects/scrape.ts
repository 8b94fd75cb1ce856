import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { findProgram } from '../processes/find.ts';
import type { BenchRow } from '../report/row.ts';
import { median } from '../report/statistics.ts';

const run = promisify(execFile);

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** The bytes as they come over the wire. */
const download = async (url: string, encoding: string): Promise<Buffer> => {
  const { body } = await request(url, { headers: { 'accept-encoding': encoding } });
  return Buffer.from(await body.arrayBuffer());
};

/** Requests per second, as wrk counts them with 8 connections. */
const measure = async (wrk: string, url: string, headers: readonly string[], seconds: number): Promise<number> => {
  const { stdout } = await run(wrk, [
    '-t1',
    '-c8',
    `-d${seconds}s`,
    ...headers.flatMap((header) => ['-H', header]),
    url,
  ]);
  if (stdout.includes('Non-2xx')) throw new Error(`${url} answered errors`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
};

const waitFor = async (url: string): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`${url} does not answer`);
};

/**
 * Requests per second of `/metrics` against nginx (one worker) serving the same bytes as a file: 1 000 series plain, 10 000
 * series compressed. Rounds alternate, medians count. Empty, saying so, where wrk or nginx is not installed.
 */
export const benchScrape = async (seconds = 3, rounds = 3): Promise<readonly BenchRow[]> => {
  const [wrk, nginx] = [findProgram('wrk'), findProgram('nginx')];
  if (wrk === null || nginx === null) {
    console.warn(`SKIPPED: scrape benchmark (not installed: ${wrk === null ? 'wrk' : 'nginx'})`);
    return [];
  }
  return [
    await compare(wrk, nginx, { series: 1000, encoding: 'identity', seconds, rounds, goal: 0.85 }),
    await compare(wrk, nginx, { series: 10_000, encoding: 'gzip', seconds, rounds, goal: 0.8 }),
  ];
};

interface Case {
  readonly series: number;
  readonly encoding: 'identity' | 'gzip';
  readonly seconds: number;
  readonly rounds: number;
  /** The least ratio to nginx's requests per second. */
  readonly goal: number;
}

const compare = async (
  wrk: string,
  nginx: string,
  { series, encoding, seconds, rounds, goal }: Case,
): Promise<BenchRow> => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-scrape-'));
  const [ownPort, nginxPort] = [await freePort(), await freePort()];
  const own = spawn(
    process.execPath,
    [join(import.meta.dirname, '../processes/scrape-server.ts'), `${ownPort}`, `${series}`],
    {
      stdio: 'inherit',
    },
  );
  const ownUrl = `http://127.0.0.1:${ownPort}/metrics`;
  const nginxUrl = `http://127.0.0.1:${nginxPort}/metrics`;
  try {
    await waitFor(ownUrl);
    const headers = encoding === 'gzip' ? ['Accept-Encoding: gzip'] : [];
    // gzip_static looks for the plain file's name first.
    await writeFile(join(folder, 'metrics'), await download(ownUrl, 'identity'));
    if (encoding === 'gzip') await writeFile(join(folder, 'metrics.gz'), await download(ownUrl, 'gzip'));
    await writeFile(join(folder, 'nginx.conf'), nginxConfiguration(folder, nginxPort));
    const other = spawn(nginx, ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')], {
      stdio: 'inherit',
    });
    const values: number[] = [];
    const references: number[] = [];
    try {
      await waitFor(nginxUrl);
      const [a, b] = [await download(ownUrl, encoding), await download(nginxUrl, encoding)];
      if (Math.abs(a.length - b.length) > 200) throw new Error(`not the same bytes: ${a.length} and ${b.length}`);
      for (const url of [ownUrl, nginxUrl]) await measure(wrk, url, headers, 1);
      for (let round = 0; round < rounds; round++) {
        values.push(await measure(wrk, ownUrl, headers, seconds));
        references.push(await measure(wrk, nginxUrl, headers, seconds));
      }
    } finally {
      await end(other);
    }
    const value = median(values);
    const reference = median(references);
    return {
      what: `/metrics, ${series} series, ${encoding}`,
      unit: 'requests/s',
      value,
      reference: { what: 'nginx serving the same bytes', value: reference },
      goal: { of: 'ratio', is: '≥', limit: goal },
    };
  } finally {
    await end(own);
    await rm(folder, { recursive: true, force: true });
  }
};

const end = async (child: ReturnType<typeof spawn>): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
};

/** As Debian configures it (sendfile, tcp_nopush), with one worker, precompressed files and no log. */
const nginxConfiguration = (folder: string, port: number): string => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
user root;
events { worker_connections 256; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  gzip_static on;
  keepalive_requests 1000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  types { }
  default_type "text/plain; version=0.0.4; charset=utf-8";
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`;
