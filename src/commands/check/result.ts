/** What one look came to. */
export interface CheckResult {
  /** `tower shanghai`, `receiver on-call`. */
  readonly subject: string;
  /** What was looked at: `sign in`, `collector hosts`. */
  readonly what: string;
  /** `skipped`: not looked at, because something before it failed. */
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** What was found, or what is wrong and what to do about it; one or more lines. */
  readonly detail: string;
}

const words: Readonly<Record<CheckResult['outcome'], string>> = { ok: 'ok', failed: 'FAILED', skipped: 'skipped' };

/** The results as a table for people. */
export const resultTable = (results: readonly CheckResult[]): string => {
  const rows = results.map(({ subject, what, outcome, detail }) => [words[outcome], subject, what, detail] as const);
  const width = (column: 0 | 1 | 2): number => Math.max(0, ...rows.map((row) => row[column].length));
  const widths = [width(0), width(1), width(2)] as const;
  return rows
    .map(([outcome, subject, what, detail]) => {
      const [first = '', ...more] = detail.split('\n');
      const head = `${outcome.padEnd(widths[0])}  ${subject.padEnd(widths[1])}  ${what.padEnd(widths[2])}  ${first}`;
      return [head.trimEnd(), ...more.map((line) => `    ${line}`)].join('\n');
    })
    .map((entry) => `${entry}\n`)
    .join('');
};
