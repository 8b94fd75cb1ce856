import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noBridgeMetrics } from '../../src/bridge/metrics.ts';
import type { BridgeStore } from '../../src/bridge/store/bridge-store.ts';
import { Database } from '../../src/bridge/store/database.ts';
import { StoreError, type StoreErrorCode } from '../../src/bridge/store/errors.ts';
import { migrate, migrations, schemaVersion } from '../../src/bridge/store/schema.ts';
import { openStore, openStoreToRead, stateFile } from '../../src/bridge/store/sqlite.ts';
import { createRecoveringBridge } from '../../src/bridge/recovering.ts';
import { bridgeConfig } from './config.ts';
import { modelReceiver, newInbox } from './model.ts';
import { pollOf, rowOf } from './polls.ts';
import { TestClock } from '../support/clock.ts';
import { alertOf, fires, TestLogger } from './support.ts';

let directory = '';
const clock = new TestClock();
let logger = new TestLogger();
const opened: BridgeStore[] = [];
const children: ChildProcess[] = [];

const open = (pageLimit: number | null = null): BridgeStore => {
  const store = openStore({ directory, clock, logger, pageLimit });
  opened.push(store);
  return store;
};
const closeAll = (): void => {
  for (const store of opened.splice(0)) store.close();
};
const many = Array.from({ length: 2000 }, (_, index) => alertOf({ alertname: 'x', alert_id: String(index) }));
const codeOf = (work: () => unknown): StoreErrorCode | null => {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-faults-'));
  logger = new TestLogger();
});
afterEach(() => {
  closeAll();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

describe('a damaged state', () => {
  const overwrite = (offset: number): void => {
    const file = openSync(stateFile(directory), 'r+');
    writeSync(file, Buffer.alloc(5000, 0xaa), 0, 5000, offset);
    closeSync(file);
  };

  it.each([
    ['at its head', () => overwrite(0)],
    ['in the middle', () => overwrite(100_000)],
    ['cut off', () => truncateSync(stateFile(directory), 50_000)],
    ['no database at all', () => writeFileSync(stateFile(directory), 'hello '.repeat(1000))],
  ])('(%s) is set aside under a dated name, and a fresh one works', (_, damage) => {
    open().applyPoll('t', fires(1, ...many));
    closeAll();
    damage();
    const store = open();
    const { files, now } = store.setAside();
    expect(files).toEqual([now?.path]);
    expect(now?.path).toBe(join(directory, 'bridge.sqlite.damaged-2026-11-22T12-00-00.000Z'));
    expect(existsSync(now?.path ?? '')).toBe(true);
    expect(store.firing()).toEqual([]);
    expect(logger.lines.map(({ level }) => level)).toEqual(['error']);
    store.applyPoll('t', fires(1, ...many));
    closeAll();
    const again = open();
    expect(again.firing()).toHaveLength(many.length);
    expect(again.setAside()).toEqual({ files, now: null });
  });

  it('with rows that no version wrote is set aside too', () => {
    open().applyPoll('t', fires(1, alertOf({ alertname: 'a' })));
    closeAll();
    const raw = new DatabaseSync(stateFile(directory));
    raw.exec('UPDATE firing_alert SET alert = \'{"labels":7}\'');
    raw.close();
    expect(open().setAside().now).not.toBeNull();
  });

  it('keeps the newest few of such files only', () => {
    for (let time = 0; time < 8; time += 1) {
      writeFileSync(stateFile(directory), 'x'.repeat(2000));
      open();
      closeAll();
      rmSync(stateFile(directory));
    }
    expect(readdirSync(directory).filter((name) => name.includes('damaged'))).toHaveLength(5);
  });
});

describe('a full disk', () => {
  it('refuses the change whole, and takes it when there is space again', () => {
    const store = open(60);
    store.register('r');
    store.applyPoll('t', fires(1, alertOf({ alertname: 'a' })));
    expect(codeOf(() => store.applyPoll('t', fires(2, ...many)))).toBe('full');
    expect(store.firing()).toHaveLength(1);
    expect(store.lastSeq()).toBe(1);
    expect(store.transitions(0, 10)).toHaveLength(1);
    store.applyPoll('t', fires(3, alertOf({ alertname: 'b' })));
    expect(store.lastSeq()).toBe(2);
    closeAll();
    const roomy = open();
    roomy.applyPoll('t', fires(4, ...many));
    expect(roomy.firing()).toHaveLength(many.length + 2);
  });
});

describe('a state that may not be written', () => {
  it('says so, and leaves the file as it is', async () => {
    open().applyPoll('t', fires(1, alertOf({ alertname: 'a' })));
    closeAll();
    for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o444);
    chmodSync(directory, 0o555);
    const before = statSync(stateFile(directory)).size;
    const answer = await hold(65534);
    expect(answer).toMatchObject({ opened: false, code: expect.stringMatching(/^(read_only|cannot_open)$/) });
    expect(statSync(stateFile(directory)).size).toBe(before);
    chmodSync(directory, 0o700);
  });

  it('is an error with the directory in its message when it cannot be made', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    directory = join(file, 'state');
    expect(() => open()).toThrow(directory);
    expect(codeOf(() => open())).toBe('cannot_open');
    directory = join(file, '..');
  });
});

describe('the schema', () => {
  const raw = (): Database => new Database(new DatabaseSync(stateFile(directory)), directory);

  it('of a newer version is refused, and the file left alone', () => {
    open();
    closeAll();
    const database = raw();
    database.run("UPDATE meta SET value = '999' WHERE name = 'schema_version'");
    database.close();
    expect(() => open()).toThrow(/schema version 999.*knows up to 1/);
    expect(codeOf(() => open())).toBe('newer_schema');
    expect(codeOf(() => openStoreToRead(directory, clock))).toBe('newer_schema');
    expect(readdirSync(directory).some((name) => name.includes('damaged'))).toBe(false);
  });

  it('of an older version is brought up, keeping what is there', () => {
    open().applyPoll('t', fires(1, alertOf({ alertname: 'a' })));
    closeAll();
    const database = raw();
    const next = [...migrations, 'ALTER TABLE tower ADD COLUMN note TEXT', 'UPDATE tower SET note = name'];
    expect(migrate(database, next)).toBe(1);
    expect(schemaVersion(database)).toBe(3);
    expect(database.get('SELECT note FROM tower')).toEqual({ note: 't' });
    expect(migrate(database, next)).toBe(3);
    database.close();
  });

  it('is left as it was when a step fails', () => {
    open().applyPoll('t', fires(1, alertOf({ alertname: 'a' })));
    closeAll();
    const database = raw();
    expect(() => migrate(database, [...migrations, 'ALTER TABLE tower ADD COLUMN note TEXT', 'nonsense'])).toThrow(
      StoreError,
    );
    expect(schemaVersion(database)).toBe(1);
    database.close();
    expect(open().firing()).toHaveLength(1);
  });

  it('of a file from before the first version is made', () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(stateFile(directory), '');
    expect(open().firing()).toEqual([]);
  });
});

describe('a second process', () => {
  it('is refused with the directory and the pid of the first, until that one is gone', async () => {
    const answer = await hold(null);
    expect(answer).toMatchObject({ opened: true });
    const [child] = children;
    expect(() => open()).toThrow(`in ${directory} is in use by process ${child?.pid}`);
    expect(codeOf(() => open())).toBe('locked');
    child?.kill('SIGKILL');
    if (child !== undefined) await once(child, 'exit');
    expect(open().firing()).toEqual([]);
  });

  it('is refused in the same process as well', () => {
    open();
    expect(codeOf(() => open())).toBe('locked');
  });
});

/** Another process, as another user where this one may do anything, that opens the directory. */
const hold = async (user: number | null): Promise<object> => {
  const isRoot = process.getuid?.() === 0;
  const options = isRoot && user !== null ? { uid: user, gid: user } : {};
  const child = fork(join(import.meta.dirname, 'state-faults', 'holder.ts'), [directory], options);
  children.push(child);
  const [answer]: object[] = await once(child, 'message');
  return answer ?? {};
};

describe('a bridge', () => {
  it('sets a state aside that turns out damaged in use, and goes on with a fresh one', async () => {
    const bridge = createRecoveringBridge({
      config: bridgeConfig({ state_dir: directory }),
      towers: [{ name: 't', url: 'https://tower.example.com', pollInterval: 30_000 }],
      openStore: () => openStore({ directory, clock, logger }),
      clock,
      random: () => 0.5,
      logger,
      metrics: noBridgeMetrics,
      dryRun: null,
      createReceiver: ({ name }, deps) => modelReceiver(name, deps, newInbox()),
    });
    bridge.start();
    const rows = Array.from({ length: 500 }, (_, index) => rowOf(`a${index}`));
    await bridge.accept(pollOf(rows));
    const file = openSync(stateFile(directory), 'r+');
    // The log must be in the file for the damage to be met.
    const other = new DatabaseSync(stateFile(directory));
    other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    other.close();
    writeSync(file, Buffer.alloc(200_000, 0xaa), 0, 200_000, 4096);
    closeSync(file);
    const changed = rows.map(({ id }) => rowOf(id, { message: 'other words' }));
    await expect(bridge.accept(pollOf(changed))).rejects.toMatchObject({ code: 'corrupt' });
    await bridge.accept(pollOf(changed));
    expect(bridge.openAlertIds('t')).toHaveLength(500);
    expect(readdirSync(directory).some((name) => name.includes('damaged'))).toBe(true);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
    await bridge.stop();
  });
});
