import type { Paint, Style } from './paint.ts';
import { clean, fit, pad, textWidth } from './width.ts';

export interface Cell {
  readonly text: string;
  readonly style?: Style | null;
}

export interface Column {
  readonly title: string;
  readonly align?: 'start' | 'end';
  /** Most columns of the terminal that it takes. */
  readonly max?: number;
}

/** Rows under their titles, aligned, two spaces apart. The last column is cut where the line would be longer than the terminal. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly (string | Cell)[])[],
  paint: Paint,
  lineWidth: number,
): string => {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)));
  const texts = cells.map((row) => row.map(({ text }, at) => fit(clean(text), columns[at]?.max ?? 60)));
  const widths = columns.map(({ title }, at) =>
    Math.max(textWidth(title), ...texts.map((row) => textWidth(row[at] ?? ''))),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 2);
  const last = Math.max(12, lineWidth - before);
  const line = (row: readonly string[], styleOf: (at: number) => Style | null): string => {
    const shown = row.map((text, at) => {
      const isLast = at === columns.length - 1;
      const width = widths[at] ?? 0;
      const cut = isLast ? fit(text, last) : text;
      const filled = isLast && columns[at]?.align !== 'end' ? cut : pad(cut, width, columns[at]?.align);
      return paint(filled, styleOf(at));
    });
    return `  ${shown.join('  ').trimEnd()}\n`;
  };
  const head = line(
    columns.map(({ title }) => title),
    () => 'soft',
  );
  return head + texts.map((row, index) => line(row, (at) => cells[index]?.[at]?.style ?? null)).join('');
};
