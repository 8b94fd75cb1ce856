import type { Command } from 'commander';
import { noBridgeMetrics } from '../../bridge/metrics.ts';
import type { ReceiverDeps } from '../../bridge/receiver.ts';
import type { BridgeStore } from '../../bridge/store/bridge-store.ts';
import { openStoreToRead } from '../../bridge/store/sqlite.ts';
import { systemClock } from '../../clock.ts';
import type { BridgeConfig, ReceiverConfig } from '../../config/schema.ts';
import { commandContext, print } from '../context.ts';
import type { FlagValues } from '../flags.ts';

/** What the `alerts` commands share. */
export interface AlertsContext {
  readonly flags: FlagValues;
  readonly bridge: BridgeConfig;
  /** Prints the value as JSON, or the text, as `--output` asks. */
  readonly answer: (value: unknown, text: string) => Promise<void>;
  /** What a receiver needs to deliver out of a store of its own. */
  readonly deps: (store: BridgeStore, dryRun: ReceiverDeps['dryRun']) => ReceiverDeps;
}

/** @throws ConfigError; Error when the configuration has no bridge */
export const alertsContext = (command: Command): AlertsContext => {
  const { flags, logger, load } = commandContext(command);
  const { bridge } = load();
  if (bridge === null)
    throw new Error(
      'the configuration has no `bridge`: there is nothing to look at. See docs/bridge.md for how to add one.',
    );
  const json = flags('output') === 'json';
  return {
    flags,
    bridge,
    answer: (value, text) => print(json ? `${JSON.stringify(value, null, 2)}\n` : text),
    deps: (store, dryRun) => ({
      store,
      clock: systemClock,
      random: Math.random,
      logger,
      metrics: noBridgeMetrics,
      holds: { holdOf: () => null },
      pollInterval: 30_000,
      dryRun,
    }),
  };
};

/** Looks into the state and closes it again. @throws StoreError */
export const readState = <T>(bridge: BridgeConfig, look: (store: BridgeStore) => T): T => {
  const store = openStoreToRead(bridge.state_dir, systemClock);
  try {
    return look(store);
  } finally {
    store.close();
  }
};

/** The receivers that `--receiver` names. @throws Error when there is none of that name */
export const chosenReceivers = ({ flags, bridge }: AlertsContext): readonly ReceiverConfig[] => {
  const name = flags('receiver');
  if (name === null) return bridge.receivers;
  const chosen = bridge.receivers.filter((receiver) => receiver.name === name);
  if (chosen.length > 0) return chosen;
  const known = bridge.receivers.map((receiver) => receiver.name).join(', ');
  throw new Error(`--receiver ${name}: there is no such receiver; the configuration has ${known}`);
};

/** A whole positive number given to a flag, or null when it was not given. @throws Error for anything else */
export const numberFlag = (flags: FlagValues, name: string): number | null => {
  const text = flags(name);
  if (text === null) return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} ${text}: expected a whole number above 0`);
  return value;
};

/** Columns side by side; the last one is left as wide as it is. */
export const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
};

export const timeText = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
