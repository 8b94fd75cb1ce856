import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createDashboardRouter } from '../../src/dashboard/router.ts';
import type { DashboardSource } from '../../src/dashboard/source.ts';
import { cluster, host, polledAlert } from '../collectors/support/rows.ts';
import { ask, startServer } from '../server/support.ts';
import { now, tower, unread } from './estate.ts';
import { receiver, sourceOf, state, states, view } from './source.ts';

const clock = { ...systemClock, now: () => now };
const start = (source: DashboardSource) =>
  startServer({
    routes: [createDashboardRouter({ source, clock, telemetryPath: '/metrics' })],
    towers: () => source.towers().map(({ name }) => name),
  });

const estate = tower({
  clusters: [
    cluster({
      id: 'c1',
      name: 'prod',
      total_data_capacity: 1024 ** 4,
      used_data_space: 1024 ** 4 / 2,
      failure_data_space: 0,
    }),
  ],
  hosts: [host({ id: 'h1' })],
  alerts: [
    polledAlert({ id: 'a1', severity: 'INFO', cause: 'the cause', impact: 'the impact', solution: 'the solution' }),
  ],
});

describe('GET /api/v1/dashboard', () => {
  it('answers figures in base units with the text beside them', async () => {
    await using server = await start(sourceOf([view(estate)]));
    const { status, headers, text } = await ask(
      `${server.url}/api/v1/dashboard?tower=shanghai&cluster_id=&datacenter_id=`,
    );
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(text)).toMatchObject({
      scope: { tower: 'shanghai', cluster_id: null, datacenter_id: null },
      verdict: { level: 'ok' },
      storage: {
        total: { value: 1024 ** 4, formatted: '1.00TiB', missing: 0 },
        usage: { value: 0.5, formatted: '50.00%' },
      },
      cpu: { total: { value: 200e9, formatted: '200.00GHz' }, cores: { value: 72 } },
      alerts: { info: 1, total: 1 },
      alert_list: [{ cause: 'the cause', started_at: '2026-01-01T00:00:00.000Z' }],
      clusters_by_product: { smtx_os_elf: { total: 1, abnormal: 0 } },
    });
  });

  it.each([
    ['?tower=nope', 404],
    ['?tower=shanghai&tower=shanghai', 400],
    [`?cluster_id=${'x'.repeat(600)}`, 400],
    ['?tower[a]=shanghai', 200],
    ['?cluster_id=nowhere', 200],
    ['?something=else', 200],
    ['?tower=%F0%9F%92%A5%00', 404],
  ])('%s → %i, as JSON', async (query, status) => {
    await using server = await start(sourceOf([view(estate)]));
    const answer = await ask(`${server.url}/api/v1/dashboard${query}`);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/json');
    if (status === 200) expect(JSON.parse(answer.text)).toHaveProperty('verdict');
    else expect(JSON.parse(answer.text)).toHaveProperty('error');
  });

  it.each(['/', '/api/v1/dashboard', '/assets/dashboard.css'])('refuses POST on %s, and answers HEAD', async (path) => {
    await using server = await start(sourceOf([view(estate)]));
    const { status, headers } = await ask(`${server.url}${path}`, { method: 'POST' });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    const head = await ask(`${server.url}${path}`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
  });
});

describe('the page', () => {
  it('carries its policy, and everything that it names is there', async () => {
    await using server = await start(sourceOf([view(estate)], [receiver()]));
    const { headers, text } = await ask(`${server.url}/`);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("script-src 'self'; img-src 'self' data:; connect-src 'self'");
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script>/);
    const links = [...text.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'));
    expect(links).toEqual(expect.arrayContaining(['/metrics', '/api/v1/targets', '/-/healthy', '/-/ready']));
    for (const link of links) expect((await ask(`${server.url}${link}`)).status, link).toBe(200);
  });

  it('says what it cannot show', async () => {
    await using server = await start(sourceOf([view(estate)]));
    for (const [query, status] of [
      ['?tower=nope', 404],
      ['?tower=a&tower=b', 400],
    ] as const) {
      const answer = await ask(`${server.url}/${query}`);
      expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
      expect(answer.text).toContain('Show everything');
    }
  });

  it('escapes whatever names say', async () => {
    const bad = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u0000\u202E';
    const hostile = tower({
      tower: bad,
      clusters: [
        cluster({
          id: bad,
          name: bad,
          version: bad,
          local_id: bad,
          license_type: bad,
          software_edition: bad,
          architecture: bad,
          datacenters: [{ id: bad, name: bad }],
        }),
      ],
      alerts: [
        polledAlert({
          id: bad,
          message: bad,
          cause: bad,
          impact: bad,
          solution: bad,
          rule: bad,
          cluster: { id: bad, name: bad },
          host: { id: bad, name: bad },
        }),
      ],
      deploys: [{ id: 'd', version: bad }],
    });
    const failing = states({ lastError: { code: 'status', message: bad } });
    const targets = [{ target: bad, state: 'retrying', problem: bad, lastSuccess: null }] as const;
    for (const own of [states(), failing]) {
      await using server = await start(sourceOf([view(hostile, own)], [receiver({ name: bad, targets })]));
      const { text } = await ask(`${server.url}/?cluster_id=${encodeURIComponent(bad)}`);
      expect(text).toContain('&lt;script&gt;');
      expect(text).not.toMatch(/<script>|<img|onerror=alert\(2\)>/);
      expect(text).not.toContain('\u0000');
    }
  });

  const vanished = { since: now - 60_000, last: now, polls: 2, elapsed: 60_000, reason: 'x', open: 200, gone: 200 };
  const refused = { code: 'network', message: 'connect ECONNREFUSED' };
  it.each([
    [
      'starting',
      sourceOf([view(unread, states({ lastRun: null, lastSuccess: null }))]),
      'read for the first time',
      'Nothing to do',
    ],
    [
      'unreachable, never read',
      sourceOf([view(unread, states({ lastSuccess: null, lastError: refused }))]),
      'It was never read',
      'Check url',
    ],
    [
      'unreachable, read before',
      sourceOf([view(estate, states({ lastError: refused }))]),
      'after a while its metrics are withdrawn',
      'Check url',
    ],
    [
      'stale',
      sourceOf([
        view(estate, [
          ...states().filter(({ name }) => name !== 'disks'),
          state({ name: 'disks', stale: true, lastError: { code: 'forbidden', message: 'no' } }),
        ]),
      ]),
      'disks cannot be read',
      'Give the user a role',
    ],
    [
      'held',
      sourceOf([view(estate, states(), { unreachable: null, incomplete: null, vanished })], [receiver()]),
      '200 of 200 alerts vanished',
      'docs/bridge.md',
    ],
    ['without state', sourceOf([view(estate)], [], false), 'cannot open its state', 'Check the disk'],
    ['empty', sourceOf([view(tower())]), 'There is no cluster here', 'check what the user'],
    ['without a bridge', sourceOf([view(estate)]), 'No bridge is configured', 'All is well'],
  ] as const)('says what to do when it is %s', async (_title, source, what, todo) => {
    await using server = await start(source);
    const { status, text } = await ask(`${server.url}/`);
    expect(status).toBe(200);
    const plain = text.replaceAll(/<[^>]*>/g, '');
    expect(plain).toContain(what);
    expect(plain).toContain(todo);
  });

  it('lists two hundred of thousands of alerts and counts the rest', async () => {
    const alerts = Array.from({ length: 5000 }, (_, at) => polledAlert({ id: `a${at}`, message: `alert ${at}` }));
    await using server = await start(sourceOf([view(tower({ alerts }))]));
    const { text } = await ask(`${server.url}/`);
    expect(text.match(/<details /g)).toHaveLength(200);
    expect(text).toContain('4800 more');
  });

  it('keeps the version of a part as long as only time passes', async () => {
    let time = now;
    const source = sourceOf([view(estate)], [receiver()]);
    await using server = await startServer({
      routes: [createDashboardRouter({ source, clock: { ...clock, now: () => time }, telemetryPath: '/metrics' })],
    });
    const versions = async () =>
      [...(await ask(`${server.url}/`)).text.matchAll(/data-version="(\w+)"/g)].map(([, hash]) => hash);
    const before = await versions();
    time += 3_600_000;
    expect(before.length).toBeGreaterThan(8);
    expect(await versions()).toEqual(before);
  });
});
