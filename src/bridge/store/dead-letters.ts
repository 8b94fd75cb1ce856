import { bytesOf, nullableNumberOf, nullableTextOf, numberOf, textOf } from './columns.ts';
import type { Database, Row } from './database.ts';
import { readLabels, writeLabels } from './documents.ts';
import type { DeadLetter } from './types.ts';

/** The most that one receiver keeps; the oldest go first. A person reads them, so more would not be read. */
export const deadLetterLimit = 10_000;

/** What receivers would not have. */
export class DeadLetters {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In a transaction. */
  write(letter: Omit<DeadLetter, 'id'>): void {
    this.#database.run(
      `INSERT INTO dead_letter (id, receiver, at, reason, status, body, labels)
       VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM dead_letter), ?, ?, ?, ?, ?, ?)`,
      letter.receiver,
      letter.at,
      letter.reason,
      letter.status,
      letter.body,
      letter.labels === null ? null : writeLabels(letter.labels),
    );
    if (this.count(letter.receiver) <= deadLetterLimit) return;
    this.#database.run(
      'DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter WHERE receiver = ? ORDER BY id LIMIT 1)',
      letter.receiver,
    );
  }

  list(receiver: string | null): readonly DeadLetter[] {
    const rows =
      receiver === null
        ? this.#database.all('SELECT * FROM dead_letter ORDER BY id')
        : this.#database.all('SELECT * FROM dead_letter WHERE receiver = ? ORDER BY id', receiver);
    return rows.map(toLetter);
  }

  remove(id: number): boolean {
    return this.#database.run('DELETE FROM dead_letter WHERE id = ?', id) > 0;
  }

  count(receiver: string): number {
    const row = this.#database.get('SELECT COUNT(*) AS letters FROM dead_letter WHERE receiver = ?', receiver);
    return row === undefined ? 0 : numberOf(row, 'letters');
  }
}

const toLetter = (row: Row): DeadLetter => {
  const labels = nullableTextOf(row, 'labels');
  return {
    id: numberOf(row, 'id'),
    receiver: textOf(row, 'receiver'),
    at: numberOf(row, 'at'),
    reason: textOf(row, 'reason'),
    status: nullableNumberOf(row, 'status'),
    body: bytesOf(row, 'body'),
    labels: labels === null ? null : readLabels(labels),
  };
};
