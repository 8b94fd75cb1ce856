import { type BenchRow, isMet, ratioOf } from './row.ts';

/** Three significant digits, without an exponent; integers of more digits in full. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
  return String(Number(value.toPrecision(3)));
};

const cellsOf = (row: BenchRow): readonly string[] => {
  const { what, unit, value, reference, goal } = row;
  const ratio = ratioOf(row);
  const met = isMet(row);
  return [
    what,
    `${figure(value)} ${unit}`,
    reference === undefined ? '–' : `${figure(reference.value)} ${unit} (${reference.what})`,
    ratio === null ? '–' : ratio.toFixed(2),
    goal === undefined ? '–' : `${goal.of === 'ratio' ? 'ratio ' : ''}${goal.is} ${goal.limit}`,
    met === null ? '–' : met ? 'yes' : '**no**',
  ];
};

const heading = ['what', 'measured', 'reference in the same run', 'ratio', 'goal', 'met'];

/** A Markdown table whose columns line up, so that a terminal can show it too. */
export const markdownTable = (lines: readonly (readonly string[])[]): string => {
  const [first = [], ...rest] = lines;
  const widths = first.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
};

/** The rows as a table. */
export const benchTable = (rows: readonly BenchRow[]): string => markdownTable([heading, ...rows.map(cellsOf)]);
