import type { Storage, Use } from '../capacity.ts';
import type { Movement } from '../cluster-info.ts';
import { products } from '../counts.ts';
import { formatValue, plural, type Scaled, type Unit } from '../format.ts';
import { productName } from '../product-name.ts';
import type { Sum } from '../sum.ts';
import { type Html, html, name, nothing, section } from './html.ts';
import type { PageData } from './page.ts';

/** A figure, its unit smaller. */
const figure = (value: number | null, unit: Unit): Html => {
  const [, digits = '', letters = ''] = /^([-\d.]*)(.*)$/.exec(formatValue(value, unit)) ?? [];
  return html`<span class="figure">${digits}<small>${letters}</small></span>`;
};

const missingNote = (...sums: readonly Sum[]): Html => {
  const missing = Math.max(...sums.map((sum) => sum.missing));
  return missing === 0
    ? nothing
    : html`<p class="note">${plural(missing, 'part')} did not report and ${missing === 1 ? 'is' : 'are'} not in the sum.</p>`;
};

const percent = (share: number | null): number => Math.min(100, Math.max(0, (share ?? 0) * 100));

/** A bar of what is used, and of what is lost on parts that failed. */
export const bar = (label: string, usage: number | null, lost = 0): Html => {
  const used = percent(usage);
  const level = used >= 90 ? 'critical' : used >= 80 ? 'warning' : 'ok';
  const text = usage === null ? `${label}: not known` : `${label}: ${formatValue(usage, 'ratio')} used`;
  return html`<svg class="bar ${level}" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${text}"><rect class="track" width="100" height="8"/><rect class="used" width="${used.toFixed(2)}" height="8"/>${
    lost > 0
      ? html`<rect class="lost" x="${used.toFixed(2)}" width="${Math.min(100 - used, lost * 100).toFixed(2)}" height="8"/>`
      : nothing
  }</svg>`;
};

const gauge = (title: string, use: Use, unit: Scaled, extra: Html, lost = 0): Html => html`<div class="gauge">
<h3>${title}</h3><p class="big">${use.usage === null ? html`<span class="figure">–</span>` : figure(use.usage, 'ratio')}</p>
${bar(title, use.usage, lost)}
<p class="of">${figure(use.used.value, unit)} of ${figure(use.total.value, unit)} used${extra}</p>
${missingNote(use.total, use.used)}
</div>`;

/** Processors, memory and storage; the first two only where something computes. */
export const capacitySection = ({ dashboard: { cpu, memory, storage } }: PageData): Html => {
  const body =
    storage === null
      ? html`<p class="empty">Not read yet.</p>`
      : html`<div class="gauges">
${cpu === null ? nothing : gauge('CPU', cpu, 'hertz', html` · ${formatValue(cpu.cores.value, 'cores')} cores`)}
${memory === null ? nothing : gauge('Memory', memory, 'bytes', nothing)}
${gauge('Storage', storage, 'bytes', storageExtra(storage), (storage.invalid.value ?? 0) / Math.max(1, storage.total.value ?? 1))}
</div>`;
  return section('capacity', 'Capacity', body, 'wide');
};

const storageExtra = ({ available, invalid }: Storage): Html =>
  html` · ${figure(available.value, 'bytes')} available${(invalid.value ?? 0) > 0 ? html` · <strong class="lost-text">${figure(invalid.value, 'bytes')} invalid</strong>` : nothing}`;

/** One number of a list of numbers; a bad one that is not zero stands out. */
const tally = (label: string, count: number, level: 'critical' | 'warning' | 'plain' = 'plain'): Html =>
  html`<li class="${count > 0 ? level : 'plain'}${count === 0 ? ' zero' : ''}"><b>${count}</b> ${label}</li>`;

const tallies = (id: string, title: string, total: string, items: readonly Html[]): Html =>
  html`<div class="tally" id="${id}"><h3>${title} <span class="total">${total}</span></h3><ul>${items}</ul></div>`;

/** Clusters, hosts, disks and alerts, counted. */
export const countsSection = ({ dashboard: { products: counts, hosts, disks, alerts } }: PageData): Html => {
  const parts: Html[] = [];
  if (alerts !== null)
    parts.push(
      tallies('alert-counts', 'Alerts', String(alerts.total), [
        tally('critical', alerts.critical, 'critical'),
        tally('notice', alerts.notice, 'warning'),
        tally('info', alerts.info),
        ...(alerts.unknown > 0 ? [tally('of another severity', alerts.unknown, 'warning')] : []),
      ]),
    );
  if (counts !== null) {
    const shown = products.filter((product) => counts[product].total > 0);
    const total = shown.reduce((sum, product) => sum + counts[product].total, 0);
    const abnormal = shown.reduce((sum, product) => sum + counts[product].abnormal, 0);
    parts.push(
      tallies('products', 'Clusters', String(total), [
        ...shown.map((product) => tally(productName(product), counts[product].total)),
        tally('abnormal', abnormal, 'critical'),
      ]),
    );
  }
  if (hosts !== null)
    parts.push(
      tallies('hosts', 'Hosts', String(hosts.total), [
        tally('healthy', hosts.healthy),
        tally('unhealthy', hosts.unhealthy, 'warning'),
        tally('in error', hosts.error, 'critical'),
        ...(hosts.idle > 0 ? [tally('idle', hosts.idle)] : []),
        ...(hosts.removing > 0 ? [tally('being removed', hosts.removing)] : []),
        ...(hosts.unknown > 0 ? [tally('in an unknown state', hosts.unknown, 'warning')] : []),
      ]),
    );
  if (disks !== null) parts.push(diskTable(disks));
  const body =
    parts.length === 0 ? html`<p class="empty">Not read yet.</p>` : html`<div class="tallies">${parts}</div>`;
  return section('counts', 'Inventory', body, 'wide');
};

const diskTable = (disks: NonNullable<PageData['dashboard']['disks']>): Html => {
  const rows = (['ssd', 'hdd', 'pmem', 'unknown'] as const).filter((type) => disks[type].total > 0);
  const names = { ssd: 'SSD', hdd: 'HDD', pmem: 'PMem', unknown: 'other' } as const;
  const total = rows.reduce((sum, type) => sum + disks[type].total, 0);
  const cell = (count: number, level: string): Html =>
    html`<td class="number${count > 0 ? ` ${level}` : ' zero'}">${count}</td>`;
  return html`<div class="tally" id="disks"><h3>Disks <span class="total">${total}</span></h3>${
    rows.length === 0
      ? html`<p class="empty">None.</p>`
      : html`<table class="small"><thead><tr><th scope="col">Kind</th><th scope="col" class="number">Healthy</th><th scope="col" class="number">Warning</th><th scope="col" class="number">Error</th><th scope="col" class="number">Total</th></tr></thead><tbody>${rows.map(
          (type) =>
            html`<tr><th scope="row">${names[type]}</th>${cell(disks[type].healthy, '')}${cell(disks[type].warning, 'warning')}${cell(disks[type].error, 'critical')}${cell(disks[type].total, '')}</tr>`,
        )}</tbody></table>`
  }</div>`;
};

/** Data that is being recovered or moved. */
export const movementSection = ({ dashboard: { recovery, migration, products: read } }: PageData): Html => {
  const rows = [
    ...recovery.map((movement) => row('Recovery', movement)),
    ...migration.map((movement) => row('Migration', movement)),
  ];
  const body =
    rows.length > 0
      ? html`<ul class="movements">${rows}</ul>`
      : html`<p class="empty">${read === null ? 'Not read yet.' : 'No cluster recovers or moves data.'}</p>`;
  return section('movement', 'Data recovery', body);
};

const row = (kind: string, { cluster_name, remaining, speed }: Movement): Html =>
  html`<li><strong>${name(cluster_name)}</strong> <span class="kind">${kind}</span><br>${figure(remaining, 'bytes')} left at ${figure(speed, 'bytes_per_second')}</li>`;

/** What the recycle bin holds, and when it lets go of it. */
export const recycleBinSection = ({ dashboard: { recycleBin: bin } }: PageData): Html => {
  if (bin === null) return section('recycle-bin', 'Recycle bin', html`<p class="empty">Not read yet.</p>`);
  if (bin.vms === 0) return section('recycle-bin', 'Recycle bin', html`<p class="empty">Empty.</p>`);
  return section(
    'recycle-bin',
    'Recycle bin',
    html`<dl class="pairs"><div><dt>VMs</dt><dd>${bin.vms}</dd></div><div><dt>Size</dt><dd>${figure(bin.size.value, 'bytes')}</dd></div><div><dt>Released today</dt><dd>${figure(bin.today.value, 'bytes')}</dd></div><div><dt>Released in 7 days</dt><dd>${figure(bin.week.value, 'bytes')}</dd></div></dl>
${missingNote(bin.size)}${bin.unknown > 0 ? html`<p class="note">${plural(bin.unknown, 'VM')} with an unknown time of release.</p>` : nothing}`,
  );
};
