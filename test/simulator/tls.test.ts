import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';

let folder = '';
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-tls-'));
  const command =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=tower -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem';
  execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'ignore' });
});
afterAll(() => rmSync(folder, { recursive: true }));

test('serves HTTPS with the certificate it is given', async () => {
  const tls = { cert: read('cert.pem'), key: read('key.pem') };
  await using simulator = await startSimulator({ tls, clusters: 1, hosts: 1, disks: 1, vms: 1 });
  expect(simulator.url).toMatch(/^https:/);
  const ask = (ca: string | undefined): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request(`${simulator.url}/v2/api/get-version`, {
        agent: false,
        ...(ca === undefined ? {} : { ca }),
      });
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end();
    });
  expect(await ask(tls.cert)).toBe(200);
  await expect(ask(undefined)).rejects.toThrow(/self-signed/);
});
