import { createHash } from 'node:crypto';
import { formatDuration, unknownText } from '../format.ts';

/** Markup that is safe to put into a page: everything that came from elsewhere has been escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | readonly Html[];

/** Escapes text for HTML and quoted attributes; what a page cannot hold (control characters, lone surrogates) is replaced. */
const escape = (value: string): string =>
  value
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const render = (part: Part): string => {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escape(part);
  return typeof part === 'number' ? String(part) : part.map(({ text }) => text).join('');
};

/** A template: its own text is markup, whatever is put in is escaped unless it is markup itself. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((text, at) => `${text}${at < parts.length ? render(parts[at] ?? null) : ''}`).join(''));

export const nothing = new Html('');

/** Longest text of a name and of a paragraph that a page shows. */
const limits = { name: 200, text: 4000 } as const;
const shorten = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit)}…`);

/** A name that CloudTower gave: kept apart from what stands around it, whichever way it is written. */
export const name = (text: string): Html => html`<bdi>${shorten(text, limits.name)}</bdi>`;

/** A text that CloudTower wrote. */
export const prose = (text: string): Html => html`<bdi>${shorten(text, limits.text)}</bdi>`;

/** How long ago, kept up to date by the page's script. */
export const age = (at: number | null, now: number): Html =>
  at === null
    ? html`${unknownText}`
    : html`<time datetime="${isoText(at)}" data-age="${at}">${formatDuration(now - at)}</time>`;

const isoText = (at: number): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
};

/** A part of the page that the script replaces when it changed; that time has passed is no change. */
export const section = (id: string, title: string, body: Html, className = ''): Html => {
  const version = createHash('sha256')
    .update(title)
    .update(body.text.replaceAll(/>[^<]*<\/time>/g, '></time>'));
  return html`<section id="${id}" class="${`card ${className}`.trim()}" aria-labelledby="${id}-title" data-version="${version.digest('hex').slice(0, 16)}">
<h2 id="${id}-title">${title}</h2>
${body}
</section>`;
};
