import { TowerError } from '../client/errors.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { describeError } from '../log.ts';
import type { CollectorName } from '../metrics/family.ts';
import type { ReadContext } from './collector.ts';
import { withDeadline } from './deadline.ts';
import type { Inventory } from './inventory.ts';
import type { ResourceName } from './resources.ts';

export interface ReadContextOptions {
  readonly collector: CollectorName;
  readonly inventory: Inventory;
  /** Longest time to wait for rows that only join, milliseconds. */
  readonly joinDeadline: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Makes what a collector reads through, run by run; remembers what it has already said about rows that a tower is without. */
export const createReadContext = (options: ReadContextOptions): ((signal: AbortSignal) => ReadContext) => {
  const { collector, inventory, joinDeadline: ms, clock, logger } = options;
  const withheld = new Map<ResourceName, string>();

  /** Says once why a resource is left out; false for a failure that is none of the two reasons. */
  const isWithheld = (name: ResourceName, error: unknown): boolean => {
    if (!(error instanceof TowerError)) return false;
    if (error.code !== 'missing_operation' && error.code !== 'forbidden') return false;
    if (withheld.get(name) !== error.code) {
      logger.warn({ code: error.code, operation: error.operation }, `left out of ${collector}: ${error.message}`);
    }
    withheld.set(name, error.code);
    return true;
  };

  return (signal) => ({
    rows: async (name) => (await inventory.read(name, collector, signal)).rows,
    joined: async (name) => {
      const message = `${name} took too long`;
      try {
        const read = (within: AbortSignal) => inventory.read(name, collector, within);
        return (await withDeadline({ clock, ms, parent: signal, message }, read)).rows;
      } catch (error) {
        logger.debug({ resource: name, ...describeError(error) }, `${collector} joins the last known rows`);
        return inventory.lastKnown(name, collector)?.rows ?? null;
      }
    },
    optional: async (name) => {
      try {
        const { rows } = await inventory.read(name, collector, signal);
        withheld.delete(name);
        return rows;
      } catch (error) {
        if (isWithheld(name, error)) return null;
        throw error;
      }
    },
    isAtHand: (name) => inventory.isAtHand(name, collector),
  });
};
