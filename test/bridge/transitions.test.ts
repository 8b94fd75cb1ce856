import { describe, expect, it } from 'vitest';
import type { PolledAlert } from '../../src/bridge/poll.ts';
import { isEmptyChange } from '../../src/bridge/state.ts';
import { forgetTower } from '../../src/bridge/transitions.ts';
import { endedRow, incomplete, Machine, noon, notFound, pollOf, rowOf, unreachable } from './polls.ts';

const a = rowOf('a');
const many = (count: number, from = 0): readonly PolledAlert[] =>
  Array.from({ length: count }, (_, index) => rowOf(`n${String(index + from).padStart(4, '0')}`));
const idsOf = (rows: readonly PolledAlert[]): readonly string[] => rows.map(({ id }) => id);

describe('a complete poll', () => {
  it('fires what is new, and changes nothing when it says the same again', () => {
    const machine = new Machine();
    expect(machine.told(pollOf([a]))).toEqual(['firing a critical']);
    expect(isEmptyChange(machine.poll(pollOf([a])).change)).toBe(true);
  });

  it('resolves what the look-up says has ended, at the end it names', () => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    const { change } = machine.poll(pollOf([], { found: { a: endedRow('a') } }));
    expect(change.transitions).toHaveLength(1);
    expect(change.transitions[0]).toMatchObject({ kind: 'resolved', alert: { endsAt: noon + 20_000 } });
    expect(machine.state.firing.size + machine.state.open.size).toBe(0);
  });

  it.each([
    ['before its start', '2026-11-22T09:00:00Z', Date.parse('2026-11-22T10:00:00Z')],
    ['in the future', '2027-01-01T00:00:00Z', noon + 60_000],
    ['empty', '', noon + 60_000],
    ['null', null, noon + 60_000],
    ['garbage', 'soon', noon + 60_000],
    ['1970', '1970-01-01T00:00:00Z', noon + 60_000],
    ['year 1', '0001-01-01T00:00:00Z', noon + 60_000],
  ])('keeps an end that is %s between start and now', (_, local_end_time, expected) => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    const { change } = machine.poll(pollOf([], { found: { a: endedRow('a', { local_end_time }) } }));
    expect(change.transitions[0]?.alert.endsAt).toBe(expected);
  });

  it('keeps what the look-up still shows open, or could not look up', () => {
    const machine = new Machine();
    machine.poll(pollOf([a, rowOf('b')]));
    for (let poll = 0; poll < 5; poll += 1) expect(machine.told(pollOf([], { found: { a } }))).toEqual([]);
    expect([...machine.state.firing.values()]).toHaveLength(2);
    expect(machine.state.open.get('a')?.missingSince).toBeNull();
    expect(machine.state.open.get('b')?.notFound).toBe(0);
  });

  it('takes an alert for deleted when three complete polls did not find it', () => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    const gone = pollOf([], { found: notFound('a') });
    expect([machine.told(gone), machine.told(gone)]).toEqual([[], []]);
    expect(machine.told(incomplete())).toEqual([]);
    expect(machine.told(unreachable())).toEqual([]);
    const { change } = machine.poll(gone);
    expect(change.transitions[0]).toMatchObject({
      kind: 'resolved',
      alert: { endsAt: machine.now, annotations: { resolved_reason: 'deleted' } },
    });
  });

  it('counts the three polls anew when the alert comes back in between', () => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    const gone = pollOf([], { found: notFound('a') });
    machine.poll(gone);
    machine.poll(gone);
    machine.poll(pollOf([a]));
    expect([machine.told(gone), machine.told(gone), machine.told(gone)]).toEqual([[], [], ['resolved a critical']]);
  });

  it('takes one id twice for one alert, and a row that ended between two pages for ended', () => {
    const machine = new Machine();
    expect(machine.told(pollOf([a, rowOf('a', { message: 'again' })]))).toEqual(['firing a critical']);
    expect(machine.told(pollOf([endedRow('a')]))).toEqual(['resolved a critical']);
    expect(machine.told(pollOf([endedRow('x')]))).toEqual([]);
  });
});

describe('an incomplete poll and an unreachable tower', () => {
  it('add and refresh, and resolve nothing', () => {
    const machine = new Machine();
    machine.poll(pollOf([a, rowOf('b')]));
    expect(machine.told(incomplete(rowOf('b', { message: 'new words' }), rowOf('c')))).toEqual(['firing c critical']);
    expect(machine.told(incomplete(endedRow('a'), rowOf('b', { severity: 'INFO' })))).toEqual([]);
    for (let poll = 0; poll < 20; poll += 1) expect(machine.told(unreachable())).toEqual([]);
    expect([...machine.state.open.keys()]).toEqual(['a', 'b', 'c']);
    expect(machine.told(pollOf([a, rowOf('b', { severity: 'INFO' }), rowOf('c')]))).toEqual([
      'resolved b critical',
      'firing b info',
    ]);
  });

  it('is remembered with its beginning, and over with the first answer', () => {
    const machine = new Machine();
    machine.poll(unreachable('refused'));
    machine.poll(unreachable('timeout'));
    expect(machine.state.facts.unreachable).toMatchObject({
      since: noon + 30_000,
      polls: 2,
      elapsed: 30_000,
      reason: 'timeout',
    });
    machine.poll(incomplete());
    expect(machine.state.facts).toMatchObject({ unreachable: null, incomplete: { polls: 1 } });
    machine.poll(pollOf([]));
    expect(machine.state.facts).toEqual({ unreachable: null, incomplete: null, vanished: null });
  });

  it('does not take a clock that jumps for time gone by', () => {
    const machine = new Machine();
    machine.poll(unreachable());
    machine.poll(unreachable(), 2 * 86_400_000);
    machine.poll(unreachable(), -2 * 86_400_000);
    expect(machine.state.facts.unreachable?.elapsed).toBe(600_000);
  });
});

describe('a mass vanish', () => {
  it('of ten alerts and more than half resolves nothing while none is confirmed ended', () => {
    const machine = new Machine();
    const rows = many(200);
    machine.poll(pollOf(rows));
    const empty = pollOf([], { found: notFound(...idsOf(rows)) });
    for (let poll = 0; poll < 10; poll += 1) expect(machine.told(empty)).toEqual([]);
    expect(machine.state.facts.vanished).toMatchObject({ open: 200, gone: 200, polls: 10 });
    expect(machine.told(pollOf(rows))).toEqual([]);
    expect(machine.state.facts.vanished).toBeNull();
  });

  it.each([
    { gone: 9, total: 9, resolved: true },
    { gone: 10, total: 20, resolved: true },
    { gone: 10, total: 19, resolved: false },
  ])('of $gone of $total is believed: $resolved', ({ gone, total, resolved }) => {
    const machine = new Machine();
    const rows = many(total);
    machine.poll(pollOf(rows));
    const poll = pollOf(rows.slice(gone), { found: notFound(...idsOf(rows.slice(0, gone))) });
    machine.poll(poll);
    machine.poll(poll);
    expect(machine.told(poll).length).toBe(resolved ? gone : 0);
  });

  it('is believed when one of them is confirmed ended', () => {
    const machine = new Machine();
    const rows = many(20);
    machine.poll(pollOf(rows));
    const [first, ...rest] = idsOf(rows);
    const id = first ?? '';
    expect(machine.told(pollOf([], { found: { ...notFound(...rest), [id]: endedRow(id) } }))).toEqual([
      `resolved ${id} critical`,
    ]);
    expect(machine.state.facts.vanished).toBeNull();
  });

  it('is not diluted by alerts that come later, nor believed because of another alert that ends', () => {
    const machine = new Machine();
    const rows = many(20);
    machine.poll(pollOf(rows));
    const later = many(50, 1000);
    const found = notFound(...idsOf(rows));
    machine.poll(pollOf([], { found }));
    expect(machine.told(pollOf(later, { found }))).toHaveLength(50);
    const [first, ...others] = later;
    const id = first?.id ?? '';
    expect(machine.told(pollOf(others, { found: { ...found, [id]: endedRow(id) } }))).toEqual([
      `resolved ${id} critical`,
    ]);
    for (let poll = 0; poll < 5; poll += 1) expect(machine.told(pollOf(others, { found }))).toEqual([]);
    expect(machine.state.facts.vanished).not.toBeNull();
  });

  it('is held for max_hold, and forgotten then', () => {
    const machine = new Machine();
    const rows = many(12);
    machine.poll(pollOf(rows));
    const empty = pollOf([], { found: notFound(...idsOf(rows)) });
    machine.poll(empty);
    for (let poll = 0; poll < 143; poll += 1) expect(machine.told(empty, 600_000)).toEqual([]);
    const { change, forgotten } = machine.poll(empty, 600_000);
    expect(change.transitions.map(({ kind }) => kind)).toEqual(Array.from({ length: 12 }, () => 'forgotten'));
    expect(forgotten).toEqual([{ reason: 'hold_expired', count: 12 }]);
    expect(machine.state.open.size + machine.state.firing.size).toBe(0);
    expect(machine.state.facts.vanished).toBeNull();
  });
});

describe('a severity', () => {
  it('that changes resolves the old label set and fires the new one, next to each other', () => {
    const machine = new Machine();
    machine.poll(pollOf([a, rowOf('b')]));
    const { change } = machine.poll(pollOf([rowOf('a', { severity: 'NOTICE' }), rowOf('b')]));
    expect(change.transitions.map(({ kind, alert }) => [kind, alert.labels['severity']])).toEqual([
      ['resolved', 'critical'],
      ['firing', 'warning'],
    ]);
    const [old, next] = change.transitions;
    expect({ ...old?.alert.labels, severity: 'warning' }).toEqual(next?.alert.labels);
    expect(next?.alert.startsAt).toBe(machine.now);
  });

  it('that goes up and down again begins anew each time', () => {
    const machine = new Machine();
    machine.poll(pollOf([rowOf('a', { severity: 'NOTICE' })]));
    machine.poll(pollOf([a]));
    const { change } = machine.poll(pollOf([rowOf('a', { severity: 'NOTICE' })]));
    expect(change.transitions.map(({ kind, alert }) => [kind, alert.labels['severity'], alert.startsAt])).toEqual([
      ['resolved', 'critical', machine.now - 30_000],
      ['firing', 'warning', machine.now],
    ]);
    expect(machine.state.firing.size).toBe(1);
  });

  it.each([[null], [''], ['  '], ['critical']])('that becomes %j is no change', (severity) => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    expect(machine.told(pollOf([rowOf('a', { severity })]))).toEqual([]);
  });

  it('that nobody knows is a warning, and no change from another unknown one', () => {
    const machine = new Machine();
    expect(machine.told(pollOf([rowOf('a', { severity: 'SEVERITY_UNSPECIFIED' })]))).toEqual(['firing a warning']);
    expect(machine.told(pollOf([rowOf('a', { severity: 'PURPLE' })]))).toEqual([]);
    expect(machine.told(pollOf([rowOf('a', { severity: 'critical' })]))).toEqual([
      'resolved a warning',
      'firing a critical',
    ]);
  });
});

describe('an alert that comes back', () => {
  it('fires anew with a start after the end that was told', () => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    machine.poll(pollOf([], { found: { a: endedRow('a') } }));
    const { change } = machine.poll(pollOf([a]));
    expect(change.transitions).toMatchObject([{ kind: 'firing', alert: { startsAt: machine.now, endsAt: null } }]);
  });

  it('keeps the start that the tower names when it lies after that end', () => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    machine.poll(pollOf([], { found: { a: endedRow('a') } }));
    const { change } = machine.poll(pollOf([rowOf('a', { local_start_time: '2026-11-22T12:01:10Z' })]));
    expect(change.transitions[0]?.alert.startsAt).toBe(noon + 70_000);
  });
});

describe('labels', () => {
  it('stay as they were first sent, whatever is renamed or learnt later', () => {
    const machine = new Machine();
    machine.poll(pollOf([rowOf('a', { rule: null, host: { id: 'h', name: 'old' } })]));
    const [before] = machine.state.firing.values();
    expect(machine.told(pollOf([rowOf('a', { host: { id: 'h', name: 'new' }, message: '换了' })]))).toEqual([]);
    const [after] = machine.state.firing.values();
    expect(after?.labels).toEqual(before?.labels);
    expect(after?.labels).toMatchObject({ alertname: 'CloudTower_rule_r1', host_name: 'old' });
    expect(after?.annotations).toMatchObject({ summary: '换了', rule: 'rule_name' });
  });
});

describe('two upstream alerts with one label set', () => {
  const b = rowOf('b', { message: 'the second' });

  it('are one alert that names both, and is resolved when the last ends', () => {
    const machine = new Machine({ identity: 'entity' });
    expect(machine.told(pollOf([a, b]))).toEqual(['firing CloudTower_rule_name critical']);
    const [alert] = machine.state.firing.values();
    expect(alert?.annotations).toMatchObject({ alert_ids: 'a, b', alert_count: '2', summary: 'message of a' });
    expect(machine.told(pollOf([b], { found: { a: endedRow('a') } }))).toEqual([]);
    const [left] = machine.state.firing.values();
    expect(left?.annotations).toMatchObject({ summary: 'the second' });
    expect(left?.annotations['alert_ids']).toBeUndefined();
    expect(machine.told(pollOf([], { found: { b: endedRow('b') } }))).toEqual([
      'resolved CloudTower_rule_name critical',
    ]);
  });

  it('part when one of them changes its severity', () => {
    const machine = new Machine({ identity: 'entity' });
    machine.poll(pollOf([a, b]));
    expect(machine.told(pollOf([a, { ...b, severity: 'INFO' }]))).toEqual(['firing CloudTower_rule_name info']);
    expect(
      machine.told(
        pollOf([
          { ...a, severity: 'INFO' },
          { ...b, severity: 'INFO' },
        ]),
      ),
    ).toEqual(['resolved CloudTower_rule_name critical']);
    expect(machine.told(pollOf([{ ...b, severity: 'INFO' }], { found: { a: endedRow('a') } }))).toEqual([]);
  });

  it('do not write anything while nothing changes', () => {
    const machine = new Machine({ identity: 'entity' });
    machine.poll(pollOf([a, b]));
    expect(isEmptyChange(machine.poll(pollOf([a, b])).change)).toBe(true);
  });
});

describe('a scope that becomes narrower', () => {
  const scope = new Set(['c2']);

  it('lets alerts outside it go without a resolve', () => {
    const machine = new Machine();
    const inside = rowOf('b', { cluster: { id: 'c2', name: 'two' } });
    machine.poll(pollOf([a, inside, rowOf('x', { cluster: null })]));
    const { change, forgotten } = machine.poll(pollOf([inside], { scope, found: { a } }));
    expect(change.transitions.map(({ kind, alert }) => [kind, alert.labels['alert_id']])).toEqual([
      ['forgotten', 'a'],
      ['forgotten', 'x'],
    ]);
    expect(forgotten).toEqual([{ reason: 'out_of_scope', count: 2 }]);
    expect([...machine.state.open.keys()]).toEqual(['b']);
  });

  it('still resolves what is known to have ended', () => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    expect(machine.told(pollOf([], { scope, found: { a: endedRow('a') } }))).toEqual(['resolved a critical']);
  });

  it('is not believed at once when it is empty', () => {
    const machine = new Machine();
    const rows = many(20);
    machine.poll(pollOf(rows));
    const nothing = pollOf([], { scope: new Set(), found: Object.fromEntries(rows.map((row) => [row.id, row])) });
    for (let poll = 0; poll < 5; poll += 1) expect(machine.told(nothing)).toEqual([]);
    const few = new Machine();
    few.poll(pollOf([a]));
    const none = pollOf([], { scope: new Set(), found: { a } });
    expect([few.told(none), few.told(none), few.told(none)]).toEqual([[], [], ['forgotten a critical']]);
  });
});

describe('a tower that is not configured any more', () => {
  it('is forgotten, not resolved', () => {
    const machine = new Machine();
    machine.poll(pollOf([a, rowOf('b')]));
    const { change, forgotten } = forgetTower(machine.state, machine.now);
    expect(change.transitions.map(({ kind }) => kind)).toEqual(['forgotten', 'forgotten']);
    expect(forgotten).toEqual([{ reason: 'tower_removed', count: 2 }]);
  });
});

describe('a clock that is set', () => {
  it('a day back gives ends that are neither before their start nor in the future', () => {
    const machine = new Machine();
    machine.poll(pollOf([rowOf('a', { local_start_time: '' })]));
    const { change } = machine.poll(pollOf([], { found: { a: endedRow('a') } }), -86_400_000);
    const alert = change.transitions[0]?.alert;
    expect(alert?.endsAt).toBe(machine.now);
    expect(alert?.startsAt).toBe(machine.now);
  });

  it('a day forward resolves nothing by itself', () => {
    const machine = new Machine();
    machine.poll(pollOf([a]));
    expect(machine.told(unreachable(), 86_400_000)).toEqual([]);
    expect(machine.told(pollOf([a]), 86_400_000)).toEqual([]);
  });
});
