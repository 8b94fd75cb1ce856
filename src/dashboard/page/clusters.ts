import type { ClusterInfo } from '../cluster-info.ts';
import { expiryText } from '../document.ts';
import { formatValue, plural } from '../format.ts';
import { scopeQuery } from '../parameters.ts';
import { productName } from '../product-name.ts';
import { isEnding } from '../verdict.ts';
import { bar } from './figures.ts';
import { type Html, html, name, nothing, section } from './html.ts';
import type { PageData } from './page.ts';

const maxClusters = 200;

/** Every cluster, those with a problem and the fullest first. */
export const clustersSection = ({ dashboard: { clusters, towers, products }, scope, now }: PageData): Html => {
  const about = towers.flatMap(({ name: tower, version, licenses }) =>
    version === null && licenses.length === 0
      ? []
      : [
          html`<li>${name(tower)}: CloudTower ${version ?? 'of an unknown version'}${licenses.map((license) => html` · licence ${license.type ?? ''} ${license.edition ?? ''} ${expiryText(license)}`)}</li>`,
        ],
  );
  const list = about.length === 0 ? nothing : html`<ul class="towers">${about}</ul>`;
  if (clusters.length === 0) {
    return section(
      'clusters',
      'Clusters',
      html`${list}<p class="empty">${products === null ? 'Not read yet.' : 'None in this scope.'}</p>`,
    );
  }
  const sorted = clusters.toSorted(
    (a, b) => Number(b.abnormal) - Number(a.abnormal) || (b.storage.usage ?? -1) - (a.storage.usage ?? -1),
  );
  const rest = clusters.length - maxClusters;
  const rows = sorted
    .slice(0, maxClusters)
    .map((cluster) => row(cluster, scopeQuery(scope, { tower: cluster.tower, cluster_id: cluster.id }), now));
  return section(
    'clusters',
    `Clusters (${clusters.length})`,
    html`<div class="scroll" id="clusters-scroll" tabindex="0" role="group" aria-label="Table: Clusters"><table><thead><tr><th scope="col">Cluster</th><th scope="col">State</th><th scope="col">Product</th><th scope="col">Version</th><th scope="col">Storage</th><th scope="col">Modes</th><th scope="col">Licence</th></tr></thead><tbody>${rows}</tbody></table></div>
${rest > 0 ? html`<p class="note">${plural(rest, 'more cluster')}: narrow the scope.</p>` : nothing}${list}`,
  );
};

const row = (cluster: ClusterInfo, query: string, now: number): Html => {
  const modes = [
    ...(cluster.modes.boost ? ['Boost'] : []),
    ...(cluster.modes.rdma === true ? ['RDMA'] : []),
    ...(cluster.modes.pmem === true ? ['PMem'] : []),
  ];
  const { storage, license } = cluster;
  const state = cluster.state.replaceAll('_', ' ');
  return html`<tr><th scope="row"><a href="/${query}">${name(cluster.name)}</a>${cluster.uuid === null ? nothing : html`<br><small class="id">${cluster.uuid.slice(0, 64)}</small>`}</th>
<td><span class="badge ${cluster.abnormal ? 'critical' : cluster.state === 'connected' ? 'ok' : 'unknown'}">${state}</span></td>
<td>${productName(cluster.product)}</td><td>${cluster.version ?? '–'}<br><small>${cluster.architecture ?? ''}</small></td>
<td class="space">${
    storage.total.value === null || storage.total.value === 0
      ? '–'
      : html`${bar(`Storage of ${cluster.name.slice(0, 100)}`, storage.usage, (storage.invalid.value ?? 0) / storage.total.value)}<small>${formatValue(storage.usage, 'ratio')} of ${formatValue(storage.total.value, 'bytes')}</small>`
  }</td>
<td>${modes.length === 0 ? '–' : modes.join(', ')}</td>
<td>${license.type ?? '–'}<br><small${isEnding(license.expiry, now) ? html` class="warning"` : nothing}>${license.edition ?? ''} ${expiryText(license)}</small></td></tr>`;
};
