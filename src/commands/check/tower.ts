import { TowerError } from '../../client/errors.ts';
import type { Query, Resource } from '../../client/reader.ts';
import type { Row } from '../../client/resources.ts';
import { resources } from '../../client/rows.ts';
import type { TowerClient } from '../../client/tower-client.ts';
import type { TowerConfig } from '../../config/schema.ts';
import { type CollectorName, collectorNames } from '../../metrics/family.ts';
import { explainFailure, explainSignInFailure } from './advice.ts';
import type { CheckResult } from './result.ts';

/** One question to the tower: the first page of something. */
interface Question {
  readonly operation: string;
  /** The collector does without it where this version of CloudTower does not have it. */
  readonly optional: boolean;
  readonly ask: (client: TowerClient, signal: AbortSignal) => Promise<number>;
}

const question = <T extends Row>(
  resource: Resource<T>,
  { optional = false, where = {} }: { readonly optional?: boolean; readonly where?: NonNullable<Query['where']> } = {},
): Question => ({
  operation: resource.operation,
  optional,
  ask: (client, signal) => client.firstPage(resource, { where, signal }),
});

const optional = { optional: true };

/** What each collector reads. */
const questions: Readonly<Record<CollectorName, readonly Question[]>> = {
  tower: [
    question(resources.deploys, optional),
    question(resources.licenses, optional),
    question(resources.datacenters, optional),
  ],
  clusters: [question(resources.clusters)],
  hosts: [question(resources.hosts)],
  disks: [question(resources.disks)],
  alerts: [
    question(resources.alerts, { where: { ended: false } }),
    question(resources.alertRules, optional),
    question(resources.globalAlertRules, optional),
  ],
  recycle_bin: [
    question(resources.vms, { where: { in_recycle_bin: true } }),
    question(resources.clusterSettings, optional),
    question(resources.globalSettings, optional),
  ],
  vms: [question(resources.vms)],
};

/** Signs in and asks for the first page of what every enabled collector reads. Never rejects. */
export const checkTower = async (
  config: TowerConfig,
  client: TowerClient,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> => {
  const subject = `tower ${config.name}`;
  const enabled = collectorNames.filter((name) => config.collectors[name].enabled);
  const signIn = await checkSignIn(config, client, signal);
  const results: CheckResult[] = [{ subject, what: 'sign in', ...signIn }];
  for (const name of enabled) {
    const what = `collector ${name}`;
    if (signIn.outcome === 'ok') results.push({ subject, what, ...(await checkCollector(name, client, signal)) });
    else results.push({ subject, what, outcome: 'skipped', detail: 'the sign-in failed' });
  }
  return results;
};

type Found = Pick<CheckResult, 'outcome' | 'detail'>;

const checkSignIn = async (config: TowerConfig, client: TowerClient, signal: AbortSignal): Promise<Found> => {
  try {
    await client.signIn(signal);
    // An API key is tried by the first read only.
    if (config.api_key !== null) await client.firstPage(resources.clusters, { signal });
    return { outcome: 'ok', detail: config.api_key === null ? `as ${config.username ?? ''}` : 'with the API key' };
  } catch (error) {
    if (config.api_key !== null && error instanceof TowerError && error.code === 'forbidden') {
      return { outcome: 'ok', detail: 'with the API key' };
    }
    return { outcome: 'failed', detail: explainSignInFailure(error) };
  }
};

const checkCollector = async (name: CollectorName, client: TowerClient, signal: AbortSignal): Promise<Found> => {
  const read: string[] = [];
  const without: string[] = [];
  const failures: string[] = [];
  for (const { operation, optional: mayLack, ask } of questions[name]) {
    try {
      await ask(client, signal);
      read.push(operation);
    } catch (error) {
      const lacks = error instanceof TowerError && (error.code === 'missing_operation' || error.code === 'forbidden');
      if (mayLack && lacks)
        without.push(`${operation} (${error.code === 'forbidden' ? 'no permission' : 'not in this version'})`);
      else failures.push(explainFailure(error));
    }
  }
  if (failures.length > 0) return { outcome: 'failed', detail: failures.join('\n') };
  const rest = without.length === 0 ? '' : `; does without ${without.join(', ')}`;
  return { outcome: 'ok', detail: `${read.join(', ')}${rest}` };
};
