import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { runProgram } from './program.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'));
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
  const names = '-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out cert.pem';
  execFileSync('openssl', `${request} ${names}`.split(' '), { cwd: folder, stdio: 'ignore' });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const environment = (tower: Simulator): Record<string, string> => ({
  CLOUDTOWER_URL: tower.url,
  CLOUDTOWER_NAME: 'sim',
  CLOUDTOWER_USERNAME: tower.username,
  CLOUDTOWER_PASSWORD: tower.password,
});

const small = { clusters: 2, hosts: 2, disks: 3, vms: 20 } as const;

describe('check', () => {
  it('finds nothing wrong', async () => {
    await using tower = await startSimulator(small);
    const { code, stdout } = await runProgram(['check'], environment(tower));
    expect(stdout).not.toContain('FAILED');
    for (const name of ['tower', 'clusters', 'hosts', 'disks', 'alerts', 'recycle_bin']) {
      expect(stdout).toMatch(new RegExp(`^ok  tower sim  collector ${name} `, 'm'));
    }
    expect(code).toBe(0);
    // The first pages only: nothing is read whole.
    expect(tower.requests.count('get-hosts')).toBe(1);
  });

  it('says four different things about four faults, each with what to do', async () => {
    await using tower = await startSimulator(small);
    await using encrypted = await startSimulator({
      ...small,
      tls: { cert: readFileSync(join(folder, 'cert.pem'), 'utf8'), key: readFileSync(join(folder, 'key.pem'), 'utf8') },
    });
    await using closed = await startSimulator(small);
    await closed.close();
    const wrongUrl = await runProgram(['check'], environment(closed));
    const wrongPassword = await runProgram(['check'], { ...environment(tower), CLOUDTOWER_PASSWORD: 'MARKED' });
    const untrusted = await runProgram(['check'], environment(encrypted));
    tower.faults.forbid('get-hosts');
    const forbidden = await runProgram(['check'], environment(tower));

    expect(wrongUrl.stdout).toContain('the tower cannot be reached');
    expect(wrongUrl.stdout).toContain('Check `url`');
    expect(wrongPassword.stdout).toContain('the tower refused the user or the password');
    expect(wrongPassword.stdout).toContain('Check `username`, `password`');
    expect(untrusted.stdout).toContain("the tower's certificate is not trusted");
    expect(untrusted.stdout).toContain('`tls_config.ca_file`');
    expect(forbidden.stdout).toMatch(/^FAILED {2}tower sim {2}collector hosts +the user may not read this$/m);
    expect(forbidden.stdout).toContain('Give the user a role');
    for (const { code, stdout, stderr } of [wrongUrl, wrongPassword, untrusted, forbidden]) {
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain('MARKED');
      expect(stdout + stderr).not.toContain(tower.password);
    }
    // One try with a wrong password, and no more: the user must not be locked out.
    const refused = tower.requests.entries.filter(({ operation, status }) => operation === 'login' && status !== 200);
    expect(refused).toHaveLength(1);

    const trusting = { ...environment(encrypted), CLOUDTOWER_CA_FILE: join(folder, 'cert.pem') };
    expect(await runProgram(['check'], trusting)).toMatchObject({ code: 0 });
  });

  it('tells a web server that is no CloudTower apart', async () => {
    await using tower = await startSimulator(small);
    tower.faults.html('*');
    const { code, stdout } = await runProgram(['check'], environment(tower));
    expect(stdout).toContain('what answered does not speak as CloudTower does');
    expect(code).toBe(1);
    const elsewhere = await runProgram(['check'], { ...environment(tower), CLOUDTOWER_URL: `${tower.url}/elsewhere` });
    expect(elsewhere.stdout).toContain('what answers at this URL is no CloudTower');
    expect(elsewhere.code).toBe(1);
  });

  it('does not need what a version lacks', async () => {
    await using tower = await startSimulator({ ...small, version: '2.8.0' });
    const { code, stdout } = await runProgram(['check'], environment(tower));
    expect(stdout).not.toContain('FAILED');
    expect(code).toBe(0);
  });

  it('takes an API key, and says when it is not accepted', async () => {
    await using tower = await startSimulator({ ...small, apiKey: 'the-key' });
    const base = { CLOUDTOWER_URL: tower.url };
    expect(await runProgram(['check'], { ...base, CLOUDTOWER_API_KEY: 'the-key' })).toMatchObject({ code: 0 });
    const refused = await runProgram(['check'], { ...base, CLOUDTOWER_API_KEY: 'MARKED' });
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('the tower does not accept who asks');
    expect(refused.stdout).not.toContain('MARKED');
  });

  it('reads several towers and goes on after one that fails', async () => {
    await using tower = await startSimulator(small);
    const login = { username: tower.username, password: tower.password };
    const file = join(folder, 'two.yaml');
    const towers = [
      { name: 'gone', url: 'http://127.0.0.1:1', ...login },
      { name: 'there', url: tower.url, ...login, collectors: { vms: { enabled: true }, disks: { enabled: false } } },
    ];
    writeFileSync(file, stringify({ towers }));
    const { code, stdout } = await runProgram(['check', `--config.file=${file}`]);
    expect(stdout).toMatch(/^FAILED {3}tower gone/m);
    expect(stdout).toMatch(/^skipped {2}tower gone +collector hosts/m);
    expect(stdout).toMatch(/^ok +tower there +collector vms/m);
    expect(stdout).not.toMatch(/tower there +collector disks/);
    expect(code).toBe(1);
  });

  it('reaches every receiver and looks at the state directory', async () => {
    await using tower = await startSimulator(small);
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(request.url === '/api/v2/status' ? '{"versionInfo":{"version":"0.25.0"}}' : '{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    try {
      const good = {
        ...environment(tower),
        ALERTMANAGER_URLS: url,
        ALERT_WEBHOOK_URL: `${url}/MARKED`,
        BRIDGE_STATE_DIR: folder,
      };
      const fine = await runProgram(['check'], good);
      expect(fine.stdout).toMatch(/^ok +bridge +state/m);
      expect(fine.stdout).toMatch(/^ok +receiver alertmanager +reach .*Alertmanager 0\.25\.0 answers/m);
      expect(fine.stdout).toMatch(/^ok +receiver webhook +reach/m);
      expect(fine.code).toBe(0);

      const bad = {
        ...good,
        ALERTMANAGER_URLS: `${url}/nowhere,http://127.0.0.1:1`,
        BRIDGE_STATE_DIR: join(folder, 'key.pem'),
      };
      const failed = await runProgram(['check'], bad);
      expect(failed.stdout).toMatch(/^FAILED +bridge +state/m);
      expect(failed.stdout.match(/^FAILED +receiver alertmanager/gm)).toHaveLength(2);
      expect(failed.code).toBe(1);
      expect(fine.stdout + fine.stderr + failed.stdout + failed.stderr).not.toContain('MARKED');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('collect', () => {
  it('prints the metrics of one collection', async () => {
    await using tower = await startSimulator(small);
    const { code, stdout, stderr } = await runProgram(['collect'], environment(tower));
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('cloudtower_cluster_info{tower="sim"');
    expect(stdout).toContain('cloudtower_up{tower="sim"} 1\n');
    expect(stdout).toContain('cloudtower_collector_success{tower="sim",collector="disks"} 1\n');
    expect(stdout).not.toContain('process_cpu');
  });

  it('prints what it could collect when one collector fails, and exits with 1', async () => {
    await using tower = await startSimulator(small);
    tower.faults.forbid('get-disks');
    const { code, stdout, stderr } = await runProgram(['collect'], environment(tower));
    expect(code).toBe(1);
    expect(stdout).toContain('cloudtower_host_info{tower="sim"');
    expect(stdout).toContain('cloudtower_collector_success{tower="sim",collector="disks"} 0\n');
    expect(stderr).toContain('collector disks fails');
  });
});
