import type { Command } from 'commander';
import { createTowerClient } from '../client/tower-client.ts';
import { systemClock } from '../clock.ts';
import type { TowerConfig } from '../config/schema.ts';
import { configWarnings } from '../config/warnings.ts';
import type { Logger } from '../log.ts';
import { checkBridge } from './check/bridge.ts';
import { type CheckResult, resultTable } from './check/result.ts';
import { checkTower } from './check/tower.ts';
import { commandContext, print } from './context.ts';
import { exitCodes } from './exit-codes.ts';

/** `check`: tries everything that the configuration names. */
export const check = async (command: Command): Promise<number> => {
  const { logger, load } = commandContext(command);
  const config = load();
  const [bridge, ...towers] = await Promise.all([
    config.bridge === null ? [] : checkBridge(config.bridge, systemClock),
    ...config.towers.map((tower) => checkOne(tower, logger)),
  ]);
  const results = [...towers.flat(), ...bridge];
  await print(resultTable(results));
  for (const warning of configWarnings(config)) await print(`warning: ${warning}\n`);
  return results.every(({ outcome }) => outcome === 'ok') ? exitCodes.ok : exitCodes.failure;
};

const checkOne = async (config: TowerConfig, logger: Logger): Promise<readonly CheckResult[]> => {
  const client = createTowerClient({ config, clock: systemClock, random: Math.random, logger });
  try {
    // A tower that hangs must not hang the check: a few requests' time for all of them.
    return await checkTower(config, client, AbortSignal.timeout(4 * config.timeout));
  } finally {
    await client.close();
  }
};
