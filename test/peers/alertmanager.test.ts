import { hashSync } from 'bcryptjs';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { fingerprint } from '../../src/bridge/fingerprint.ts';
import { groupKey, groupLabels } from '../../src/bridge/receivers/group-key.ts';
import { createReceiver } from '../../src/bridge/receivers/create.ts';
import { probeReceiver } from '../../src/bridge/receivers/probe.ts';
import type { Hold, Receiver, ReceiverDeps } from '../../src/bridge/receiver.ts';
import type { BridgeStore } from '../../src/bridge/store/bridge-store.ts';
import { openStore } from '../../src/bridge/store/sqlite.ts';
import type { BridgeAlert } from '../../src/bridge/store/types.ts';
import { systemClock } from '../../src/clock.ts';
import { alertmanagerConfig, recordMetrics, seeded } from '../bridge/receivers/support.ts';
import { alertOf, ends, fires, TestLogger } from '../bridge/support.ts';
import { eventually, type RealAlertmanager, startAlertmanager, startRecorder } from '../support/alertmanager.ts';
import { describeWithPeers } from '../support/peers.ts';

// Real processes start and wait for each other; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 30_000 });

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const recorder = async () => {
  const started = await startRecorder();
  cleanups.push(() => started.close());
  return started;
};

const named = (name: string, at: number, labels: Readonly<Record<string, string>> = {}): BridgeAlert =>
  alertOf({ alertname: name, ...labels }, { startsAt: at, firstSeen: at });

interface Bridge {
  readonly store: BridgeStore;
  readonly receiver: Receiver;
  readonly holds: Map<string, Hold>;
  readonly delays: readonly { readonly seconds: number }[];
  apply(change: Parameters<BridgeStore['applyPoll']>[1]): void;
  now(): number;
}

/** A receiver on a store of its own, against real Alertmanagers. `ahead`: how far our clock is ahead, milliseconds. */
const startBridge = (urls: readonly string[], settings: object = {}, ahead = 0): Bridge => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const logger = new TestLogger();
  const store = openStore({ directory: null, clock, logger });
  const recorded = recordMetrics();
  const holds = new Map<string, Hold>();
  const deps: ReceiverDeps = {
    store,
    clock,
    random: seeded(7),
    logger,
    metrics: recorded.metrics,
    holds: { holdOf: (alert) => holds.get(alert.fingerprint) ?? null },
    pollInterval: 1000,
    dryRun: null,
  };
  const receiver = createReceiver(
    alertmanagerConfig({ urls, resend_interval: '1s', timeout: '2s', ...settings }),
    deps,
  );
  receiver.start();
  cleanups.push(() => receiver.stop(0));
  return {
    store,
    receiver,
    holds,
    delays: recorded.delays,
    apply: (change) => {
      store.applyPoll('t', change);
      receiver.wake();
    },
    now: () => clock.now(),
  };
};

/** Everything that was written is accepted by every Alertmanager, or buried. */
const isSettled = ({ store, receiver }: Bridge): boolean =>
  receiver.consumers.every((consumer) => store.cursor(consumer) === store.lastSeq());

const isActive = async (alertmanager: RealAlertmanager, alert: BridgeAlert): Promise<boolean> =>
  (await alertmanager.active()).has(alert.fingerprint);

describeWithPeers('the bridge with real Alertmanagers', ['prometheus-alertmanager', 'amtool'], (paths) => {
  const alertmanager = async (
    over: Partial<Parameters<typeof startAlertmanager>[0]> = {},
  ): Promise<RealAlertmanager> => {
    const started = await startAlertmanager({
      binary: paths['prometheus-alertmanager'] ?? '',
      webhook: 'http://127.0.0.1:9/',
      groupBy: ['alertname'],
      ...over,
    });
    cleanups.push(() => started.remove());
    return started;
  };

  it('computes the fingerprint and the group key that Alertmanager computes, on 300 random label sets', async () => {
    const { url, notifications } = await recorder();
    const one = await alertmanager({ webhook: url, groupBy: ['...'] });
    const random = seeded(20_261_122);
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const pieces = [
      '上海',
      '"',
      '\\',
      '\n',
      '\t',
      ' ',
      'é',
      '😀',
      'عربي',
      '{}',
      ',',
      '=',
      'x',
      '7',
      '\u0001',
      '\u00a0',
      '\u200b',
    ];
    const names = ['alertname', 'tower', 'cluster_id', 'host_name', 'B', '_u', 'zone', 'severity'];
    const sets = Array.from({ length: 300 }, (_, index) => {
      const labels: Record<string, string> = { id: `i${index}` };
      for (const name of names) {
        if (random() < 0.4) continue;
        labels[name] = Array.from({ length: Math.floor(random() * 5) }, () => pick(pieces) ?? '').join('');
      }
      return labels;
    });
    const endsAt = new Date(Date.now() + 600_000).toISOString();
    const response = await fetch(`${one.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sets.map((labels) => ({ labels, endsAt }))),
    });
    expect(response.status).toBe(200);
    await eventually('300 notifications', () => notifications.length >= 300, 30_000);
    const theirs = new Map(
      notifications.map((notification) => [
        notification.alerts[0]?.labels['id'],
        [notification.alerts[0]?.fingerprint, notification.groupKey],
      ]),
    );
    for (const set of sets) {
      const labels = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== ''));
      expect([fingerprint(labels), groupKey(groupLabels(labels, ['...']))]).toEqual(theirs.get(set['id']));
    }
  });

  it('brings two clustered Alertmanagers to one firing and one resolved notification for each alert', async () => {
    const { url, notifications } = await recorder();
    const one = await alertmanager({ webhook: url, groupBy: ['...'], groupInterval: '4s' });
    const two = await alertmanager({
      webhook: url,
      groupBy: ['...'],
      groupInterval: '4s',
      peers: [one.clusterAddress],
    });
    await Promise.all([one.joined(2), two.joined(2)]);
    const bridge = startBridge([one.url, two.url]);
    const alerts = Array.from({ length: 20 }, (_, index) => named(`a${index}`, bridge.now(), { severity: 'warning' }));
    const count = (status: string, { fingerprint: print }: BridgeAlert): number =>
      notifications.filter(({ alerts: [first] }) => first?.status === status && first.fingerprint === print).length;
    bridge.apply(fires(bridge.now(), ...alerts));
    for (const peer of [one, two]) {
      await eventually('all are active on both', async () => (await peer.active()).size === 20);
    }
    await eventually('each was notified', () => alerts.every((alert) => count('firing', alert) > 0));
    // The second Alertmanager waits two seconds for word from the first before it notifies by itself.
    await delay(3000);
    // A change of severity: the old label set ends as the new one begins.
    const [old, ...rest] = alerts;
    if (old === undefined) return expect.fail();
    const escalated = named('a0', bridge.now(), { severity: 'critical' });
    const { transitions: ended, ...change } = ends(bridge.now(), old);
    const begun = fires(bridge.now(), escalated);
    bridge.apply({
      ...change,
      firing: new Map([...change.firing, ...begun.firing]),
      transitions: [...ended, ...begun.transitions],
    });
    await eventually('the new one was notified', () => count('firing', escalated) > 0 && count('resolved', old) > 0);
    await delay(3000);
    bridge.apply(ends(bridge.now(), ...rest, escalated));
    await eventually('each end was notified', () =>
      [...rest, escalated].every((alert) => count('resolved', alert) > 0),
    );
    await delay(3000);
    for (const alert of [...alerts, escalated]) {
      expect([count('firing', alert), count('resolved', alert)], JSON.stringify(alert.labels)).toEqual([1, 1]);
    }
  });

  it.each([0, 128, 255])('delivers 255 alerts beside a poisoned one at index %i', async (index) => {
    const one = await alertmanager();
    const bridge = startBridge([one.url]);
    const alerts = Array.from({ length: 256 }, (_, at) =>
      at === index ? alertOf({ 'not a name': 'x' }, { startsAt: bridge.now() }) : named(`a${at}`, bridge.now()),
    );
    bridge.apply(fires(bridge.now(), ...alerts));
    await eventually('everything is done', () => isSettled(bridge));
    expect((await one.active()).size).toBe(255);
    expect(bridge.store.deadLetters('r').map(({ labels, status }) => [labels, status])).toEqual([
      [{ 'not a name': 'x' }, 400],
    ]);
  });

  it('finds the alert that a 422 names', async () => {
    const one = await alertmanager();
    const bridge = startBridge([one.url]);
    const alerts = Array.from({ length: 100 }, (_, at) => named(`a${at}`, bridge.now()));
    const bad = { ...named('bad', bridge.now()), generatorURL: 'not absolute' };
    bridge.apply(fires(bridge.now(), ...alerts.slice(0, 40), bad, ...alerts.slice(40)));
    await eventually('everything is done', () => isSettled(bridge));
    expect((await one.active()).size).toBe(100);
    expect(bridge.store.deadLetters('r').map(({ status }) => status)).toEqual([422]);
  });

  it('brings a peer that was down across a resolve to the state of the other, without a flap', async () => {
    const { url, notifications } = await recorder();
    const one = await alertmanager({ webhook: url, groupInterval: '4s' });
    const two = await alertmanager({ webhook: url, groupInterval: '4s', peers: [one.clusterAddress] });
    await Promise.all([one.joined(2), two.joined(2)]);
    const bridge = startBridge([one.url, two.url]);
    const [a, b] = [named('a', bridge.now()), named('b', bridge.now())];
    bridge.apply(fires(bridge.now(), a, b));
    await eventually('both are active on the second', async () => (await two.active()).size === 2);
    await eventually('both were notified', () => notifications.length >= 2);
    await two.kill('SIGKILL');
    bridge.apply(ends(bridge.now(), a));
    await eventually('the first has only b', async () => (await one.active()).size === 1);
    await two.start();
    await eventually('the second has b', async () => (await two.active()).has(b.fingerprint));
    await eventually('the end was notified', () => notifications.some(({ status }) => status === 'resolved'));
    await delay(3000);
    expect([...(await two.active())]).toEqual([b.fingerprint]);
    const told = notifications.flatMap(({ alerts }) =>
      alerts.map((alert) => `${alert.labels['alertname']} ${alert.status}`),
    );
    expect(told.filter((entry) => entry === 'a firing')).toHaveLength(1);
    expect(told.filter((entry) => entry === 'a resolved')).toHaveLength(1);
    expect(told).not.toContain('b resolved');
  });

  it('is not delayed on one Alertmanager by a peer that swallows everything', async () => {
    const one = await alertmanager();
    const hole: Server = createServer(() => {});
    await new Promise<void>((resolve) => {
      hole.listen(0, '127.0.0.1', resolve);
    });
    cleanups.push(async () => hole.close());
    const address = hole.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    const bridge = startBridge([`http://127.0.0.1:${port}`, one.url]);
    for (let round = 0; round < 5; round += 1) {
      const alert = named(`a${round}`, bridge.now());
      bridge.apply(fires(bridge.now(), alert));
      await eventually('it is active', () => isActive(one, alert), 1500);
      bridge.apply(ends(bridge.now(), alert));
      await eventually('it is not', async () => !(await isActive(one, alert)), 1500);
    }
    expect(bridge.receiver.status().targets.map(({ state }) => state)).toEqual([
      expect.stringMatching(/delivering|retrying/),
      'idle',
    ]);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('loses nothing when an Alertmanager gets %s', async (signal) => {
    const one = await alertmanager();
    const bridge = startBridge([one.url]);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => named(name, bridge.now()));
    if (a === undefined || b === undefined || c === undefined) return expect.fail();
    bridge.apply(fires(bridge.now(), a, b));
    await eventually('both are active', async () => (await one.active()).size === 2);
    await one.kill(signal);
    bridge.apply(ends(bridge.now(), a));
    bridge.apply(fires(bridge.now(), c));
    await one.start();
    await eventually('what fires is active again', async () => {
      const active = await one.active();
      return active.has(b.fingerprint) && active.has(c.fingerprint);
    });
    await eventually('everything is accepted', () => isSettled(bridge));
    expect(await isActive(one, a)).toBe(false);
  });

  it('ends again what a late message from elsewhere opened again', async () => {
    const one = await alertmanager();
    const bridge = startBridge([one.url]);
    const a = named('a', bridge.now());
    bridge.apply(fires(bridge.now(), a));
    await eventually('it is active', () => isActive(one, a));
    bridge.apply(ends(bridge.now(), a));
    await eventually('it is not', async () => !(await isActive(one, a)));
    const late = {
      labels: a.labels,
      startsAt: new Date(a.startsAt).toISOString(),
      endsAt: new Date(Date.now() + 600_000).toISOString(),
    };
    await fetch(`${one.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([late]),
    });
    await eventually('it is ended again', async () => !(await isActive(one, a)));
  });

  it('opens nothing again that a healthy twin ended while its own tower is unreachable', async () => {
    const one = await alertmanager();
    const [healthy, stale] = [startBridge([one.url]), startBridge([one.url])];
    const [a, b] = [named('a', healthy.now()), named('b', healthy.now())];
    for (const bridge of [healthy, stale]) bridge.apply(fires(healthy.now(), a, b));
    await eventually('both are active', async () => (await one.active()).size === 2);
    await eventually('both bridges delivered', () => isSettled(stale));
    for (const { fingerprint: print } of [a, b]) {
      stale.holds.set(print, { reason: 'unreachable', since: stale.now(), expired: false });
    }
    healthy.apply(ends(healthy.now(), a));
    await eventually('a is ended', async () => !(await isActive(one, a)));
    await healthy.receiver.stop(0);
    // The healthy one is gone: only the other one's extensions keep b alive beyond its four seconds.
    for (let look = 0; look < 60; look += 1) {
      expect([...(await one.active())]).toEqual([b.fingerprint]);
      await delay(100);
    }
  });

  it.each([600_000, -600_000])('fires and resolves although the clocks differ: ours is %i ms ahead', async (ahead) => {
    const one = await alertmanager();
    const bridge = startBridge([one.url], {}, ahead);
    const a = named('a', bridge.now());
    bridge.apply(fires(bridge.now(), a));
    await eventually('it is active', () => isActive(one, a));
    for (let look = 0; look < 30; look += 1) {
      expect(await isActive(one, a)).toBe(true);
      await delay(100);
    }
    bridge.apply(ends(bridge.now(), a));
    await eventually('it is not', async () => !(await isActive(one, a)));
  });

  it('holds everything on TLS and credentials that do not fit, and says what to mend', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'alertmanager-tls-'));
    cleanups.push(async () => rmSync(folder, { recursive: true, force: true }));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    const webConfig = JSON.stringify({
      tls_server_config: { cert_file: cert, key_file: key },
      basic_auth_users: { bridge: hashSync('right', 4) },
    });
    const one = await alertmanager({ webConfig, scheme: 'https' });
    const auth = (password: string) => ({ username: 'bridge', password });
    const wrong = [
      [one.url.replace('https', 'http'), {}, /answered 400; check the scheme/],
      [one.url, {}, /TLS failed .*ca_file/],
      [one.url, { tls_config: { ca_file: cert } }, /answered 401; check the credentials/],
      [one.url, { tls_config: { ca_file: cert }, basic_auth: auth('wr0ng-secret') }, /answered 401/],
    ] as const;
    for (const [url, http_config, message] of wrong) {
      const bridge = startBridge([url], { http_config });
      bridge.apply(fires(bridge.now(), named('a', bridge.now())));
      await eventually('it is noticed', () => bridge.receiver.status().targets[0]?.problem !== null);
      const status = bridge.receiver.status();
      expect(status).toMatchObject({ queueLength: 1, deadLetters: 0, targets: [{ state: 'configuration_error' }] });
      expect(status.targets[0]?.problem).toMatch(message);
      expect(JSON.stringify(status)).not.toContain('wr0ng-secret');
      const [probe] = await probeReceiver(alertmanagerConfig({ urls: [url], http_config }), { clock: systemClock });
      expect(probe?.outcome).toBe('failed');
    }
    const http_config = { tls_config: { ca_file: cert }, basic_auth: auth('right') };
    const bridge = startBridge([one.url], { http_config });
    bridge.apply(fires(bridge.now(), named('a', bridge.now())));
    await eventually('it is accepted', () => isSettled(bridge));
    const [probe] = await probeReceiver(alertmanagerConfig({ urls: [one.url], http_config }), { clock: systemClock });
    expect(probe).toMatchObject({ outcome: 'ok', detail: expect.stringMatching(/^Alertmanager 0\./) });
  });

  it('delivers 10 000 alerts at a cold start', async () => {
    const one = await alertmanager();
    const bridge = startBridge([one.url], { resend_interval: '1m', timeout: '10s' });
    const alerts = Array.from({ length: 10_000 }, (_, index) => ({
      ...named(`a${index % 40}`, bridge.now(), { alert_id: `id-${index}`, tower: 't', cluster_name: '上海-生产' }),
      annotations: { summary: `disk ${index} is slow`, description: 'cause. '.repeat(40) },
    }));
    bridge.apply(fires(bridge.now(), ...alerts));
    await eventually('all are accepted', () => isSettled(bridge), 10_000);
    expect((await one.active()).size).toBe(10_000);
    const slowest = Math.max(...bridge.delays.map(({ seconds }) => seconds));
    console.info(`10 000 alerts were accepted within ${slowest.toFixed(2)} s`);
    expect(bridge.delays).toHaveLength(10_000);
  });
});
