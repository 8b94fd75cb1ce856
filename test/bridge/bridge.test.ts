import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bridge, type BridgeTower, createBridge } from '../../src/bridge/bridge.ts';
import { noBridgeMetrics } from '../../src/bridge/metrics.ts';
import type { BridgeStore } from '../../src/bridge/store/bridge-store.ts';
import { openStore } from '../../src/bridge/store/sqlite.ts';
import { alertmanagerConfig, bridgeConfig, receiverConfig } from './config.ts';
import { type Inbox, modelReceiver, newInbox } from './model.ts';
import { endedRow, incomplete, notFound, pollOf, rowOf, unreachable } from './polls.ts';
import { TestClock } from '../support/clock.ts';
import { TestLogger } from './support.ts';

let clock = new TestClock();
let inboxes = new Map<string, Inbox>();
let store: BridgeStore;
let logger = new TestLogger();
let directory = '';
const bridges: Bridge[] = [];

const inbox = (name: string): Inbox => {
  const known = inboxes.get(name) ?? newInbox();
  inboxes.set(name, known);
  return known;
};
const told = (name = 'r'): readonly string[] =>
  inbox(name).accepted.map(
    ({ kind, alert }) => `${kind} ${alert.labels['alert_id'] ?? alert.labels['alertname'] ?? ''}`,
  );

const towers = [{ name: 't', url: 'https://tower.example.com', pollInterval: 30_000 }];

const begin = async (
  config = bridgeConfig(),
  over: { readonly towers?: readonly BridgeTower[] } = {},
): Promise<Bridge> => {
  store = openStore({ directory, clock, logger });
  const bridge = createBridge({
    config,
    towers,
    store,
    clock,
    random: () => 0.5,
    logger,
    metrics: noBridgeMetrics,
    dryRun: null,
    createReceiver: (receiver, deps) => modelReceiver(receiver.name, deps, inbox(receiver.name)),
    ...over,
  });
  bridges.push(bridge);
  bridge.start();
  return bridge;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-'));
  clock = new TestClock();
  inboxes = new Map();
  logger = new TestLogger();
});
afterEach(async () => {
  for (const bridge of bridges.splice(0)) await bridge.stop(0);
  rmSync(directory, { recursive: true, force: true });
});

describe('the bridge', () => {
  it('tells every receiver what fires and what ended, in order', async () => {
    const bridge = await begin(bridgeConfig({ receivers: [receiverConfig('r'), receiverConfig('s')] }));
    await bridge.accept(pollOf([rowOf('a'), rowOf('b')]));
    await bridge.accept(pollOf([rowOf('b')], { found: { a: endedRow('a') } }));
    expect(told('r')).toEqual(['firing a', 'firing b', 'resolved a']);
    expect(told('s')).toEqual(told('r'));
    expect(bridge.openAlertIds('t')).toEqual(['b']);
  });

  it('resolves an alert that ended while it was away only after its first complete poll', async () => {
    const first = await begin();
    await first.accept(pollOf([rowOf('a')]));
    await first.stop(0);
    const second = await begin();
    await second.accept(unreachable());
    await second.accept(incomplete());
    expect(told()).toEqual(['firing a']);
    expect(second.openAlertIds('t')).toEqual(['a']);
    await second.accept(pollOf([], { found: { a: endedRow('a') } }));
    expect(told()).toEqual(['firing a', 'resolved a']);
  });

  it('does not resolve anything when it stops', async () => {
    const bridge = await begin();
    await bridge.accept(pollOf([rowOf('a')]));
    await bridge.stop();
    expect(told()).toEqual(['firing a']);
  });

  it('does not take polls of a tower that it does not know', async () => {
    const bridge = await begin();
    await bridge.accept(pollOf([rowOf('a')], { tower: 'other' }));
    expect(told()).toEqual([]);
  });

  it('keeps two towers apart that use one id', async () => {
    const bridge = await begin(bridgeConfig(), { towers: [...towers, { name: 'u', url: '', pollInterval: 30_000 }] });
    await bridge.accept(pollOf([rowOf('a')]));
    await bridge.accept(pollOf([rowOf('a')], { tower: 'u' }));
    await bridge.accept(pollOf([], { found: { a: endedRow('a') } }));
    expect(inbox('r').accepted.map(({ kind, tower }) => `${kind} ${tower}`)).toEqual([
      'firing t',
      'firing u',
      'resolved t',
    ]);
  });
});

describe('holds', () => {
  it('say of each alert whether the latest poll confirmed it', async () => {
    const bridge = await begin();
    await bridge.accept(pollOf([rowOf('a'), rowOf('b')]));
    const [a, b] = store.firing();
    if (a === undefined || b === undefined) throw new Error('nothing fires');
    expect(bridge.holdOf(a)).toBeNull();
    await bridge.accept(incomplete(rowOf('b')));
    expect(bridge.holdOf(a)).toMatchObject({ reason: 'unconfirmed', expired: false });
    expect(bridge.holdOf(b)).toBeNull();
    await bridge.accept(unreachable());
    expect(bridge.holdOf(b)).toMatchObject({ reason: 'unreachable', expired: false });
    await bridge.accept(pollOf([rowOf('b')], { found: notFound('a') }));
    expect(bridge.holdOf(a)).toMatchObject({ reason: 'unconfirmed' });
    expect(bridge.holdOf(b)).toBeNull();
  });

  it('begin with every alert unconfirmed after a start', async () => {
    const first = await begin();
    await first.accept(pollOf([rowOf('a')]));
    await first.stop(0);
    const second = await begin();
    const [a] = store.firing();
    expect(a === undefined ? null : second.holdOf(a)).toMatchObject({ reason: 'unconfirmed', since: clock.now() });
  });

  it('expire after max_hold without a resolve, and end with the first answer', async () => {
    const bridge = await begin(bridgeConfig({ max_hold: 3_600_000 }));
    await bridge.accept(pollOf([rowOf('a')]));
    const [a] = store.firing();
    if (a === undefined) throw new Error('nothing fires');
    for (let minute = 0; minute < 60; minute += 1) {
      await bridge.accept(unreachable());
      clock.advance(60_000);
    }
    expect(bridge.holdOf(a)?.expired).toBe(false);
    await bridge.accept(unreachable());
    expect(bridge.holdOf(a)?.expired).toBe(true);
    await bridge.accept(pollOf([rowOf('a')]));
    expect(bridge.holdOf(a)).toBeNull();
    expect(told().filter((line) => line.endsWith(' a'))).toEqual(['firing a']);
  });
});

describe('its own alerts', () => {
  it('CloudTowerUnreachable fires after three failed polls and ends with the first answer', async () => {
    const bridge = await begin();
    await bridge.accept(unreachable());
    await bridge.accept(unreachable());
    expect(told()).toEqual([]);
    await bridge.accept(unreachable());
    expect(told()).toEqual(['firing CloudTowerUnreachable']);
    expect(inbox('r').accepted[0]?.alert.labels).toEqual({
      alertname: 'CloudTowerUnreachable',
      severity: 'critical',
      tower: 't',
      source: 'cloudtower',
    });
    await bridge.accept(pollOf([]));
    expect(told()).toEqual(['firing CloudTowerUnreachable', 'resolved CloudTowerUnreachable']);
  });

  it('CloudTowerUnreachable goes on over a restart, and is not held itself', async () => {
    const first = await begin();
    for (let poll = 0; poll < 3; poll += 1) await first.accept(unreachable());
    await first.stop(0);
    const second = await begin();
    const [own] = store.firing();
    expect(own === undefined ? 'gone' : second.holdOf(own)).toBeNull();
    await second.accept(unreachable());
    expect(told()).toEqual(['firing CloudTowerUnreachable']);
    await second.accept(pollOf([]));
    expect(told()).toEqual(['firing CloudTowerUnreachable', 'resolved CloudTowerUnreachable']);
  });

  it('CloudTowerBridgeHeld fires while alerts have vanished', async () => {
    const bridge = await begin();
    const rows = Array.from({ length: 12 }, (_, index) => rowOf(`n${index}`));
    await bridge.accept(pollOf(rows));
    await bridge.accept(pollOf([], { found: notFound(...rows.map(({ id }) => id)) }));
    expect(told().slice(12)).toEqual(['firing CloudTowerBridgeHeld']);
    await bridge.accept(pollOf(rows));
    expect(told().slice(12)).toEqual(['firing CloudTowerBridgeHeld', 'resolved CloudTowerBridgeHeld']);
  });

  it('CloudTowerBridgeHeld fires when lists stay incomplete', async () => {
    const bridge = await begin();
    for (let poll = 0; poll < 12; poll += 1) {
      await bridge.accept(incomplete(rowOf('a')));
      clock.advance(30_000);
    }
    expect(told()).toEqual(['firing a', 'firing CloudTowerBridgeHeld']);
  });

  it('CloudTowerBridgeStateLost fires while a damaged file lies in the directory', async () => {
    writeFileSync(join(directory, 'bridge.sqlite'), 'this is no database, whatever it says');
    const bridge = await begin();
    expect(told()).toEqual(['firing CloudTowerBridgeStateLost']);
    for (const file of store.setAside().files) rmSync(file);
    await bridge.accept(pollOf([]));
    expect(told()).toEqual(['firing CloudTowerBridgeStateLost', 'resolved CloudTowerBridgeStateLost']);
  });

  it('CloudTowerBridgeWatchdog always fires when it is asked for', async () => {
    const bridge = await begin(bridgeConfig({ watchdog: true }));
    expect(told()).toEqual(['firing CloudTowerBridgeWatchdog']);
    await bridge.reload({ config: bridgeConfig(), towers });
    expect(told()).toEqual(['firing CloudTowerBridgeWatchdog', 'resolved CloudTowerBridgeWatchdog']);
  });
});

describe('a dead letter of an Alertmanager', () => {
  it('that a person takes away makes its receiver begin anew, so that it sends the alert again', async () => {
    const [receiver] = bridgeConfig().receivers;
    if (receiver === undefined) throw new Error('no receiver');
    const starts: string[] = [];
    store = openStore({ directory, clock, logger });
    const bridge = createBridge({
      config: bridgeConfig({ receivers: [alertmanagerConfig('am'), receiver] }),
      towers,
      store,
      clock,
      random: () => 0.5,
      logger,
      metrics: noBridgeMetrics,
      dryRun: null,
      createReceiver: ({ name }, deps) => {
        starts.push(name);
        return modelReceiver(name, deps, inbox(name));
      },
    });
    bridges.push(bridge);
    bridge.start();
    store.addDeadLetter({ receiver: 'am', at: 1, reason: 'x', status: 400, body: new Uint8Array(), labels: null });
    const rounds = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round += 1) {
        clock.advance(15_000);
        await new Promise(setImmediate);
      }
    };
    await rounds(2);
    expect(starts).toEqual(['am', 'r']);
    store.removeDeadLetter(1);
    await rounds(2);
    expect(starts).toEqual(['am', 'r', 'am']);
    await bridge.accept(pollOf([rowOf('a')]));
    expect(told('am')).toEqual(['firing a']);
  });
});

describe('a reload', () => {
  it('adds a receiver, which learns what fires, and removes one', async () => {
    const bridge = await begin();
    await bridge.accept(pollOf([rowOf('a'), rowOf('b')]));
    await bridge.accept(pollOf([rowOf('b')], { found: { a: endedRow('a') } }));
    await bridge.reload({ config: bridgeConfig({ receivers: [receiverConfig('new')] }), towers });
    expect(told('new')).toEqual(['firing b']);
    await bridge.accept(pollOf([], { found: { b: endedRow('b') } }));
    expect(told('new')).toEqual(['firing b', 'resolved b']);
    expect(told('r')).toEqual(['firing a', 'firing b', 'resolved a']);
    expect([...store.consumers().keys()]).toEqual(['new']);
  });

  it('keeps a receiver whose configuration did not change', async () => {
    const bridge = await begin();
    await bridge.accept(pollOf([rowOf('a')]));
    await bridge.reload({ config: bridgeConfig({ receivers: [receiverConfig('r'), receiverConfig('s')] }), towers });
    expect(told('r')).toEqual(['firing a']);
    expect(told('s')).toEqual(['firing a']);
  });

  it('forgets a tower that is gone, and resolves nothing of it', async () => {
    const bridge = await begin();
    await bridge.accept(pollOf([rowOf('a')]));
    await bridge.reload({
      config: bridgeConfig(),
      towers: [{ name: 'other', url: 'https://o', pollInterval: 30_000 }],
    });
    expect(told()).toEqual(['firing a', 'forgotten a']);
    expect(store.firing()).toEqual([]);
    expect(store.towers()).not.toContain('t');
  });

  it('that cannot make a receiver changes nothing', async () => {
    let broken = false;
    store = openStore({ directory, clock, logger });
    const bridge = createBridge({
      config: bridgeConfig(),
      towers,
      store,
      clock,
      random: () => 0.5,
      logger,
      metrics: noBridgeMetrics,
      dryRun: null,
      createReceiver: (receiver, deps) => {
        if (broken) throw new Error('no such thing');
        return modelReceiver(receiver.name, deps, inbox(receiver.name));
      },
    });
    bridges.push(bridge);
    bridge.start();
    broken = true;
    const config = bridgeConfig({ receivers: [receiverConfig('r'), receiverConfig('x')] });
    await expect(bridge.reload({ config, towers: [] })).rejects.toThrow('no such thing');
    await bridge.accept(pollOf([rowOf('a')]));
    expect(told()).toEqual(['firing a']);
  });
});
