import { describe, expect, it } from 'vitest';
import { probeReceiver } from '../../../src/bridge/receivers/probe.ts';
import type { ReceiverConfig } from '../../../src/config/schema.ts';
import { TestClock } from '../../support/clock.ts';
import { alertmanagerConfig, answers, type Behaviour, fails, FakePeers, webhookConfig } from './support.ts';

const probe = async (config: ReceiverConfig, origin: string, behaviour: Behaviour) => {
  const clock = new TestClock();
  const peers = new FakePeers(clock);
  peers.behaviours.set(origin, behaviour);
  const results = await probeReceiver(config, { clock }, peers.createClient);
  return { results, requests: peers.exchanges.map(({ request }) => `${request.method} ${request.url}`) };
};

const status = JSON.stringify({ versionInfo: { version: '0.25.0' } });

describe('reaching a receiver', () => {
  it('asks every Alertmanager for its status and posts nothing', async () => {
    const config = alertmanagerConfig({ urls: ['http://am-0/base', 'http://am-1'] });
    const { results, requests } = await probe(config, 'http://am-0', answers(200, status));
    expect(requests.toSorted()).toEqual(['GET http://am-0/base/api/v2/status', 'GET http://am-1/api/v2/status']);
    expect(results.map(({ outcome }) => outcome)).toEqual(['ok', 'failed']);
    expect(results[0]?.detail).toContain('0.25.0');
    expect(results[1]?.detail).toContain('not as an Alertmanager does');
  });

  it.each([
    [answers(401), /credentials/],
    [answers(404), /path of the URL/],
    [answers(302), /redirects are not followed/],
    [answers(503), /answered 503/],
    [fails('network'), /network/],
    [fails('tls'), /tls/],
  ])('says what is wrong with an Alertmanager', async (behaviour, message) => {
    const { results } = await probe(alertmanagerConfig({}), 'http://am', behaviour);
    expect(results).toMatchObject([{ receiver: 'r', outcome: 'failed', detail: expect.stringMatching(message) }]);
  });

  it.each([
    [answers(200), 'ok'],
    [answers(204), 'ok'],
    [answers(404), 'ok'],
    [answers(405), 'ok'],
    [answers(501), 'ok'],
    [answers(401), 'failed'],
    [answers(301), 'failed'],
    [answers(500), 'failed'],
    [fails('network'), 'failed'],
  ] as const)('asks a webhook for its options and never shows its URL', async (behaviour, outcome) => {
    const config = webhookConfig({ url: 'http://hook/s3cret/?t=s3cret' });
    const { results, requests } = await probe(config, 'http://hook', behaviour);
    expect(requests).toEqual(['OPTIONS http://hook/s3cret/?t=s3cret']);
    expect(results).toMatchObject([{ receiver: 'r', target: 'r', outcome }]);
    expect(JSON.stringify(results)).not.toContain('s3cret');
  });
});
