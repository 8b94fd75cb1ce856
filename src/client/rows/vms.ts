import { booleanOf, numberOf, refOf, textOf } from '../fields.ts';
import type { Vm } from '../resources.ts';
import type { Resource } from '../reader.ts';
import { resource } from './resource.ts';

/** Virtual machines, those in the recycle bin too. */
export const vms: Resource<Vm> = resource(
  'get-vms',
  [
    'name',
    'cluster',
    'host',
    'status',
    'guest_os_type',
    'ha',
    'vm_tools_status',
    'in_recycle_bin',
    'deleted_at',
    'size',
    'vcpu',
    'memory',
    'cpu_usage',
    'memory_usage',
    'provisioned_size',
    'used_size',
    'unique_size',
    'guest_used_size',
  ],
  (id, row) => ({
    id,
    name: textOf(row['name']) ?? id,
    cluster: refOf(row['cluster']),
    host: refOf(row['host']),
    status: textOf(row['status']),
    guest_os_type: textOf(row['guest_os_type']),
    ha: booleanOf(row['ha']),
    vm_tools_status: textOf(row['vm_tools_status']),
    in_recycle_bin: booleanOf(row['in_recycle_bin']),
    deleted_at: textOf(row['deleted_at']),
    size: numberOf(row['size']),
    vcpu: numberOf(row['vcpu']),
    memory: numberOf(row['memory']),
    cpu_usage: numberOf(row['cpu_usage']),
    memory_usage: numberOf(row['memory_usage']),
    provisioned_size: numberOf(row['provisioned_size']),
    used_size: numberOf(row['used_size']),
    unique_size: numberOf(row['unique_size']),
    guest_used_size: numberOf(row['guest_used_size']),
  }),
);
