import type { Database } from './database.ts';
import { textOf } from './columns.ts';
import { StoreError } from './errors.ts';

/**
 * The schema, one step per version. A released step is never edited; a new version is a new step. Types and statements are those
 * that PostgreSQL knows too (BLOB is its BYTEA); times are milliseconds since the epoch, documents are JSON text.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE tower (name TEXT NOT NULL PRIMARY KEY, facts TEXT NOT NULL);

  CREATE TABLE open_alert (
    tower TEXT NOT NULL, id TEXT NOT NULL, fingerprint TEXT NOT NULL, cluster_id TEXT,
    severity TEXT NOT NULL, not_found BIGINT NOT NULL, missing_since BIGINT,
    PRIMARY KEY (tower, id));

  CREATE TABLE firing_alert (
    tower TEXT NOT NULL, fingerprint TEXT NOT NULL, alert TEXT NOT NULL,
    PRIMARY KEY (tower, fingerprint));

  CREATE TABLE ended_alert (
    tower TEXT NOT NULL, id TEXT NOT NULL, ends_at BIGINT NOT NULL, noted_at BIGINT NOT NULL,
    PRIMARY KEY (tower, id));

  CREATE TABLE transition_log (
    seq BIGINT NOT NULL PRIMARY KEY, tower TEXT NOT NULL, fingerprint TEXT NOT NULL, kind TEXT NOT NULL,
    at BIGINT NOT NULL, settled BIGINT NOT NULL, alert TEXT NOT NULL);
  CREATE INDEX transition_of_alert ON transition_log (fingerprint, seq);
  CREATE INDEX transition_by_kind ON transition_log (kind, settled, seq);

  CREATE TABLE consumer (name TEXT NOT NULL PRIMARY KEY, cursor_seq BIGINT NOT NULL);

  CREATE TABLE receiver_group (
    receiver TEXT NOT NULL, group_key TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (receiver, group_key));

  CREATE TABLE outbox (
    id BIGINT NOT NULL PRIMARY KEY, receiver TEXT NOT NULL, group_key TEXT NOT NULL, idempotency_key TEXT NOT NULL,
    body BLOB NOT NULL, created_at BIGINT NOT NULL, attempts BIGINT NOT NULL, first_seen BIGINT);
  CREATE INDEX outbox_of_receiver ON outbox (receiver, id);

  CREATE TABLE dead_letter (
    id BIGINT NOT NULL PRIMARY KEY, receiver TEXT NOT NULL, at BIGINT NOT NULL, reason TEXT NOT NULL, status BIGINT,
    body BLOB NOT NULL, labels TEXT);
  CREATE INDEX dead_letter_of_receiver ON dead_letter (receiver, id);
  `,
];

/** The version that the file has; 0 for a new one. */
export const schemaVersion = (database: Database): number => {
  const table = database.get("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'meta'");
  if (table === undefined) return 0;
  const row = database.get("SELECT value FROM meta WHERE name = 'schema_version'");
  return row === undefined ? 0 : Number(textOf(row, 'value'));
};

/** @throws StoreError `newer_schema` when a newer version of the exporter wrote the file. */
export const checkVersion = (database: Database, steps: readonly string[]): number => {
  const found = schemaVersion(database);
  if (found > steps.length) {
    throw new StoreError(
      'newer_schema',
      database.directory,
      `the bridge state in ${database.directory} has schema version ${found}; this version of cloudtower-exporter knows up to ` +
        `${steps.length}. Run the version that wrote it (or a newer one), or give this one another bridge.state_dir.`,
    );
  }
  return found;
};

/** Brings the file to the newest version in one transaction, and says from which version it came. */
export const migrate = (database: Database, steps: readonly string[] = migrations): number => {
  const found = checkVersion(database, steps);
  if (found === steps.length) return found;
  database.transaction(() => {
    database.exec('CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)');
    for (const step of steps.slice(found)) database.exec(step);
    database.run(
      "INSERT INTO meta (name, value) VALUES ('schema_version', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      String(steps.length),
    );
  });
  return found;
};
