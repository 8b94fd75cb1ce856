import type { Estate } from '../estate/estate.ts';
import type { FaultAction } from '../faults.ts';
import type { SeededRandom } from '../random.ts';
import { resourceNames, resources } from '../schema/resources.ts';
import { atLeast, type Release, type Version } from '../versions.ts';
import { HttpError } from './errors.ts';
import { answerMetaLeader, answerResolveAlert, answerResourceChanges, answerStorageInfo } from './extras.ts';
import type { Language } from './language.ts';
import { answerCount, answerList } from './lists.ts';
import { answerMetrics, answerTopN, metricSources } from './metrics.ts';
import type { Sessions } from './sessions.ts';

/** One request, read as far as the operation needs it. */
export interface Call {
  /** The parsed body; undefined when none (or none that is JSON) came. */
  readonly body: unknown;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly language: Language;
  readonly actions: readonly FaultAction[];
}

/** What operations work on. */
export interface Tower {
  readonly estate: Estate;
  readonly version: Version;
  readonly sessions: Sessions;
  readonly random: SeededRandom;
  /** The tower's time, milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Operation {
  readonly method: 'POST' | 'GET';
  /** `none`: the operation looks after itself. */
  readonly auth: 'token' | 'none';
  readonly since: Release;
  /** Whether a request without a JSON body is refused. */
  readonly body: 'required' | 'optional' | 'none';
  readonly localised: boolean;
  readonly answer: (tower: Tower, call: Call) => unknown;
}

const read = (answer: Operation['answer'], more: Partial<Operation> = {}): Operation => ({
  method: 'POST',
  auth: 'token',
  since: '2.8.0',
  body: 'required',
  localised: true,
  answer,
  ...more,
});

/** `get-<plural>` and its connection for every resource. */
const lists = (): [string, Operation][] =>
  resourceNames.flatMap((name) => {
    const operation = `get-${resources[name].plural}`;
    const context = (tower: Tower, call: Call) => ({ ...tower, ...call, now: tower.now() });
    // A bodyless get-tasks is known from the field.
    const body = name === 'task' ? ('optional' as const) : ('required' as const);
    return [
      [operation, read((tower, call) => answerList(call.body ?? {}, name, context(tower, call)), { body })],
      [`${operation}-connection`, read((tower, call) => answerCount(call.body ?? {}, name, context(tower, call)))],
    ];
  });

const metrics = (): [string, Operation][] =>
  Object.entries(metricSources).map(([name, source]) => [
    name,
    read((tower, call) => answerMetrics(tower, call, source), { localised: false }),
  ]);

const table: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ...lists(),
  [
    'login',
    read((tower, call) => ({ task_id: null, data: { token: tower.sessions.login(call.body) } }), { auth: 'none' }),
  ],
  ['get-my-info', read((tower) => tower.estate.me, { body: 'none', localised: false })],
  ['get-version', read((tower) => tower.version, { method: 'GET', auth: 'none', body: 'none', localised: false })],
  ['get-meta-leader', read(answerMetaLeader, { localised: false })],
  ['resolve-alert', read(answerResolveAlert)],
  ['get-cluster-storage-info', read(answerStorageInfo, { since: '4.5.0', localised: false })],
  [
    'resource-changes',
    read(answerResourceChanges, { method: 'GET', auth: 'none', since: '4.6.0', body: 'none', localised: false }),
  ],
  ...metrics(),
  ['get-top-n-metrics-in-clusters', read(answerTopN, { localised: false })],
]);

/**
 * The operation of a request.
 * @throws {HttpError} 404 when the version has no such operation, or not with this method.
 */
export const findOperation = (name: string, method: string, version: Version): Operation => {
  const operation = table.get(name);
  if (operation === undefined || operation.method !== method || !atLeast(version, operation.since)) {
    throw new HttpError(404, 'Not Found');
  }
  return operation;
};
