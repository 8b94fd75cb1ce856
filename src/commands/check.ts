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
import { addFlags, configFileFlag, type Flag, logFlags } from './flags.ts';

/** The log would repeat what the table says. */
export const checkFlags: readonly Flag[] = [configFileFlag, ...logFlags('error')];

/** Adds `check`. */
export const registerCheck = (program: Command): void => {
  addFlags(program.command('check'), checkFlags)
    .description('try the configuration: sign in to every tower, read the first pages, reach every receiver')
    .action(async (_options: object, command: Command) => {
      process.exitCode = await check(command);
    });
};

const check = async (command: Command): Promise<number> => {
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
