import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { AlertPoll } from '../../src/bridge/poll.ts';
import { createTowerClient } from '../../src/client/tower-client.ts';
import { systemClock } from '../../src/clock.ts';
import { createTowerRuntime } from '../../src/collectors/runner.ts';
import { configSchema } from '../../src/config/schema.ts';
import { silentLogger } from '../../src/log.ts';

const alert = (id: string): object => ({
  id,
  severity: 'CRITICAL',
  ended: false,
  local_start_time: '2026-01-01T00:00:00Z',
});

/** A tower that answers the first page of everything, and with `hangs` never another answer for alerts. */
const startTower = async (hangs: (operation: string, isFirstPage: boolean) => boolean) => {
  const server = createServer(async (request, response) => {
    const operation = request.url?.split('/').at(-1) ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const isFirstPage = !Buffer.concat(chunks).includes('id_gt');
    if (hangs(operation, isFirstPage)) return;
    if (operation === 'get-alerts-connection') response.end('{"aggregate":{"count":2}}');
    else response.end(JSON.stringify(operation === 'get-alerts' && isFirstPage ? [alert('a1'), alert('a2')] : []));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** The poll of one run of the alerts collector with the real client, whose requests may take longer than the run. */
const pollOf = async (url: string): Promise<AlertPoll | undefined> => {
  const collectors = { alerts: { interval: '1s' } };
  const [config] = configSchema({ directory: '/' }).parse({
    towers: [{ name: 't', url, api_key: 'k', page_size: 2, timeout: '1s', collectors }],
  }).towers;
  if (config === undefined) throw new Error('no tower');
  const none = (): void => {};
  const polls: AlertPoll[] = [];
  const reader = createTowerClient({ config, clock: systemClock, random: () => 0 });
  const runtime = createTowerRuntime({
    config,
    reader,
    snapshot: { publish: none, withdraw: none },
    metrics: { collectorRun: none, unknownEnumValue: none },
    clock: systemClock,
    random: () => 0,
    logger: silentLogger,
    consumer: {
      openAlertIds: () => [],
      accept: async (poll) => void polls.push(poll),
    },
  });
  await runtime.runOnce();
  await runtime.stop();
  await reader.close();
  return polls[0];
};

describe.concurrent('a poll of a tower that hangs until the run is given up', () => {
  it.each<[string, AlertPoll['outcome'], readonly string[], Parameters<typeof startTower>[0]]>([
    ['nowhere', 'complete', ['a1', 'a2'], () => false],
    ['at the first page', 'unreachable', [], (operation) => operation === 'get-alerts'],
    ['at a later page', 'incomplete', ['a1', 'a2'], (operation, isFirst) => operation === 'get-alerts' && !isFirst],
    ['at the count', 'incomplete', ['a1', 'a2'], (operation) => operation === 'get-alerts-connection'],
  ])('%s: %s', async (_, outcome, ids, hangs) => {
    await using tower = await startTower(hangs);
    const poll = await pollOf(tower.url);
    expect(poll).toMatchObject({ outcome });
    if (outcome !== 'complete') expect(poll?.reason).toMatch(/did not answer in full|given up: the caller's deadline/);
    expect(poll?.alerts.map(({ id }) => id)).toEqual(ids);
  });
});
