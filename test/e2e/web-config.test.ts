import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Program, runProgram } from './program.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'web-'));
  const key = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
  const names = '-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out cert.pem';
  execFileSync('openssl', `${key} ${names}`.split(' '), { cwd: folder, stdio: 'ignore' });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const environment = { CLOUDTOWER_URL: 'http://127.0.0.1:1', CLOUDTOWER_API_KEY: 'k' };

const statusOf = (url: string, auth: string | null): Promise<number> =>
  new Promise((resolve, reject) => {
    const ca = readFileSync(join(folder, 'cert.pem'));
    request(url, { ca, agent: false, ...(auth === null ? {} : { auth }) }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('--web.config.file', () => {
  it('locks every page, over TLS', async () => {
    const file = join(folder, 'web.yaml');
    const tls_server_config = { cert_file: 'cert.pem', key_file: 'key.pem' };
    writeFileSync(file, stringify({ tls_server_config, basic_auth_users: { prometheus: hashSync('MARKED', 4) } }));
    const args = [`--web.config.file=${file}`, '--web.listen-address=127.0.0.1:0', '--log.level=debug'];
    await using program = new Program(args, environment);
    const url = await program.output(/"url":"(https:\/\/127\.0\.0\.1:\d+)","towers"/);
    for (const path of ['/metrics', '/', '/api/v1/targets', '/probe?tower=x']) {
      expect(await statusOf(`${url}${path}`, null), path).toBe(401);
      expect(await statusOf(`${url}${path}`, 'prometheus:wrong'), path).toBe(401);
    }
    expect(await statusOf(`${url}/metrics`, 'prometheus:MARKED')).toBe(200);
    expect(await program.stop()).toBe(0);
    expect(program.stderr).not.toContain('MARKED');
  });

  it('that cannot be used starts nothing', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'basic_auth_users: {a: MARKED}\nnonsense: 1\n');
    const { code, stderr } = await runProgram([`--web.config.file=${file}`], environment);
    expect(code).toBe(1);
    expect(stderr).toContain('line 2, nonsense: this key is not known');
    expect(stderr).toContain('line 1, basic_auth_users.a: expected a bcrypt hash');
    expect(stderr).not.toContain('MARKED');
  });
});
