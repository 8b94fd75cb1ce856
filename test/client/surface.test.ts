import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/client/call.ts';
import type { TowerConnectionConfig } from '../../src/client/config.ts';
import { type Operation, apiBase, operationPath } from '../../src/client/operations.ts';
import type { Resource } from '../../src/client/reader.ts';
import type { Row } from '../../src/client/resources.ts';
import type { TowerConfig } from '../../src/config/schema.ts';
import { everyResource, failureOf, grant, harness, json, loopback } from './support.ts';

const reads = /^get-[a-z-]+$/;

describe('the client reads and does nothing else', () => {
  it('by its types', () => {
    type Is<A, B> = [A] extends [B] ? true : false;
    const outside: [
      Is<'resolve-alert', Operation>,
      Is<'create-vm', Operation>,
      Is<'delete-vm', Parameters<Call>[0]>,
      Is<'login', Parameters<Call>[0]>,
      Is<'update-vm', Resource<Row>['operation']>,
    ] = [false, false, false, false, false];
    const inside: [Is<'login', Operation>, Is<'get-vms', Parameters<Call>[0]>] = [true, true];
    expect([...outside, ...inside]).toHaveLength(7);
  });

  it('by the shape of what it may call, whatever the types were made to believe', () => {
    const base = apiBase('https://tower.test');
    expect(operationPath(base, 'login')).toBe('/v2/api/login');
    expect(operationPath(base, 'get-vms-connection')).toBe('/v2/api/get-vms-connection');
    const tricks = [
      'get-',
      'get-x/../delete-vm',
      'get-vms?x=1',
      'get-vms#',
      'get-VMS',
      'get-vms ',
      'get-%2e%2e',
    ] as const;
    for (const trick of tricks) expect(() => operationPath(base, trick)).toThrow(RangeError);
  });

  it('by its resources', () => {
    expect(everyResource.map(({ operation }) => operation).toSorted()).toEqual([
      'get-alert-rules',
      'get-alerts',
      'get-cluster-settingses',
      'get-clusters',
      'get-datacenters',
      'get-deploys',
      'get-disks',
      'get-global-alert-rules',
      'get-global-settingses',
      'get-hosts',
      'get-licenses',
      'get-vms',
    ]);
  });

  it('on the wire, in good times and bad', async () => {
    let turn = 0;
    await using tower = await loopback(({ operation, body }, response, raw) => {
      turn += 1;
      if (raw.method !== 'POST') throw new Error(`unexpected ${raw.method}`);
      if (operation === 'login') grant(response, `t${turn}`);
      else if (turn % 5 === 0) json(response, 401, { code: 'LOAD_TOKEN_FAILED', message: '' });
      else if (turn % 7 === 0) json(response, 503, {});
      else if (turn % 11 === 0) response.destroy();
      else if (operation.endsWith('-connection')) json(response, 200, { aggregate: { count: 1 } });
      else json(response, 200, JSON.stringify(body).includes('id_gt') ? [] : [{ id: 'a', name: 'x' }]);
    });
    const { client, requests } = harness(tower.url);
    await client.signIn();
    for (let round = 0; round < 5; round += 1) {
      for (const resource of everyResource) {
        await client.list(resource, { prove: true, where: { id_not: 'z' } }).catch(() => null);
        await client.count(resource, {}).catch(() => null);
      }
    }
    await client.close();
    const called = new Set(tower.operations());
    expect(called.size).toBe(25);
    for (const operation of called) expect(operation === 'login' || reads.test(operation)).toBe(true);
    expect(new Set(requests.map(({ operation }) => operation))).toEqual(called);
  });

  it('and only one file sends anything', () => {
    const folder = join(import.meta.dirname, '../../src/client');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const using = (pattern: RegExp) => files.filter((name) => pattern.test(readFileSync(join(folder, name), 'utf8')));
    expect(using(/from 'undici'/).toSorted()).toEqual(['connection.ts', 'dispatcher.ts']);
    expect(using(/node:https?'|node:net'|\bfetch\(/)).toEqual([]);
    expect(using(/\.post\(/)).toEqual(['attempt.ts']);
  });
});

it("takes the configuration's tower as it is", () => {
  const accepted: [TowerConfig] extends [TowerConnectionConfig] ? true : false = true;
  expect(accepted).toBe(true);
});

it('says which tower, operation and request an error is about', async () => {
  await using tower = await loopback(({ operation }, response) => {
    if (operation === 'login') grant(response, 't1');
    else json(response, 400, { message: 'bad' }, { 'x-tower-request-id': 'req-1' });
  });
  const { client, logs } = harness(tower.url);
  for (const resource of everyResource) {
    const error = await failureOf(client.list(resource, {}));
    expect(error).toMatchObject({ tower: 'shanghai', operation: resource.operation, requestId: 'req-1', status: 400 });
    expect(error.message).toContain(`tower shanghai (${tower.url}): ${resource.operation}: answered 400: bad`);
  }
  expect(logs.filter(({ message }) => message === 'request failed').map(({ fields }) => fields)).toMatchObject(
    everyResource.map(({ operation }) => ({ tower: 'shanghai', operation, status: 400, request_id: 'req-1' })),
  );
  await client.close();
});
