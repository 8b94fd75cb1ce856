import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { booleanOf, numberOf, refOf, refsOf, textOf } from '../../src/client/fields.ts';
import { resources } from '../../src/client/rows.ts';
import { everyResource } from './support.ts';

describe('numbers', () => {
  it.each([
    [0, 0],
    [-0.5, -0.5],
    [2 ** 60, 2 ** 60],
    ['37145039556.9504', 37145039556.9504],
    ['9223372036854775807', 2 ** 63],
    [' 12 ', 12],
    ['1e3', 1000],
    ['-.5', -0.5],
    ['5.', 5],
  ])('%j is %d', (value, number) => expect(numberOf(value)).toBe(number));

  it.each(['', ' ', 'NaN', 'Infinity', '0x10', '1,5', '12 GiB', '1e999', null, undefined, true, [], [5], {}])(
    '%j is none',
    (value) => expect(numberOf(value)).toBeNull(),
  );

  it('takes no longer for a long text than for a short one, roughly', () => {
    expect(numberOf(`${'1'.repeat(1_000_000)}x`)).toBeNull();
  });
});

it('takes booleans from booleans alone', () => {
  expect([true, false, 'true', 'false', 0, 1, null, undefined].map(booleanOf)).toEqual([
    true,
    false,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

it('keeps text as it is', () => {
  const odd = ' "上海"\\\n\t\u0000\ud800 ';
  expect(textOf(odd)).toBe(odd);
  expect([textOf(''), textOf(1730000000000), textOf(null), textOf(true), textOf({})]).toEqual([
    '',
    '1730000000000',
    null,
    null,
    null,
  ]);
});

it('reads relations that have an id', () => {
  expect(refOf({ id: 'c1', name: 'A', more: 1 })).toEqual({ id: 'c1', name: 'A' });
  expect(refOf({ id: 'c1', name: null })).toEqual({ id: 'c1', name: 'c1' });
  expect([{ name: 'A' }, { id: '' }, { id: 5 }, null, 'c1', ['c1']].map(refOf)).toEqual(Array(6).fill(null));
  expect(refsOf([{ id: 'a' }, null, { name: 'b' }, { id: 'c' }]).map(({ id }) => id)).toEqual(['a', 'c']);
  expect(refsOf({ id: 'a' })).toEqual([]);
});

describe('rows', () => {
  it.each(['clusters', 'hosts', 'disks', 'vms', 'datacenters'] as const)('%s without a name carry their id', (key) => {
    expect(resources[key].parse({ id: 'x1' })).toMatchObject({ id: 'x1', name: 'x1' });
    expect(resources[key].parse({ id: 'x1', name: null })?.name).toBe('x1');
    expect(resources[key].parse({ id: 'x1', name: 'n' })?.name).toBe('n');
  });

  it('read the fields that are used, and keep unknown enum values', () => {
    expect(
      resources.hosts.parse({
        id: 'h1',
        name: 'node-1',
        cluster: { id: 'c1', name: 'A' },
        status: 'ON_FIRE',
        used_cpu_hz: '1.5',
        total_cpu_cores: null,
        cpu_temperature_celsius: [41, null, '43', 'hot'],
        unknown: {},
      }),
    ).toMatchObject({
      name: 'node-1',
      cluster: { id: 'c1', name: 'A' },
      status: 'ON_FIRE',
      used_cpu_hz: 1.5,
      total_cpu_cores: null,
      total_cpu_hz: null,
      cpu_temperature_celsius: [41, null, 43, null],
    });
    expect(
      resources.alerts.parse({
        id: 'a1',
        message: 'x',
        ended: 'false',
        local_start_time: 1730000000,
        alert_rule: { id: 'r1' },
        vms: [{ id: 'v1', name: 'V' }],
        cluster: null,
      }),
    ).toMatchObject({
      message: 'x',
      cause: '',
      ended: null,
      local_start_time: '1730000000',
      alert_rule_id: 'r1',
      vms: [{ id: 'v1', name: 'V' }],
      cluster: null,
      severity: null,
    });
    expect(resources.clusterSettings.parse({ id: 's', vm_recycle_bin: null })?.vm_recycle_bin).toBeNull();
    expect(resources.globalSettings.parse({ id: 's', vm_recycle_bin: { retain: 0 } })?.vm_recycle_bin).toEqual({
      enabled: null,
      retain: 0,
    });
  });

  it('without an id, or not objects, cannot be read', () => {
    for (const { parse } of everyResource) {
      const bad = [null, undefined, 5, 'x', true, [], [{ id: 'a' }], {}, { id: null }, { id: '' }, { id: 5 }];
      expect(bad.map(parse)).toEqual(bad.map(() => null));
    }
  });

  /** JSON with keys that the readers look for, at any depth, and keys that have bitten others. */
  const read =
    'id name cluster host vms datacenters vm_recycle_bin cpu_temperature_celsius value alert_rule size ended';
  const notorious = '__proto__ constructor prototype toString';
  const keys = fc.constantFrom(...`${read} ${notorious}`.split(' '));
  const anyJson = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(keys, tie('value')), { maxLength: 8 }).map((entries) => {
        // As JSON.parse does it: `__proto__` is a key like any other.
        const text = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
        return JSON.parse(`{${text.join(',')}}`);
      }),
    ),
  })).value;

  it('of any JSON are read or refused, never a crash; every number is finite; nothing is polluted', () => {
    fc.assert(
      fc.property(anyJson, (row) => {
        for (const { parse } of everyResource) {
          const read = parse(row);
          if (read === null) continue;
          expect(read.id).not.toBe('');
          expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
          for (const value of Object.values(read)) {
            expect(value).not.toBeUndefined();
            if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          }
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
