import { type Builder, byId, day, iso, minute } from './builder.ts';
import type { Estate } from './estate.ts';

/** A few dozen tasks and runs of snapshot plans, of every status. */
export const buildTasks = (builder: Builder, estate: Estate): void => {
  const { start } = builder.options;
  const user = { id: estate.me.id, name: estate.me.name };
  for (let ordinal = 0; ordinal < 60 && estate.clusters.length > 0; ordinal += 1) {
    const random = builder.random.fork(`task ${ordinal}`);
    const age = random.int(minute, 5 * day);
    const cluster = random.pick(estate.clusters);
    const nested = { id: cluster.id, name: cluster.name };
    const status = builder.mostly('TaskStatus', ordinal, 3);
    const failed = status === 'FAILED';
    const done = failed || status === 'SUCCESSED';
    const vm = estate.vms.length === 0 ? null : random.pick(estate.vms);
    estate.tasks.push({
      id: builder.id(random, age),
      description: `Edit the virtual machine ${vm?.name ?? ''}`,
      status,
      // A task that succeeded may well say 0.
      progress: done && ordinal % 2 === 0 ? 1 : 0,
      args: {},
      snapshot: '{"typename":"Vm"}',
      steps: [{ key: 'sync', current: 1, total: 2, per_second: null, finished: done, unit: 'COUNT' }],
      internal: ordinal % 7 === 6,
      key: 'EDIT_VM',
      type: builder.mostly('TaskType', ordinal, 5),
      cluster: ordinal % 9 === 8 ? null : nested,
      user: ordinal % 6 === 5 ? null : user,
      resource_id: vm?.id ?? null,
      resource_type: 'Vm',
      resource_mutation: 'updateVm',
      resource_rollbacked: failed ? false : null,
      resource_rollback_retry_count: failed ? 0 : null,
      resource_rollback_error: null,
      error_code: failed ? 'VM_EDIT_FAILED' : null,
      error_message: failed ? 'The virtual machine could not be changed.' : null,
      local_created_at: iso(start - age),
      started_at: status === 'PENDING' ? null : iso(start - age + 500),
      finished_at: done ? iso(start - age + 9_000) : null,
    });
    if (ordinal % 3 !== 0) continue;
    estate.snapshotPlanTasks.push({
      id: builder.id(random, age),
      local_id: builder.uuid(random),
      cluster: nested,
      snapshotPlan: { id: builder.id(random, 100 * day), name: 'nightly' },
      snapshotGroup: ordinal % 2 === 0 ? { id: builder.id(random, age), name: 'nightly-1' } : null,
      status: builder.mostly('SnapshotPlanExecuteStatus', ordinal / 3, 3),
      type: builder.mostly('SnapshotPlanTaskType', ordinal / 3, 3),
      internal: false,
      start_time: iso(start - age),
      end_time: ordinal % 4 === 0 ? null : iso(start - age + minute),
      entityAsyncStatus: builder.rarely('EntityAsyncStatus', ordinal / 3, 5),
    });
  }
  byId(estate.tasks);
  byId(estate.snapshotPlanTasks);
};
