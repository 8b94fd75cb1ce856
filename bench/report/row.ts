/** What a figure has to be: the value itself, or its ratio to the reference, at most or at least so much. */
export interface Goal {
  readonly of: 'value' | 'ratio';
  readonly is: '≤' | '≥';
  readonly limit: number;
}

/** One measured figure. */
export interface BenchRow {
  readonly what: string;
  /** Of the value and of the reference: `ms CPU`, `MiB`, `requests/s` … */
  readonly unit: string;
  readonly value: number;
  /** The same measured for something else in the same run. */
  readonly reference?: { readonly what: string; readonly value: number };
  readonly goal?: Goal;
}

/** value / reference; null without a reference. */
export const ratioOf = ({ value, reference }: BenchRow): number | null =>
  reference === undefined ? null : value / reference.value;

/** Whether the goal is met; null without one. A figure that could not be measured (NaN) meets none. */
export const isMet = (row: BenchRow): boolean | null => {
  const { goal } = row;
  if (goal === undefined) return null;
  const figure = goal.of === 'value' ? row.value : (ratioOf(row) ?? Number.NaN);
  return goal.is === '≤' ? figure <= goal.limit : figure >= goal.limit;
};
