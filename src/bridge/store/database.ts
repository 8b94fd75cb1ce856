import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { StoreError, toStoreError } from './errors.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/**
 * A connection with its prepared statements. Everything that SQLite refuses comes out as `StoreError`; nothing else of
 * node:sqlite is visible to the parts of the store.
 */
export class Database {
  readonly directory: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;

  constructor(connection: DatabaseSync, directory: string) {
    this.#connection = connection;
    this.directory = directory;
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#guard(() => Number(this.#prepare(sql).run(...values).changes));
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values));
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#guard(() => this.#prepare(sql).all(...values));
  }

  /** Statements without values or answers; not kept. */
  exec(sql: string): void {
    this.#guard(() => this.#connection.exec(sql));
  }

  /** All of `work` is written, synced, or none of it is. Not nested. */
  transaction<T>(work: () => T): T {
    return this.#guard(() => {
      if (this.#inTransaction) throw new Error('a transaction is open already');
      this.exec('BEGIN IMMEDIATE');
      this.#inTransaction = true;
      try {
        const result = work();
        this.exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk may have rolled it back already.
        if (this.#connection.isTransaction) this.exec('ROLLBACK');
        throw error;
      } finally {
        this.#inTransaction = false;
      }
    });
  }

  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) this.#guard(() => this.#connection.close());
  }

  #prepare(sql: string): StatementSync {
    if (!this.#connection.isOpen) throw new StoreError('closed', this.directory, 'the bridge state is closed');
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, this.directory);
    }
  }
}
