import type { SimulatedEstate } from '../processes/tower-worker.ts';

/** 50 clusters, 800 hosts, 9 600 disks, 500 alerts, 5 000 VMs. */
export const largeEstate: SimulatedEstate = { clusters: 50, hosts: 16, disks: 12, vms: 5000, alerts: 500 };

/** The same with ten times the VMs: more than 500 000 series. */
export const hugeEstate: SimulatedEstate = { ...largeEstate, vms: 50_000 };

export const describeEstate = ({ clusters, hosts, disks, vms }: SimulatedEstate): string =>
  `${clusters} clusters, ${clusters * hosts} hosts, ${clusters * hosts * disks} disks, ${vms} VMs`;

/** Every collector on, the one of VMs too. */
export const allCollectors = { vms: { enabled: true } };
