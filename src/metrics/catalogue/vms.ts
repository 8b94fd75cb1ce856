import { gaugesOf, vmLabels } from './declare.ts';

const gauge = gaugesOf('vms', 'get-vms');

/** Families of the `vms` collector. */
export const vmFamilies = {
  info: gauge(
    'cloudtower_vm_info',
    [...vmLabels, 'host_id', 'host_name', 'guest_os_type', 'ha', 'vm_tools_status'],
    'Always 1; where the VM runs and what it is',
    'host, guest_os_type, ha, vm_tools_status',
  ),
  status: gauge(
    'cloudtower_vm_status',
    [...vmLabels, 'status'],
    'State set: 1 for the status of the VM, 0 for the others',
    'status',
  ),
  cpuCores: gauge('cloudtower_vm_cpu_cores', vmLabels, 'Virtual CPU cores of the VM', 'vcpu'),
  memory: gauge('cloudtower_vm_memory_bytes', vmLabels, 'Memory of the VM in bytes', 'memory'),
  cpuUsage: gauge('cloudtower_vm_cpu_usage_ratio', vmLabels, 'CPU in use, 0 to 1', 'cpu_usage / 100'),
  memoryUsage: gauge('cloudtower_vm_memory_usage_ratio', vmLabels, 'Memory in use, 0 to 1', 'memory_usage / 100'),
  storageProvisioned: gauge(
    'cloudtower_vm_storage_provisioned_bytes',
    vmLabels,
    'Storage promised to the VM in bytes',
    'provisioned_size',
  ),
  storageUsed: gauge('cloudtower_vm_storage_used_bytes', vmLabels, 'Storage in use in bytes', 'used_size'),
  storageUnique: gauge(
    'cloudtower_vm_storage_unique_bytes',
    vmLabels,
    'Storage that only this VM uses in bytes',
    'unique_size',
  ),
  storageGuestUsed: gauge(
    'cloudtower_vm_storage_guest_used_bytes',
    vmLabels,
    'Storage in use as the guest sees it in bytes',
    'guest_used_size',
  ),
} as const;
