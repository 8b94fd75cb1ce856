import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BridgeStore } from '../../src/bridge/store/bridge-store.ts';
import { openStore, openStoreToRead, removeDeadLetter } from '../../src/bridge/store/sqlite.ts';
import { TestClock } from '../support/clock.ts';
import { alertOf, ends, fires, TestLogger } from './support.ts';

const a = alertOf({ alertname: 'a' });
const b = alertOf({ alertname: 'b' });

let directory = '';
let clock = new TestClock();
const opened: BridgeStore[] = [];
const reopen = (): BridgeStore => {
  for (const store of opened.splice(0)) store.close();
  const store = openStore({ directory, clock, logger: new TestLogger() });
  opened.push(store);
  return store;
};

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'bridge-store-')), 'state');
  clock = new TestClock();
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('the store', () => {
  it('makes its directory for its user alone', () => {
    reopen();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    opened[0]?.applyPoll('t', fires(1, a));
    for (const name of readdirSync(directory))
      expect([name, statSync(join(directory, name)).mode & 0o077]).toEqual([name, 0]);
  });

  it('knows after a restart what it knew before', () => {
    const store = reopen();
    store.register('r');
    store.applyPoll('t', fires(1000, a, b));
    store.advance('r', 1);
    store.applyPoll('t', ends(2000, b));
    const again = reopen();
    expect(again.firing()).toEqual([a]);
    expect([...again.tower('t').open.keys()]).toEqual([`id-${a.fingerprint}`]);
    expect(again.tower('t').ended).toEqual(new Map([[`id-${b.fingerprint}`, 2000]]));
    expect(again.cursor('r')).toBe(1);
    expect(again.lastSeq()).toBe(3);
    expect(again.transitions(1, 10).map(({ seq, kind }) => [seq, kind])).toEqual([
      [2, 'firing'],
      [3, 'resolved'],
    ]);
  });

  it('keeps labels of every name', () => {
    const odd = alertOf(
      Object.fromEntries([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
    );
    reopen().applyPoll('t', fires(1, odd));
    expect(Object.entries(reopen().firing()[0]?.labels ?? {})).toEqual(Object.entries(odd.labels));
  });

  it('keeps transitions until every consumer is past them and the retention is over', () => {
    const store = reopen();
    store.register('r');
    store.register('s');
    store.applyPoll('t', fires(clock.now(), a));
    store.applyPoll('t', ends(clock.now(), a));
    store.advance('r', 2);
    store.prune(clock.now() + 86_400_000);
    expect(store.transitions(0, 10)).toHaveLength(2);
    store.advance('s', 2);
    store.prune(clock.now());
    expect(store.transitions(0, 10)).toEqual([]);
    expect(store.resolvedSince(0).map(({ alert }) => alert.fingerprint)).toEqual([a.fingerprint]);
    store.prune(clock.now() + 3_600_001);
    expect(store.resolvedSince(0)).toEqual([]);
  });

  it('does not tell again of an end whose alert fires once more', () => {
    const store = reopen();
    store.applyPoll('t', fires(1, a));
    store.applyPoll('t', ends(2, a));
    store.applyPoll('t', fires(3, a));
    expect(store.resolvedSince(0)).toEqual([]);
  });

  it('starts a new consumer before what fires now, and does not tell it of what is over', () => {
    const store = reopen();
    store.register('r');
    store.applyPoll('t', fires(1, a));
    store.applyPoll('t', fires(2, b));
    store.applyPoll('t', ends(3, b));
    store.advance('r', 3);
    store.register('new');
    const seen = store.transitions(store.cursor('new'), 10);
    expect(seen.map(({ kind, alert }) => [kind, alert.fingerprint])).toEqual([['firing', a.fingerprint]]);
    expect(store.cursor('r')).toBe(3);
  });

  it('never uses a seq twice', () => {
    const store = reopen();
    store.applyPoll('t', fires(1, a));
    store.applyPoll('t', ends(2, a));
    store.prune(clock.now() + 86_400_000);
    expect(
      reopen()
        .applyPoll('t', fires(3, b))
        .map(({ seq }) => seq),
    ).toEqual([3]);
  });

  it('never moves a cursor back', () => {
    const store = reopen();
    store.applyPoll('t', fires(1, a, b));
    store.register('r');
    store.advance('r', 2);
    store.advance('r', 1);
    expect(store.cursor('r')).toBe(2);
  });

  it('keeps outbox entries in order, byte for byte, and counts attempts', () => {
    const body = new Uint8Array([0, 255, 10]);
    const entry = { receiver: 'r', groupKey: 'g', idempotencyKey: 'k', body, createdAt: 5, firstSeen: null };
    const store = reopen();
    store.register('r');
    store.commit({
      receiver: 'r',
      cursor: 0,
      groups: new Map([['g', '{}']]),
      enqueue: [entry, { ...entry, createdAt: 6 }],
    });
    const head = store.outboxHead('r');
    store.outboxAttempt(head?.id ?? 0);
    const again = reopen();
    expect(again.outboxHead('r')).toEqual({ ...entry, id: head?.id, attempts: 1 });
    expect(again.outboxSize('r')).toEqual({ rows: 2, bytes: 6, oldest: 5 });
    again.outboxAcknowledge(head?.id ?? 0);
    expect(again.outboxSize('r')).toEqual({ rows: 1, bytes: 3, oldest: 6 });
    again.outboxBury(again.outboxHead('r')?.id ?? 0, { at: 9, reason: 'no', status: 400, labels: { x: 'y' } });
    expect(again.outboxHead('r')).toBeNull();
    expect(again.outboxSize('r')).toEqual({ rows: 0, bytes: 0, oldest: null });
    expect(again.deadLetters('r')).toEqual([
      { id: 1, receiver: 'r', at: 9, reason: 'no', status: 400, body, labels: { x: 'y' } },
    ]);
    expect(again.groups('r')).toEqual(new Map([['g', '{}']]));
  });

  it('forgets consumers that are gone, with their outbox and groups, and keeps their dead letters', () => {
    const store = reopen();
    for (const name of ['r', 's', 'am 1', 'am 2']) store.register(name);
    for (const receiver of ['r', 's'])
      store.commit({
        receiver,
        cursor: 0,
        groups: new Map([['g', '{}']]),
        enqueue: [
          { receiver, groupKey: 'g', idempotencyKey: 'k', body: new Uint8Array(1), createdAt: 1, firstSeen: 1 },
        ],
      });
    store.addDeadLetter({ receiver: 'r', at: 1, reason: 'x', status: null, body: new Uint8Array(), labels: null });
    store.retainConsumers(new Set(['s', 'am 2']));
    expect([...store.consumers().keys()]).toEqual(['s', 'am 2']);
    expect([store.outboxSize('r').rows, store.outboxSize('s').rows]).toEqual([0, 1]);
    expect([store.groups('r').size, store.groups('s').size]).toEqual([0, 1]);
    expect(store.deadLetterCount('r')).toBe(1);
  });

  it('removes a tower whole, telling that its alerts are forgotten', () => {
    const store = reopen();
    store.register('r');
    store.applyPoll('t', fires(1, a));
    const change = { ...fires(2), transitions: [{ kind: 'forgotten' as const, at: 2, alert: a }] };
    store.removeTower('t', change);
    expect(store.towers()).toEqual([]);
    expect(reopen().firing()).toEqual([]);
    expect(opened[0]?.transitions(1, 10).map(({ kind }) => kind)).toEqual(['forgotten']);
  });

  it('writes 10 000 alerts in one transaction and nothing for an empty change', () => {
    const store = reopen();
    const alerts = Array.from({ length: 10_000 }, (_, index) => alertOf({ alertname: 'x', alert_id: String(index) }));
    expect(store.applyPoll('t', fires(1, ...alerts))).toHaveLength(10_000);
    expect(store.applyPoll('t', { ...fires(2), facts: null })).toEqual([]);
    expect(reopen().firing()).toHaveLength(10_000);
  });

  it('is readable beside the process that uses it, which also sees a dead letter go', () => {
    const store = reopen();
    store.applyPoll('t', fires(1, a));
    store.addDeadLetter({ receiver: 'r', at: 1, reason: 'x', status: null, body: new Uint8Array(), labels: null });
    const reader = openStoreToRead(directory, clock);
    expect(reader.firing()).toEqual([a]);
    expect(reader.deadLetters(null)).toHaveLength(1);
    expect(() => reader.register('x')).toThrow(expect.objectContaining({ code: 'read_only' }));
    reader.close();
    expect(removeDeadLetter(directory, 1)).toBe(true);
    expect(store.deadLetterCount('r')).toBe(0);
  });
});
