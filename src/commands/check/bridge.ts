import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { probeReceiver } from '../../bridge/receivers/probe.ts';
import type { Clock } from '../../clock.ts';
import type { BridgeConfig, ReceiverConfig } from '../../config/schema.ts';
import { explainFailure } from './advice.ts';
import type { CheckResult } from './result.ts';

/** Looks at the state directory and reaches every receiver, without sending an alert. Never rejects. */
export const checkBridge = async (config: BridgeConfig, clock: Clock): Promise<readonly CheckResult[]> => {
  const receivers = await Promise.all(config.receivers.map((receiver) => checkReceiver(receiver, clock)));
  return [checkState(config.state_dir), ...receivers.flat()];
};

const checkReceiver = async (config: ReceiverConfig, clock: Clock): Promise<readonly CheckResult[]> => {
  const subject = `receiver ${config.name}`;
  try {
    const results = await probeReceiver(config, { clock });
    return results.map(({ target, outcome, detail }) => ({
      subject,
      what: target === config.name ? 'reach' : `reach ${target}`,
      outcome,
      detail,
    }));
  } catch (error) {
    return [{ subject, what: 'reach', outcome: 'failed', detail: explainFailure(error) }];
  }
};

const checkState = (directory: string): CheckResult => {
  const found = { subject: 'bridge', what: 'state' } as const;
  const place = nearestExisting(directory);
  try {
    if (!statSync(place).isDirectory()) {
      return {
        ...found,
        outcome: 'failed',
        detail: `${place} is not a directory\nSet \`bridge.state_dir\` to another one.`,
      };
    }
    accessSync(place, constants.W_OK | constants.X_OK);
    return { ...found, outcome: 'ok', detail: place === directory ? directory : `${directory} will be made` };
  } catch {
    const todo = 'Let this user write there, or set `bridge.state_dir` to a directory where it may.';
    return { ...found, outcome: 'failed', detail: `this user may not write into ${place}\n${todo}` };
  }
};

/** The directory itself, or the one in which it would be made. */
const nearestExisting = (path: string): string => {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : nearestExisting(parent);
};
