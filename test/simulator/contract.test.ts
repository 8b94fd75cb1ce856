import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileWhere } from '../../src/simulator/query/where.ts';
import { readListRequest, selectRows } from '../../src/simulator/query/page.ts';
import { columnsIn, resourceNames, resources } from '../../src/simulator/schema/resources.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { versions } from '../../src/simulator/versions.ts';
import { child, hasSpecification, isObject, Specification } from './specification.ts';
import { send, signedIn } from './talk.ts';

const specified = versions.filter(hasSpecification);
if (specified.length === 0) console.warn('SKIPPED: no API specifications beside the checkout (../shared/cloudtower)');

const pascal = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** Bodies that an operation needs beside `{}`. */
const bodies: Readonly<Record<string, unknown>> = {
  'get-cluster-storage-info': { where: {}, effect: {} },
  'resolve-alert': { where: { ended: false } },
};

const metricNames: Readonly<Record<string, string>> = {
  cluster: 'zbs_cluster_read_iops',
  host: 'host_cpu_overall_usage_percent',
  vm: 'elf_vm_memory_used_bytes',
  disk: 'host_disk_readwrite_speed_bps',
  'host-network': 'host_network_receive_speed_bitps',
  zone: 'zbs_zone_cross_zone_data_speed_bps',
  witness: 'witness_memory_usage_percent',
  scvm: 'scvm_cpu_overall_usage_percent',
};

const metricBody = (path: string): unknown => {
  const match = /get-(cluster|host|vm|disk|host-network|zone|witness|scvm)-metrics$/.exec(path);
  if (path.endsWith('get-top-n-metrics-in-clusters')) {
    return { range: '2h', metrics: ['elf_vm_cpu_overall_usage_percent'], clusters: {}, type: 'top', n: 3 };
  }
  if (match === null) return undefined;
  const kind = match[1] ?? '';
  const scope =
    { cluster: 'clusters', zone: 'clusters', witness: 'clusters', vm: 'vms', disk: 'disks' }[kind] ?? 'hosts';
  const type = kind === 'zone' ? { type: 'primary-to-secondary' } : {};
  const metric = metricNames[kind] ?? '';
  return { range: '2h', metrics: [metric, 'no_such_metric'], [scope]: {}, ...type };
};

/** An operand of the type that a filter key's schema asks for. */
const operandOf = (specification: Specification, key: string, schema: unknown): unknown => {
  if (!isObject(schema)) return null;
  const reference = Array.isArray(schema['allOf']) ? child({ first: schema['allOf'][0] }, 'first') : schema;
  const target = typeof reference['$ref'] === 'string' ? reference['$ref'].split('/').at(-1) : undefined;
  if (target !== undefined) {
    const values = specification.schema(target)['enum'];
    return Array.isArray(values) ? values[0] : {};
  }
  switch (schema['type']) {
    case 'array':
      return key === 'AND' || key === 'OR' || key === 'NOT' ? [{}] : [operandOf(specification, key, schema['items'])];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return '2026-01-01T00:00:00.000Z';
  }
};

describe.skipIf(specified.length === 0).each(specified)('as CloudTower %s', (version) => {
  const specification = new Specification(version);
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({ version, clusters: 18, hosts: 8, disks: 8, vms: 900, alerts: 150, seed: 7 });
  });
  afterAll(() => simulator.close());

  test('has every operation of the specification, and answers as it says', async () => {
    const ask = await signedIn(simulator);
    for (const path of specification.paths) {
      const name = path.slice(1);
      if (name === 'login' || name === 'resource-changes') continue;
      const reply =
        name === 'get-version'
          ? await send(simulator, name, undefined, {}, 'GET')
          : await ask(name, bodies[name] ?? metricBody(path) ?? {});
      expect([name, reply.status]).toEqual([name, 200]);
      const validate = specification.answerOf(path);
      expect({ path, valid: validate(reply.json), errors: validate.errors?.slice(0, 5) }).toMatchObject({
        valid: true,
      });
      expect(reply.headers.get('x-tower-request-id')).toMatch(/./);
    }
  });

  test('still answers as the specification says after hours of life', async () => {
    const ask = await signedIn(simulator);
    simulator.advance(4 * 3_600_000);
    for (const name of resourceNames) {
      const path = `/get-${resources[name].plural}`;
      const validate = specification.answerOf(path);
      const reply = await ask(path.slice(1));
      expect({ path, valid: validate(reply.json), errors: validate.errors?.slice(0, 5) }).toMatchObject({
        valid: true,
      });
    }
  });

  test('errors have the specified body', async () => {
    const ask = await signedIn(simulator);
    const validate = specification.component('ErrorBody');
    for (const reply of [
      await ask('get-vms', { where: { nonsense: 1 } }),
      await ask('get-nothing'),
      await send(simulator, 'get-vms', {}),
      await send(simulator, 'login', { username: 'x', password: 'y', source: 'LOCAL' }),
    ]) {
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect({ valid: validate(reply.json), errors: validate.errors }).toMatchObject({ valid: true });
    }
  });

  test.each(resourceNames)('has the columns, filters and orders of %s', (name) => {
    const component = pascal(name);
    const columns = Object.keys(columnsIn(name, version)).sort();
    const specifiedColumns = Object.keys(child(specification.schema(component), 'properties'));
    expect(columns).toEqual(specifiedColumns.filter((column) => column !== 'id').sort());

    const context = { version, resolve: (_: string, row: { id: string }) => row };
    const filters = child(specification.schema(`${component}WhereInput`), 'properties');
    for (const [key, schema] of Object.entries(filters)) {
      const where = { [key]: operandOf(specification, key, schema) };
      expect(() => compileWhere(where, name, context), `filter ${key}`).not.toThrow();
      expect(() => compileWhere({ [key]: null }, name, context), `filter ${key}: null`).not.toThrow();
    }
    const orders = specification.schema(`${component}OrderByInput`)['enum'];
    for (const orderBy of Array.isArray(orders) ? orders : []) {
      expect(() => selectRows([], readListRequest({ orderBy }), name, context), String(orderBy)).not.toThrow();
    }
    for (const [column, { kind }] of Object.entries(columnsIn(name, version))) {
      const known = Array.isArray(orders) && orders.includes(`${column}_ASC`);
      const select = (): unknown => selectRows([], readListRequest({ orderBy: `${column}_ASC` }), name, context);
      if (!known) expect(select, `${column} (${kind})`).toThrow(/not a known value/);
    }
  });
});
