import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from '../../deploy/support/files.ts';

/** A fenced block of a document, and what the comment before it says about how it is checked. */
export interface Block {
  readonly file: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** Of `<!-- check: run -->` it is `run`; null where there is none. */
  readonly check: string | null;
}

/** Every document for people, by its path from the root. */
export const documents = (): readonly string[] => [
  ...markdown('').filter((path) => !path.includes('/')),
  ...['docs', 'prometheus', 'grafana', 'deploy'].flatMap(markdown),
];

const markdown = (folder: string): readonly string[] =>
  readdirSync(inProject(folder), { recursive: folder !== '', encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join(folder, path))
    .sort();

export const read = (file: string): string => readFileSync(inProject(file), 'utf8');

/** The fenced blocks of a document. */
export const blocksOf = (file: string, text = read(file)): readonly Block[] => {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let open: { readonly line: number; readonly language: string } | null = null;
  for (const [index, line] of lines.entries()) {
    const fence = /^\s*```(\w*)\s*$/.exec(line);
    if (fence === null) continue;
    if (open === null) {
      open = { line: index + 1, language: fence[1] ?? '' };
      continue;
    }
    const before = lines[open.line - 2] ?? '';
    blocks.push({
      ...open,
      file,
      text: `${lines.slice(open.line, index).join('\n')}\n`,
      check: /^\s*<!-- check: (.+) -->$/.exec(before)?.[1] ?? null,
    });
    open = null;
  }
  return blocks;
};

/** A document without its blocks and inline code, so that neither is taken for a link or a heading. */
export const prose = (text: string): string => {
  let inside = false;
  return text
    .split('\n')
    .map((line) => {
      if (/^\s*```/.test(line)) inside = !inside;
      return inside || /^\s*```/.test(line)
        ? ''
        : line.replaceAll(/`[^`]*`/g, (code) => code.replaceAll(/[[\]()<>#]/g, ''));
    })
    .join('\n');
};

/** The anchors that GitHub and GitLab make of a document's headings. */
export const anchors = (text: string): ReadonlySet<string> => {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, heading = ''] of prose(text).matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    found.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return found;
};
