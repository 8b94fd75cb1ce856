import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../../src/client/fields.ts';
import type { TowerConnectionConfig } from '../../src/client/config.ts';
import { IncompleteReadError } from '../../src/client/errors.ts';
import { resources } from '../../src/client/rows.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { versions } from '../../src/simulator/versions.ts';
import { everyResource, failureOf, type Harness, harness, secret } from './support.ts';

/** The resources have the names of the simulator's tables. */
const names = Object.keys(resources).filter((name): name is keyof typeof resources => name in resources);

const small: SimulatorOptions = { clusters: 4, hosts: 2, disks: 3, vms: 60 };

interface Running extends Harness, AsyncDisposable {
  readonly tower: Simulator;
}

const running = async (options: SimulatorOptions = {}, more: Partial<TowerConnectionConfig> = {}): Promise<Running> => {
  const tower = await startSimulator({ ...small, ...options });
  const made = harness(tower.url, {
    username: tower.username,
    password: secret(tower.password),
    page_size: 20,
    ...more,
  });
  return {
    ...made,
    tower,
    [Symbol.asyncDispose]: async () => {
      await made.client.close();
      await tower.close();
    },
  };
};

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).toSorted();

describe.each(versions)('a CloudTower %s', (version) => {
  it('is read whole, every resource', async () => {
    await using made = await running({ version });
    for (const name of names) {
      const read = await made.client.list<{ readonly id: string }>(resources[name], {});
      expect(idsOf(read.rows), name).toEqual(idsOf(made.tower.state[name]));
    }
    expect(made.logins).toEqual(['success']);
    expect(made.tower.requests.operations().filter((name) => name !== 'login' && !name.startsWith('get-'))).toEqual([]);
  });

  it('is counted where it can count', async () => {
    await using made = await running({ version });
    const { client, tower } = made;
    for (const name of ['clusters', 'hosts', 'disks', 'vms', 'alerts'] as const) {
      const read = await client.list<{ readonly id: string }>(resources[name], { prove: true });
      expect(read.count).toBe(tower.state[name].length);
    }
    const where = { in_recycle_bin: true };
    const recycled = tower.state.vms.filter((vm) => vm.in_recycle_bin);
    expect(idsOf((await client.list(resources.vms, { where, prove: true })).rows)).toEqual(idsOf(recycled));
    expect(await client.count(resources.vms, { where })).toBe(recycled.length);
  });

  it('gives every field that is read its own value', async () => {
    await using made = await running({ version });
    for (const name of names) {
      const read = await made.client.list<{ readonly id: string }>(resources[name], {});
      const table = new Map<string, unknown>(made.tower.state[name].map((row) => [row.id, row]));
      for (const row of read.rows) {
        const source = table.get(row.id);
        if (!isJsonObject(source)) throw new Error(`no ${name} ${row.id}`);
        for (const [field, value] of Object.entries(row)) {
          const given = source[field];
          if (typeof given === 'number' || typeof given === 'boolean' || typeof given === 'string') {
            expect(value, `${name}.${field}`).toEqual(given);
          } else if (given === null && field !== 'name')
            expect([null, ''].includes(value) || Array.isArray(value)).toBe(true);
        }
      }
    }
  });
});

describe('a CloudTower that misbehaves', () => {
  it('caps pages below what was asked for: nothing is lost', async () => {
    await using made = await running();
    made.tower.faults.pageCap(7);
    const read = await made.client.list(resources.vms, { prove: true });
    expect(read.rows).toHaveLength(60);
    expect(read.pages).toBe(9);
  });

  it('repeats rows between pages: each comes once', async () => {
    await using made = await running();
    made.tower.faults.overlap('get-vms');
    const { rows } = await made.client.list(resources.vms, { prove: true });
    expect(idsOf(rows)).toEqual(idsOf(made.tower.state.vms));
  });

  it('is stuck on one page: an error that carries it', async () => {
    await using made = await running();
    made.tower.faults.stuck('get-vms');
    const error = await failureOf(made.client.list(resources.vms, {}));
    expect(error).toBeInstanceOf(IncompleteReadError);
    expect(error instanceof IncompleteReadError ? error.partial.length : 0).toBe(20);
  });

  it('moves rows between pages: those that stay are all there', async () => {
    await using made = await running();
    const before = new Set(made.tower.state.vms.map(({ id }) => id));
    made.tower.faults.shift('get-vms');
    const { rows } = await made.client.list(resources.vms, {});
    const read = new Set(idsOf(rows));
    for (const { id } of made.tower.state.vms) if (before.has(id)) expect(read.has(id)).toBe(true);
    expect(read.size).toBe(rows.length);
  });

  it('counts wrong: an error when proof was asked for', async () => {
    await using made = await running();
    made.tower.faults.miscount('get-alerts', 3);
    expect((await failureOf(made.client.list(resources.alerts, { prove: true }))).code).toBe('incomplete');
    expect((await made.client.list(resources.alerts, {})).count).toBeNull();
  });

  it('answers nonsense among the rows', async () => {
    await using made = await running();
    made.tower.faults.nonsense('get-hosts', { times: 1 });
    const error = await failureOf(made.client.list(resources.hosts, {}));
    expect(error instanceof IncompleteReadError ? error.unreadable : 0).toBeGreaterThan(0);
  });

  it.each(['html', 'cut', 'reset'] as const)(
    'answers %s for good: an error; and once: depends on what a retry can mend',
    async (kind) => {
      await using made = await running();
      made.tower.faults[kind]('get-vms');
      const code = kind === 'reset' ? 'network' : 'invalid';
      expect((await failureOf(made.client.list(resources.vms, {}))).code).toBe(code);
      made.tower.faults.clear();
      made.tower.faults[kind]('get-vms', { times: 1 });
      const once = await made.client.list(resources.vms, {}).then(
        ({ rows }) => rows.length,
        () => 0,
      );
      expect(once).toBe(kind === 'html' ? 0 : 60);
    },
  );

  it('expires its tokens: one login for all who notice', async () => {
    await using made = await running();
    await made.client.list(resources.clusters, {});
    made.tower.faults.expireTokens();
    await Promise.all(everyResource.map((resource) => made.client.list(resource, {})));
    expect(made.logins).toEqual(['success', 'success']);
  });

  it('has locked out nobody after an hour of a wrong password', async () => {
    const lockout = { failures: 10, window: 600_000, duration: 3_600_000 };
    await using made = await running({ lockout }, { password: secret('wrong') });
    for (let second = 0; second < 3600; second += 10) {
      await made.client.list(resources.vms, {}).catch(() => null);
      made.clock.advance(10_000);
    }
    expect(made.tower.requests.count('login')).toBeLessThan(12);
    expect(made.tower.requests.operations()).toEqual(['login']);
  });

  it('forbids one resource: the others are read on', async () => {
    await using made = await running();
    made.tower.faults.forbid('get-licenses');
    expect((await failureOf(made.client.list(resources.licenses, {}))).code).toBe('forbidden');
    expect((await made.client.list(resources.vms, {})).rows).toHaveLength(60);
  });

  it('is full: no more requests than allowed at a time', async () => {
    await using made = await running({}, { max_concurrency: 2 });
    await Promise.all(everyResource.map((resource) => made.client.list(resource, {})));
    expect(made.tower.requests.maxInFlight).toBeLessThanOrEqual(2);
  });
});
