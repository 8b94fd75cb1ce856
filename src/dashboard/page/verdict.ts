import { plural } from '../format.ts';
import { type Html, html, name, section } from './html.ts';
import type { PageData } from './page.ts';

const marks = { critical: '✕', warning: '!', unknown: '…', ok: '✓' } as const;

/** How many reasons stand in the first line; all are further down in their parts. */
const maxReasons = 12;

/** The answer, at one look: how it is, and why. */
export const verdictSection = ({ verdict, dashboard }: PageData): Html => {
  const { level, reasons } = verdict;
  const shown = reasons.slice(0, maxReasons);
  const rest = reasons.length - shown.length;
  const list = shown.map(
    (reason) =>
      html`<li class="${reason.level}"><a href="#${reason.part}"><span class="mark" aria-hidden="true">${marks[reason.level]}</span><span class="vh">${reason.level}: </span>${name(reason.text)}</a></li>`,
  );
  const more = rest > 0 ? html`<li class="more">${rest} more</li>` : html``;
  const why =
    reasons.length > 0
      ? html`<ul class="reasons">${list}${more}</ul>`
      : html`<p class="why">${level === 'ok' ? wellText(dashboard) : 'There is no cluster here: choose another scope, or check what the user of the exporter may read.'}</p>`;
  return section(
    'verdict',
    verdict.title,
    html`<span class="sign" aria-hidden="true">${marks[level]}</span>
${why}`,
    `verdict ${level}`,
  );
};

const wellText = ({ clusters, hosts, disks, alerts }: PageData['dashboard']): string => {
  const diskTotal = disks === null ? 0 : Object.values(disks).reduce((sum, { total }) => sum + total, 0);
  const well = [
    plural(clusters.length, 'cluster'),
    ...(hosts === null ? [] : [plural(hosts.total, 'host')]),
    ...(disks === null ? [] : [plural(diskTotal, 'disk')]),
  ].join(', ');
  const unread = [
    ...(hosts === null ? ['hosts'] : []),
    ...(disks === null ? ['disks'] : []),
    ...(alerts === null ? ['alerts'] : []),
  ];
  const rest = unread.length === 0 ? '' : ` Not read: ${unread.join(', ')}.`;
  return `${well} without complaint${alerts === null ? '' : ', and no alert above info'}.${rest}`;
};
