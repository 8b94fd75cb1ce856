import { alerts } from './alerts.ts';
import { clusters } from './clusters.ts';
import type { Collector } from './collector.ts';
import { disks } from './disks.ts';
import { hosts } from './hosts.ts';
import { recycleBin } from './recycle-bin.ts';
import { tower } from './tower.ts';
import { vms } from './vms.ts';

/**
 * Every collector of a tower, in the order in which those that are due together start: vms before recycle_bin, which takes the
 * VMs from it.
 */
export const collectors: readonly Collector[] = [tower, clusters, hosts, disks, alerts, vms, recycleBin];
