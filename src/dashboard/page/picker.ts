import type { TowerObjects } from '../objects.ts';
import { type Html, html, nothing } from './html.ts';
import type { PageData } from './page.ts';

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** More clusters than this are not chosen from a list; the address of the page takes any id. */
const maxChoices = 1000;

/** What to show: a form that works without the script. */
export const picker = ({ objects, scope }: PageData): Html => {
  const chosen = objects.filter(({ tower }) => scope.tower === null || tower === scope.tower);
  const label = (tower: string, text: string): string => (chosen.length > 1 ? `${text} (${tower})` : text);
  const towers = objects.map(({ tower }) => ({ value: tower, label: tower }));
  const datacenters = chosen.flatMap((own) =>
    datacentersOf(own).map(({ id, name }) => ({ value: id, label: label(own.tower, name) })),
  );
  const clusters = chosen.flatMap((own) =>
    (own.clusters ?? [])
      .filter((cluster) => isIn(own, cluster.id, scope.datacenter_id))
      .map(({ id, name }) => ({ value: id, label: label(own.tower, name) })),
  );
  return html`<form id="scope" class="scope" method="get" action="/" role="search" aria-label="What to show">
${objects.length > 1 || scope.tower !== null ? select('tower', 'Tower', 'All towers', towers, scope.tower) : nothing}
${select('datacenter_id', 'Datacenter', 'All datacenters', datacenters, scope.datacenter_id)}
${select('cluster_id', 'Cluster', 'All clusters', clusters, scope.cluster_id)}
<button type="submit" id="scope-show">Show</button>
</form>`;
};

const datacentersOf = ({
  datacenters,
  clusters,
}: TowerObjects): readonly { readonly id: string; readonly name: string }[] => [
  ...new Map(
    [...(clusters ?? []).flatMap((cluster) => cluster.datacenters), ...(datacenters ?? [])].map(({ id, name }) => [
      id,
      { id, name },
    ]),
  ).values(),
];

const isIn = ({ datacenters, clusters }: TowerObjects, clusterId: string, datacenterId: string | null): boolean =>
  datacenterId === null ||
  (datacenters ?? []).some(({ id, clusters: own }) => id === datacenterId && own.some((row) => row.id === clusterId)) ||
  (clusters ?? []).some(({ id, datacenters: own }) => id === clusterId && own.some((row) => row.id === datacenterId));

const select = (key: string, title: string, all: string, choices: readonly Choice[], current: string | null): Html => {
  const sorted = choices.toSorted((a, b) => a.label.localeCompare(b.label)).slice(0, maxChoices);
  // What is asked for but not there stays chosen, so that the page says what it shows.
  const shown =
    current === null || sorted.some(({ value }) => value === current)
      ? sorted
      : [...sorted, choices.find(({ value }) => value === current) ?? { value: current, label: current }];
  const options = shown.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === current ? html` selected` : nothing} dir="auto">${label.slice(0, 100)}</option>`,
  );
  return html`<label><span>${title}</span>
<select name="${key}" id="scope-${key}"><option value="">${all}</option>${options}</select></label>`;
};
