import { describe, expect, it } from 'vitest';
import type { TowerObjects } from '../../src/dashboard/objects.ts';
import { everything } from '../../src/dashboard/scope.ts';
import { viewOf } from '../../src/dashboard/view.ts';
import { cluster, disk, host, polledAlert } from '../collectors/support/rows.ts';
import { now, tower, unread } from './estate.ts';
import { receiver, sourceOf, state, states, view } from './source.ts';

const well: Partial<TowerObjects> = {
  clusters: [cluster({ id: 'c1', name: 'prod', failure_data_space: 0 })],
  hosts: [host({ id: 'h1' })],
  disks: [disk({ id: 'd1' })],
};
const of = (objects: Partial<TowerObjects>) => {
  const { level, reasons } = viewOf(sourceOf([view(tower({ ...well, ...objects }))]), everything, now).verdict;
  return [level, ...reasons.map(({ text }) => text)];
};
const clusters = (fields: Partial<Parameters<typeof cluster>[0]>) => ({
  clusters: [cluster({ id: 'c1', name: 'prod', failure_data_space: 0, ...fields })],
});

describe('the verdict', () => {
  const cases: readonly (readonly [string, Partial<TowerObjects>, readonly string[]])[] = [
    ['nothing wrong', {}, ['ok']],
    ['information', { alerts: [polledAlert({ id: 'a', severity: 'INFO' })] }, ['ok']],
    ['a notice', { alerts: [polledAlert({ id: 'a', severity: 'NOTICE' })] }, ['warning', '1 notice alert']],
    ['a critical alert', { alerts: [polledAlert({ id: 'a' })] }, ['critical', '1 critical alert']],
    ['a cluster away', clusters({ connect_state: 'DISCONNECTED' }), ['critical', 'cluster not connected: prod']],
    ['storage at 80%', clusters({ used_data_space: 8000 }), ['warning', 'storage above 80%: prod']],
    ['storage at 90%', clusters({ used_data_space: 9000 }), ['critical', 'storage above 90%: prod']],
    ['storage lost', clusters({ failure_data_space: 1024 }), ['warning', '1.00KiB of storage on parts that failed']],
    [
      'a licence near its end',
      clusters({ license_expire_date: '2026-06-20T00:00:00Z' }),
      ['warning', 'licence ends within 30 days: prod'],
    ],
    ['recovery', clusters({ recover_data_size: 1 }), ['warning', '1 cluster recovers data']],
    ['a host in error', { hosts: [host({ id: 'h', status: 'SESSION_EXPIRED' })] }, ['critical', '1 host in error']],
    ['a disk isolated', { disks: [disk({ id: 'd', usage_status: 'ISOLATED' })] }, ['warning', '1 disk with a warning']],
    ['nothing at all', { clusters: [], hosts: [], disks: [] }, ['unknown']],
  ];
  it.each(cases)('%s', (_title, objects, verdict) => {
    expect(of(objects)).toEqual(verdict);
  });

  it('takes the exporter’s own troubles in', () => {
    const refused = receiver({
      targets: [{ target: 'x', state: 'configuration_error', problem: '401', lastSuccess: null }],
    });
    const { verdict } = viewOf(
      sourceOf([view(tower(well))], [refused, receiver({ name: 'b', deadLetters: 2 })]),
      everything,
      now,
    );
    expect(verdict.reasons.map(({ text }) => text)).toEqual([
      'receiver on-call refuses what it is sent',
      '2 dead letters of receiver b',
    ]);
  });
});

describe('whether a tower is reached', () => {
  const gone = { code: 'network', message: 'refused' };
  const reach = (own: ReturnType<typeof states>): string | undefined =>
    viewOf(sourceOf([view(unread, own)]), everything, now).health.towers[0]?.reach;
  const lost = (name: 'clusters' | 'hosts', code = 'network') =>
    state({ name, lastRun: now, lastSuccess: now - 60_000, lastError: { code, message: 'x' } });

  it('is told before the slowest collector has failed too', () => {
    expect(reach(states({ lastRun: null, lastSuccess: null }))).toBe('starting');
    expect(reach(states({ lastError: gone }))).toBe('unreachable');
    expect(reach(states())).toBe('reached');
    const slow = state({ name: 'disks', lastRun: now - 60_000, lastSuccess: now - 60_000 });
    expect(reach([slow, lost('clusters'), lost('hosts')])).toBe('unreachable');
    expect(reach([slow, lost('clusters')])).toBe('reached');
    expect(reach([slow, lost('clusters', 'forbidden'), lost('hosts', 'forbidden')])).toBe('reached');
    expect(
      reach([state({ name: 'disks', lastRun: now + 1, lastSuccess: now + 1 }), lost('clusters'), lost('hosts')]),
    ).toBe('reached');
  });
});
