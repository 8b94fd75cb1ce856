import { iso } from '../estate/builder.ts';
import { BadRequestError } from '../query/errors.ts';
import { readListRequest, selectRows } from '../query/page.ts';
import type { ClusterRow } from '../schema/cluster.ts';
import { HttpError } from './errors.ts';
import { localise } from './language.ts';
import { resolver } from './lists.ts';
import type { Call, Tower } from './operations.ts';

/** get-meta-leader: where each cluster's metadata service leads. */
export const answerMetaLeader = (tower: Tower): unknown =>
  tower.estate.clusters.flatMap((cluster) => {
    const leader = tower.estate.hosts.find((host) => host.cluster.id === cluster.id);
    return leader === undefined ? [] : [{ cluster_id: cluster.id, meta_leader: leader.management_ip }];
  });

/** resolve-alert: ends the alerts that match, as a person may. The only operation here that changes anything. */
export const answerResolveAlert = (tower: Tower, call: Call): unknown => {
  const { estate, version } = tower;
  const request = readListRequest(call.body);
  if (request.where === null) throw new BadRequestError("body.where: 'where' is required");
  const found = selectRows(estate.alerts, request, 'alert', { version, resolve: resolver(estate) });
  const ids = new Set(found.map(({ id }) => id));
  const rows = estate.alerts.filter((alert) => ids.has(alert.id) && !alert.ended);
  for (const alert of rows) Object.assign(alert, { ended: true, local_end_time: iso(tower.now()) });
  return localise(rows, call.language, estate).map((data) => ({ task_id: null, data }));
};

/** One cluster's storage; what it does not know is left out, for nothing here may be null. */
const storageInfo = (cluster: ClusterRow, storage: readonly ClusterRow[]): Readonly<Record<string, unknown>> => {
  const { total_data_capacity: total, used_data_space: used, failure_data_space: failure } = cluster;
  const figures =
    typeof total === 'number' && typeof used === 'number' && typeof failure === 'number'
      ? {
          total_data_capacity: total,
          used_data_space: used,
          failure_data_space: failure,
          free_data_space: Math.max(0, total - used - failure),
          allocable_storage_capacity: {
            ec: [],
            replica: [{ replica_num: 2, capacity: Math.max(0, total - used - failure) / 2 }],
          },
        }
      : {};
  return {
    id: cluster.id,
    name: cluster.name,
    type: cluster.type,
    stretch: cluster.stretch === true,
    storage_cluster: storage.map((one) => storageInfo(one, [])),
    ...figures,
  };
};

/** get-cluster-storage-info; a compute-only cluster names the cluster that stores for it. */
export const answerStorageInfo = (tower: Tower, call: Call): unknown => {
  const { estate, version } = tower;
  const body = new Map<string, unknown>(Object.entries(call.body ?? {}));
  for (const key of ['where', 'effect']) {
    if (typeof body.get(key) !== 'object') throw new BadRequestError(`body.${key}: '${key}' is required`);
  }
  const request = readListRequest({ where: body.get('where') });
  const found = new Set(
    selectRows(estate.clusters, request, 'cluster', { version, resolve: resolver(estate) }).map(({ id }) => id),
  );
  const store = estate.clusters.filter(({ type }) => type === 'SMTX_ZBS').slice(0, 1);
  return estate.clusters
    .filter(({ id }) => found.has(id))
    .map((cluster) => storageInfo(cluster, cluster.type === 'SMTX_ELF' ? store : []));
};

/** resource-changes: the form is right, but nothing is ever recorded; polling is the portable way. */
export const answerResourceChanges = (tower: Tower, call: Call): unknown => {
  const [kind, credentials = ''] = (call.authorization ?? '').split(' ');
  const [username = '', ...rest] = Buffer.from(credentials, 'base64').toString().split(':');
  if (kind !== 'Basic' || !tower.sessions.knows(username, rest.join(':'))) {
    throw new HttpError(401, 'PERMISSION_DENIED');
  }
  const limit = Number(call.query.get('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new HttpError(400, 'limit: 1 to 1000');
  return { currentRevision: '1', compactRevision: '1', data: [], ec: 'EOK' };
};
