import type { NewTransition } from '../state.ts';
import { numberOf, textOf } from './columns.ts';
import type { Database, Row } from './database.ts';
import { readAlert, writeAlert } from './documents.ts';
import type { Transition } from './types.ts';

/**
 * The transitions and who has seen them. A transition is *settled* once every known consumer is past it and a later one has
 * ended its alert: it is not told to anyone new, and goes after the retention. What fires now stays for consumers to come.
 */
export class TransitionLog {
  readonly #database: Database;
  readonly #cursors = new Map<string, number>();
  #lastSeq: number;

  constructor(database: Database) {
    this.#database = database;
    for (const row of database.all('SELECT name, cursor_seq FROM consumer'))
      this.#cursors.set(textOf(row, 'name'), numberOf(row, 'cursor_seq'));
    const counter = database.get("SELECT value FROM meta WHERE name = 'last_seq'");
    this.#lastSeq = counter === undefined ? 0 : Number(textOf(counter, 'value'));
  }

  lastSeq(): number {
    return this.#lastSeq;
  }

  /** Writes in a transaction; `appended` follows the commit. */
  write(tower: string, transitions: readonly NewTransition[]): readonly Transition[] {
    const numbered = transitions.map((transition, index) => ({ ...transition, tower, seq: this.#lastSeq + 1 + index }));
    for (const { seq, kind, at, alert } of numbered) {
      this.#database.run(
        'INSERT INTO transition_log (seq, tower, fingerprint, kind, at, settled, alert) VALUES (?, ?, ?, ?, ?, 0, ?)',
        seq,
        tower,
        alert.fingerprint,
        kind,
        at,
        writeAlert(alert),
      );
    }
    if (numbered.length > 0) this.#writeLastSeq(this.#lastSeq + numbered.length);
    return numbered;
  }

  appended(count: number): void {
    this.#lastSeq += count;
  }

  after(seq: number, limit: number): readonly Transition[] {
    return this.#database
      .all(
        'SELECT seq, tower, kind, at, alert FROM transition_log WHERE seq > ? AND settled = 0 ORDER BY seq LIMIT ?',
        seq,
        limit,
      )
      .map(toTransition);
  }

  resolvedSince(since: number): readonly Transition[] {
    return this.#database
      .all(
        "SELECT seq, tower, kind, at, alert FROM transition_log WHERE kind = 'resolved' AND at >= ? ORDER BY seq",
        since,
      )
      .map(toTransition);
  }

  cursor(consumer: string): number {
    return this.#cursors.get(consumer) ?? 0;
  }

  consumers(): ReadonlyMap<string, number> {
    return this.#cursors;
  }

  register(consumer: string): void {
    if (this.#cursors.has(consumer)) return;
    this.settle();
    const first = this.#database.get('SELECT MIN(seq) AS seq FROM transition_log WHERE settled = 0');
    const cursor = first === undefined || first['seq'] === null ? this.#lastSeq : numberOf(first, 'seq') - 1;
    this.writeCursor(consumer, cursor);
    this.#cursors.set(consumer, cursor);
  }

  /** Writes in a transaction or alone; `moved` follows the commit. A cursor never goes back. */
  writeCursor(consumer: string, seq: number): void {
    this.#database.run(
      'INSERT INTO consumer (name, cursor_seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET cursor_seq = excluded.cursor_seq',
      consumer,
      seq,
    );
  }

  moved(consumer: string, seq: number): void {
    this.#cursors.set(consumer, seq);
  }

  /** Writes in a transaction; `dropped` follows the commit. */
  writeDrop(consumer: string): void {
    this.#database.run('DELETE FROM consumer WHERE name = ?', consumer);
  }

  dropped(consumer: string): void {
    this.#cursors.delete(consumer);
  }

  /** The seq that every known consumer is past. */
  settledSeq(): number {
    return Math.min(this.#lastSeq, ...this.#cursors.values());
  }

  /** Ended alerts of the tower that some consumer has yet to hear of. */
  resolving(): ReadonlyMap<string, number> {
    const rows = this.#database.all(
      "SELECT tower, COUNT(*) AS waiting FROM transition_log WHERE kind = 'resolved' AND settled = 0 AND seq > ? GROUP BY tower",
      this.settledSeq(),
    );
    return new Map(rows.map((row) => [textOf(row, 'tower'), numberOf(row, 'waiting')]));
  }

  /** Marks and removes what no consumer needs any more. */
  settle(): void {
    const seq = this.settledSeq();
    // Mostly nothing has ended since the last time, and then there is no need to look through what fires.
    if (this.#database.get(someEnd, seq) === undefined) return;
    this.#database.run(
      `DELETE FROM transition_log WHERE kind = 'firing' AND seq <= ? AND fingerprint IN
         (SELECT fingerprint FROM transition_log WHERE kind <> 'firing' AND settled = 0 AND seq <= ?)
       AND EXISTS (SELECT 1 FROM transition_log AS later WHERE later.fingerprint = transition_log.fingerprint
         AND later.seq > transition_log.seq AND later.seq <= ?)`,
      seq,
      seq,
      seq,
    );
    this.#database.run("DELETE FROM transition_log WHERE kind = 'forgotten' AND seq <= ?", seq);
    this.#database.run(
      "UPDATE transition_log SET settled = 1 WHERE kind = 'resolved' AND settled = 0 AND seq <= ?",
      seq,
    );
  }

  /** Settled transitions from before `before` go. */
  prune(before: number): void {
    this.#database.run("DELETE FROM transition_log WHERE kind = 'resolved' AND settled = 1 AND at < ?", before);
  }

  #writeLastSeq(seq: number): void {
    this.#database.run(
      "INSERT INTO meta (name, value) VALUES ('last_seq', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      String(seq),
    );
  }
}

const someEnd = `SELECT seq FROM transition_log WHERE kind IN ('resolved', 'forgotten') AND settled = 0 AND seq <= ? LIMIT 1`;

const toTransition = (row: Row): Transition => ({
  seq: numberOf(row, 'seq'),
  tower: textOf(row, 'tower'),
  kind: toKind(textOf(row, 'kind')),
  at: numberOf(row, 'at'),
  alert: readAlert(textOf(row, 'alert')),
});

const toKind = (text: string): Transition['kind'] => {
  if (text === 'firing' || text === 'resolved' || text === 'forgotten') return text;
  throw new Error(`unknown transition ${text}`);
};
