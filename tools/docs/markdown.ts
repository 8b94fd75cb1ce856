/** Text for a cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A table; every row has a cell for each column. */
export const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** Inline code; nothing for nothing. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** What stands at the top of every generated page. */
export const generatedNote = '<!-- Written by `npm run docs` from the declarations in the code. Do not edit. -->';
