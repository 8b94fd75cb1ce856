import type { AlertPoll, ClusterScope, PolledAlert } from './poll.ts';
import type { OpenAlert, TowerState } from './state.ts';

/** A complete poll's word on the alerts that are open but not listed, sorted by what it proves. */
export interface Evidence {
  /** The tower says that they ended. */
  readonly ended: readonly { readonly open: OpenAlert; readonly row: PolledAlert }[];
  /** The tower says that they go on, though the list left them out. */
  readonly ongoing: readonly { readonly open: OpenAlert; readonly row: PolledAlert }[];
  /** Of clusters that are not in scope any more: nobody looks for them. */
  readonly outside: readonly OpenAlert[];
  /** Nothing is known of them: asked for by id and not found, or the look-up failed. */
  readonly gone: readonly { readonly open: OpenAlert; readonly lookedUp: boolean }[];
}

/** Sorts what a complete poll proves. `endedRows`: rows of the list itself that say `ended` (the alert ended between two pages). */
export const weigh = (
  state: TowerState,
  poll: AlertPoll,
  listed: ReadonlySet<string>,
  endedRows: ReadonlyMap<string, PolledAlert>,
): Evidence => {
  const ended: { open: OpenAlert; row: PolledAlert }[] = [];
  const ongoing: { open: OpenAlert; row: PolledAlert }[] = [];
  const outside: OpenAlert[] = [];
  const gone: { open: OpenAlert; lookedUp: boolean }[] = [];
  for (const open of state.open.values()) {
    if (listed.has(open.id)) continue;
    const found = endedRows.get(open.id) ?? poll.lookups.get(open.id);
    const row = found === undefined || found === 'not_found' ? null : found;
    if (row?.ended === true) ended.push({ open, row });
    else if (isOutside(poll.scope, row === null ? open.clusterId : (row.cluster?.id ?? null))) outside.push(open);
    else if (row !== null) ongoing.push({ open, row });
    else gone.push({ open, lookedUp: found === 'not_found' });
  }
  return { ended, ongoing, outside, gone };
};

const isOutside = (scope: ClusterScope | null, clusterId: string | null): boolean =>
  scope !== null && !scope.has(clusterId ?? '');
