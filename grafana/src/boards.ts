import { alerts } from './dashboards/alerts.ts';
import { cluster } from './dashboards/cluster.ts';
import { disks } from './dashboards/disks.ts';
import { exporter } from './dashboards/exporter.ts';
import { hosts } from './dashboards/hosts.ts';
import { overview } from './dashboards/overview.ts';
import { vms } from './dashboards/vms.ts';
import { buildBoard } from './shared/dashboard.ts';
import type { Board } from './shared/dashboard.ts';

/** Every dashboard, in the order people meet them. */
export const boards: readonly Board[] = [overview, cluster, hosts, disks, vms, alerts, exporter];

/** The files of grafana/dashboards: name and text. */
export const boardFiles = (): ReadonlyMap<string, string> =>
  new Map(
    boards.map((board) => [
      `${board.uid.replace(/^cloudtower-/, '')}.json`,
      `${JSON.stringify(buildBoard(board), null, 2)}\n`,
    ]),
  );
