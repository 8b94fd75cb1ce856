import { byId, iso } from '../estate/builder.ts';
import type { Estate } from '../estate/estate.ts';
import { cuid, uuid } from '../random.ts';
import type { Scene } from './life.ts';
import { refreshCluster } from './refresh.ts';

/** Clusters whose recycle bin works: the ELF ones that answer. */
const binClusters = (estate: Estate): ReadonlySet<string> =>
  new Set(
    estate.clusters
      .filter((cluster) => cluster.hypervisor === 'ELF' && cluster.connect_state === 'CONNECTED')
      .map(({ id }) => id),
  );

/** A user deletes a VM: it goes into the recycle bin. */
export const moveIntoBin = ({ estate, random, now }: Scene): void => {
  const clusters = binClusters(estate);
  const candidates = estate.vms.filter(
    (vm) => !vm.in_recycle_bin && !vm.internal && clusters.has(vm.cluster?.id ?? ''),
  );
  if (candidates.length === 0) return;
  const vm = random.pick(candidates);
  Object.assign(vm, {
    original_name: vm.name,
    name: `in-recycle-bin-${vm.name}-${random.digits(8, 36)}`,
    in_recycle_bin: true,
    deleted_at: iso(now),
    status: 'STOPPED',
    host: null,
    node_ip: '',
    cpu_usage: null,
    memory_usage: null,
  });
  refreshCluster(estate, vm.cluster?.id ?? '');
};

/** A VM leaves the recycle bin: restored under its old name, or deleted for good while a new one is made elsewhere. */
export const takeOutOfBin = ({ estate, random, now }: Scene): void => {
  const clusters = binClusters(estate);
  const candidates = estate.vms.filter((vm) => vm.in_recycle_bin && clusters.has(vm.cluster?.id ?? ''));
  if (candidates.length === 0) return;
  const vm = random.pick(candidates);
  if (random.chance(0.6)) {
    Object.assign(vm, {
      name: vm.original_name ?? vm.name,
      original_name: null,
      in_recycle_bin: false,
      deleted_at: null,
    });
  } else {
    estate.vms.splice(estate.vms.indexOf(vm), 1);
    const model = estate.vms.find((one) => one.status === 'RUNNING' && one.cluster?.id === vm.cluster?.id);
    if (model !== undefined) {
      const name = `${model.name}-${random.digits(4, 36)}`;
      const own = { local_created_at: iso(now), cpu_usage: random.float(1, 40), memory_usage: random.float(5, 60) };
      const twin = { ...structuredClone(model), ...own, id: cuid(random, now), local_id: uuid(random), name };
      estate.vms.push(twin);
      byId(estate.vms);
    }
  }
  refreshCluster(estate, vm.cluster?.id ?? '');
};
