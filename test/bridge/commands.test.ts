import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { BridgeStore } from '../../src/bridge/store/bridge-store.ts';
import { openStore } from '../../src/bridge/store/sqlite.ts';
import { runProgram } from '../e2e/program.ts';
import { TestClock } from '../support/clock.ts';
import { alertOf, ends, fires, TestLogger } from './support.ts';

let folder = '';
let server: Server;
let status = 200;
let bodies: string[] = [];
let store: BridgeStore | null = null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  status = 200;
  bodies = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const receivers = [
    { name: 'chat', match: ['severity="none"'], webhook: { url: `http://127.0.0.1:${port}/hook?token=sesame` } },
    { name: 'am', alertmanager: { urls: [`http://127.0.0.1:${port}`] } },
  ];
  writeFileSync(
    join(folder, 'config.yaml'),
    stringify({
      towers: [{ name: 't', url: 'http://127.0.0.1:1', api_key: 'k' }],
      bridge: { state_dir: 'state', external_labels: { site: 'here' }, receivers },
    }),
  );
});

afterEach(() => {
  store?.close();
  store = null;
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The state as an exporter that runs has it. */
const running = (): BridgeStore => {
  store = openStore({ directory: join(folder, 'state'), clock: new TestClock(), logger: new TestLogger() });
  return store;
};

const alerts = (...args: readonly string[]) =>
  runProgram(['alerts', ...args, '--config.file', join(folder, 'config.yaml')]);

const letter = (receiver: string, body = '{"status":"firing"}') => ({
  receiver,
  at: Date.parse('2026-11-22T12:00:00Z'),
  reason: 'answered 400: no such channel',
  status: 400,
  body: Buffer.from(body),
  labels: { alertname: 'x' },
});

describe('alerts list', () => {
  it('shows, beside a running exporter, what fires, what is on its way, and who is behind', async () => {
    const state = running();
    state.register('chat');
    const a = alertOf(
      { alertname: 'CloudTower_a', severity: 'critical', tower: 't' },
      { annotations: { summary: 'disk 坏了' } },
    );
    const b = alertOf({ alertname: 'CloudTower_b', severity: 'info', tower: 't' });
    state.applyPoll('t', fires(1, a, b));
    state.applyPoll('t', ends(2000, b));
    const text = await alerts('list');
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/firing +critical .*CloudTower_a +disk 坏了/);
    expect(text.stdout).toMatch(/resolving +info .*CloudTower_b/);
    expect(text.stdout).toContain('Receiver chat has yet to accept 3 transition(s).');
    const json = await alerts('list', '--output', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      alerts: [
        { state: 'firing', fingerprint: a.fingerprint, labels: a.labels, endsAt: null },
        { state: 'resolving', fingerprint: b.fingerprint, endsAt: '1970-01-01T00:00:02.000Z' },
      ],
      receivers: [{ name: 'chat', behind: 3 }],
    });
  });

  it('says where there is no state, and which flag is unknown', async () => {
    const none = await alerts('list');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain(join(folder, 'state'));
    expect((await alerts('list', '--nonsense')).code).toBe(2);
  });
});

describe('alerts dead-letters', () => {
  it('shows them and discards one, beside a running exporter', async () => {
    const state = running();
    state.addDeadLetter(letter('chat'));
    state.addDeadLetter(letter('am'));
    const text = await alerts('dead-letters');
    expect(text.stdout).toMatch(/1 +chat +2026-11-22T12:00:00Z +400 +x +answered 400: no such channel/);
    const json = await alerts('dead-letters', '--receiver', 'am', '--output', 'json');
    expect(JSON.parse(json.stdout)).toEqual([
      { ...letter('am'), id: 2, at: '2026-11-22T12:00:00.000Z', body: '{"status":"firing"}' },
    ]);
    expect((await alerts('dead-letters', '--discard', '1')).code).toBe(0);
    expect((await alerts('dead-letters', '--discard', '1')).code).toBe(1);
    expect(state.deadLetters(null).map(({ id }) => id)).toEqual([2]);
  });
});

describe('alerts replay', () => {
  it("sends a webhook's notification byte for byte, and removes the letter", async () => {
    const state = running();
    state.addDeadLetter(letter('chat', '{"status": "firing", "ü": 1}'));
    const { code, stdout } = await alerts('replay', '--output', 'json');
    expect(JSON.parse(stdout)).toEqual([{ id: 1, receiver: 'chat', outcome: 'delivered', detail: '' }]);
    expect(code).toBe(0);
    expect(bodies).toEqual(['{"status": "firing", "ü": 1}']);
    expect(state.deadLetterCount('chat')).toBe(0);
  });

  it('keeps the letter when it is refused again, and says why without the token', async () => {
    status = 500;
    const state = running();
    state.addDeadLetter(letter('chat'));
    const { code, stdout } = await alerts('replay', '--id', '1', '--timeout', '1');
    expect(code).toBe(1);
    expect(stdout).toMatch(/refused again .*500/);
    expect(stdout).not.toContain('sesame');
    expect(state.deadLetterCount('chat')).toBe(1);
  });

  it("gives an Alertmanager's alert back to the exporter, and says so", async () => {
    const state = running();
    state.addDeadLetter(letter('am'));
    state.addDeadLetter(letter('gone'));
    const { code, stdout } = await alerts('replay');
    expect(code).toBe(1);
    expect(stdout).toMatch(/1 +am +returned to the exporter/);
    expect(stdout).toMatch(/2 +gone +no such receiver/);
    expect(state.deadLetters(null).map(({ receiver }) => receiver)).toEqual(['gone']);
    expect(bodies).toEqual([]);
  });
});

describe('alerts send-test', () => {
  const notification = z.object({
    status: z.string(),
    alerts: z.array(z.object({ labels: z.record(z.string(), z.string()) })),
  });

  it('sends one alert through each receiver, firing and then resolved', async () => {
    const { code, stdout } = await alerts('send-test', '--output', 'json');
    expect(JSON.parse(stdout)).toEqual([
      { receiver: 'chat', firing: 'accepted', resolved: 'accepted', problem: null },
      { receiver: 'am', firing: 'accepted', resolved: 'accepted', problem: null },
    ]);
    expect(code).toBe(0);
    const told = bodies.flatMap((body) => notification.safeParse(JSON.parse(body)).data ?? []);
    expect(told.map((each) => each.status)).toEqual(['firing', 'resolved']);
    expect(told[0]?.alerts[0]?.labels).toMatchObject({ alertname: 'CloudTowerExporterTest', site: 'here' });
  });

  it('fails, saying at which receiver and why, when one does not take it', async () => {
    status = 401;
    const { code, stdout } = await alerts('send-test', '--receiver', 'chat', '--timeout', '1');
    expect(code).toBe(1);
    expect(stdout).toMatch(/chat +failed +not sent +.*401/);
    expect(stdout).not.toContain('sesame');
  });

  it('prints instead of sending', async () => {
    const { code, stdout } = await alerts('send-test', '--bridge.dry-run', '--receiver', 'chat');
    expect(code).toBe(0);
    expect(stdout).toContain('"status":"firing"');
    expect(bodies).toEqual([]);
  });

  it('knows the receivers that there are', async () => {
    const { code, stderr } = await alerts('send-test', '--receiver', 'nobody');
    expect(code).toBe(1);
    expect(stderr).toContain('the configuration has chat, am');
  });
});
