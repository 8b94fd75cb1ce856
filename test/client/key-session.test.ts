import { describe, expect, it } from 'vitest';
import { resources } from '../../src/client/rows.ts';
import { failureOf, harness, loopback, secret, tokenTower } from './support.ts';

describe('an API key', () => {
  const withKey = { username: null, password: null, api_key: secret('key-123') };

  it('is sent as it is, without a login', async () => {
    await using tower = await loopback(tokenTower(() => true));
    const { client } = harness(tower.url, withKey);
    await client.signIn();
    await client.list(resources.vms, {});
    expect(tower.received.map(({ operation, authorization }) => [operation, authorization])).toEqual([
      ['get-vms', 'key-123'],
      ['get-vms', 'key-123'],
    ]);
    await client.close();
  });

  it('that is refused is not sent again before a pause that grows', async () => {
    await using tower = await loopback(tokenTower(() => false));
    const { client, clock } = harness(tower.url, withKey);
    for (const pause of [30, 60, 120, 240, 480, 600, 600]) {
      const before = tower.received.length;
      expect((await failureOf(client.list(resources.vms, {}))).code).toBe('unauthenticated');
      clock.advance(pause * 1000 - 1);
      expect((await failureOf(client.list(resources.hosts, {}))).code).toBe('login_paused');
      expect(tower.received.length).toBe(before + 1);
      clock.advance(1);
    }
    expect(tower.operations()).not.toContain('login');
    await client.close();
  });

  it('pauses for 30 s again once it was good', async () => {
    let good = false;
    await using tower = await loopback(tokenTower(() => good));
    const { client, clock } = harness(tower.url, withKey);
    for (const pause of [30_000, 60_000]) {
      await failureOf(client.list(resources.vms, {}));
      clock.advance(pause);
    }
    good = true;
    await client.list(resources.vms, {});
    good = false;
    await failureOf(client.list(resources.vms, {}));
    clock.advance(30_000);
    expect((await failureOf(client.list(resources.vms, {}))).code).toBe('unauthenticated');
    await client.close();
  });

  it('that is good for one operation is not paused by the 401 of another', async () => {
    await using tower = await loopback(tokenTower((_key, operation) => operation === 'get-vms'));
    const { client, clock } = harness(tower.url, withKey);
    for (let poll = 0; poll < 5; poll += 1) {
      expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
      expect((await failureOf(client.list(resources.licenses, {}))).code).toBe('unauthenticated');
      clock.advance(10_000);
    }
    clock.advance(60_000);
    await failureOf(client.list(resources.licenses, {}));
    expect((await failureOf(client.list(resources.vms, {}))).code).toBe('login_paused');
    await client.close();
  });

  it('that is exchanged in its file is used at once', async () => {
    let key = 'old';
    await using tower = await loopback(tokenTower((token) => token === 'new'));
    const { client } = harness(tower.url, { ...withKey, api_key: { reveal: () => key } });
    await failureOf(client.list(resources.vms, {}));
    key = 'new';
    expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
    await client.close();
  });

  it('without a permission is forbidden for that operation alone', async () => {
    await using tower = await loopback(tokenTower((_key, operation) => operation === 'get-vms', 403));
    const { client } = harness(tower.url, withKey);
    expect((await failureOf(client.list(resources.hosts, {}))).code).toBe('forbidden');
    expect((await client.list(resources.vms, {})).rows).toHaveLength(1);
    await client.close();
  });

  it('that cannot be read says so and sends nothing', async () => {
    await using tower = await loopback(tokenTower(() => true));
    const reveal = (): string => {
      throw new Error('/run/key does not exist');
    };
    const { client } = harness(tower.url, { ...withKey, api_key: { reveal } });
    const error = await failureOf(client.list(resources.vms, {}));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toContain('/run/key does not exist');
    expect(tower.received).toHaveLength(0);
    await client.close();
  });
});
