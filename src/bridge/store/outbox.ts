import { bytesOf, nullableNumberOf, numberOf, textOf } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { OutboxEntry } from './types.ts';

interface Size {
  rows: number;
  bytes: number;
}

/** The webhooks' notifications, whose bytes are fixed, and the groups that they were made from. */
export class Outbox {
  readonly #database: Database;
  readonly #sizes = new Map<string, Size>();
  #lastId: number;

  constructor(database: Database) {
    this.#database = database;
    for (const row of database.all(
      'SELECT receiver, COUNT(*) AS waiting, SUM(LENGTH(body)) AS bytes FROM outbox GROUP BY receiver',
    ))
      this.#sizes.set(textOf(row, 'receiver'), { rows: numberOf(row, 'waiting'), bytes: numberOf(row, 'bytes') });
    const last = database.get('SELECT MAX(id) AS id FROM outbox');
    this.#lastId = last === undefined ? 0 : (nullableNumberOf(last, 'id') ?? 0);
  }

  groups(receiver: string): ReadonlyMap<string, string> {
    const rows = this.#database.all('SELECT group_key, document FROM receiver_group WHERE receiver = ?', receiver);
    return new Map(rows.map((row) => [textOf(row, 'group_key'), textOf(row, 'document')]));
  }

  /** In a transaction. */
  writeGroups(receiver: string, groups: ReadonlyMap<string, string | null>): void {
    for (const [key, document] of groups) {
      if (document === null)
        this.#database.run('DELETE FROM receiver_group WHERE receiver = ? AND group_key = ?', receiver, key);
      else
        this.#database.run(
          `INSERT INTO receiver_group (receiver, group_key, document) VALUES (?, ?, ?)
           ON CONFLICT (receiver, group_key) DO UPDATE SET document = excluded.document`,
          receiver,
          key,
          document,
        );
    }
  }

  /** In a transaction; `enqueued` follows the commit. */
  writeEntries(entries: readonly Omit<OutboxEntry, 'id' | 'attempts'>[]): void {
    entries.forEach((entry, index) => {
      this.#database.run(
        `INSERT INTO outbox (id, receiver, group_key, idempotency_key, body, created_at, attempts, first_seen)
         VALUES (?, ?, ?, ?, ?, ?, 0, ?)`,
        this.#lastId + 1 + index,
        entry.receiver,
        entry.groupKey,
        entry.idempotencyKey,
        entry.body,
        entry.createdAt,
        entry.firstSeen,
      );
    });
  }

  enqueued(entries: readonly Omit<OutboxEntry, 'id' | 'attempts'>[]): void {
    this.#lastId += entries.length;
    for (const { receiver, body } of entries) this.#resize(receiver, 1, body.byteLength);
  }

  head(receiver: string): OutboxEntry | null {
    const row = this.#database.get('SELECT * FROM outbox WHERE receiver = ? ORDER BY id LIMIT 1', receiver);
    return row === undefined ? null : toEntry(row);
  }

  entry(id: number): OutboxEntry | null {
    const row = this.#database.get('SELECT * FROM outbox WHERE id = ?', id);
    return row === undefined ? null : toEntry(row);
  }

  size(receiver: string): { readonly rows: number; readonly bytes: number; readonly oldest: number | null } {
    const { rows, bytes } = this.#sizes.get(receiver) ?? { rows: 0, bytes: 0 };
    if (rows === 0) return { rows: 0, bytes: 0, oldest: null };
    const row = this.#database.get('SELECT created_at FROM outbox WHERE receiver = ? ORDER BY id LIMIT 1', receiver);
    return { rows, bytes, oldest: row === undefined ? null : numberOf(row, 'created_at') };
  }

  attempt(id: number): void {
    this.#database.run('UPDATE outbox SET attempts = attempts + 1 WHERE id = ?', id);
  }

  /** `removed` follows the commit. */
  writeRemoval(id: number): void {
    this.#database.run('DELETE FROM outbox WHERE id = ?', id);
  }

  removed(entry: OutboxEntry): void {
    this.#resize(entry.receiver, -1, -entry.body.byteLength);
  }

  /** Every receiver that has groups or entries. */
  receivers(): readonly string[] {
    return this.#database
      .all('SELECT receiver FROM outbox UNION SELECT receiver FROM receiver_group')
      .map((row) => textOf(row, 'receiver'));
  }

  /** In a transaction; `dropped` follows the commit. */
  writeDrop(receiver: string): void {
    this.#database.run('DELETE FROM outbox WHERE receiver = ?', receiver);
    this.#database.run('DELETE FROM receiver_group WHERE receiver = ?', receiver);
  }

  dropped(receiver: string): void {
    this.#sizes.delete(receiver);
  }

  #resize(receiver: string, rows: number, bytes: number): void {
    const size = this.#sizes.get(receiver) ?? { rows: 0, bytes: 0 };
    this.#sizes.set(receiver, { rows: size.rows + rows, bytes: size.bytes + bytes });
  }
}

const toEntry = (row: Row): OutboxEntry => ({
  id: numberOf(row, 'id'),
  receiver: textOf(row, 'receiver'),
  groupKey: textOf(row, 'group_key'),
  idempotencyKey: textOf(row, 'idempotency_key'),
  body: bytesOf(row, 'body'),
  createdAt: numberOf(row, 'created_at'),
  attempts: numberOf(row, 'attempts'),
  firstSeen: nullableNumberOf(row, 'first_seen'),
});
