import { applyChange, type MutableTowerState, newState, type StateChange, type TowerState } from '../state.ts';
import { nullableNumberOf, nullableTextOf, numberOf, textOf } from './columns.ts';
import type { Database } from './database.ts';
import { readAlert, readFacts, writeAlert, writeFacts } from './documents.ts';
import type { BridgeAlert } from './types.ts';

/** The towers' alerts: an image in memory, which is what the disk says, and the writes that change both. */
export class UpstreamState {
  readonly #database: Database;
  readonly #towers = new Map<string, MutableTowerState>();
  #firing: readonly BridgeAlert[] | null = null;

  constructor(database: Database) {
    this.#database = database;
    this.#load();
  }

  towers(): readonly string[] {
    return [...this.#towers.keys()];
  }

  tower(name: string): TowerState {
    return this.#state(name);
  }

  firing(): readonly BridgeAlert[] {
    if (this.#firing !== null) return this.#firing;
    const firing: BridgeAlert[] = [];
    for (const state of this.#towers.values()) for (const alert of state.firing.values()) firing.push(alert);
    this.#firing = firing;
    return firing;
  }

  isFiring(tower: string, fingerprint: string): boolean {
    return this.#towers.get(tower)?.firing.has(fingerprint) ?? false;
  }

  /** Writes the change; to be called in a transaction. The image follows with `applied`, once it is committed. */
  write(tower: string, change: StateChange, now: number): void {
    const database = this.#database;
    for (const [id, open] of change.open) {
      if (open === null) database.run('DELETE FROM open_alert WHERE tower = ? AND id = ?', tower, id);
      else
        database.run(
          putOpen,
          tower,
          id,
          open.fingerprint,
          open.clusterId,
          open.severity,
          open.notFound,
          open.missingSince,
        );
    }
    for (const [fingerprint, alert] of change.firing) {
      if (alert === null)
        database.run('DELETE FROM firing_alert WHERE tower = ? AND fingerprint = ?', tower, fingerprint);
      else database.run(putFiring, tower, fingerprint, writeAlert(alert));
    }
    for (const [id, endsAt] of change.ended) database.run(putEnded, tower, id, endsAt, now);
    if (change.facts !== null) database.run(putFacts, tower, writeFacts(change.facts));
  }

  applied(tower: string, change: StateChange): void {
    applyChange(this.#state(tower), change);
    if (change.firing.size > 0) this.#firing = null;
  }

  /** Removes what is left of a tower; to be called in a transaction. */
  writeRemoval(tower: string): void {
    for (const table of ['open_alert', 'firing_alert', 'ended_alert'])
      this.#database.run(`DELETE FROM ${table} WHERE tower = ?`, tower);
    this.#database.run('DELETE FROM tower WHERE name = ?', tower);
  }

  removed(tower: string): void {
    this.#towers.delete(tower);
    this.#firing = null;
  }

  /** Ends noted before `before` are not needed to tell two firings apart any more. */
  pruneEnded(before: number): void {
    if (this.#database.run('DELETE FROM ended_alert WHERE noted_at < ?', before) === 0) return;
    for (const state of this.#towers.values()) state.ended.clear();
    this.#loadEnded();
  }

  #state(name: string): MutableTowerState {
    const known = this.#towers.get(name);
    if (known !== undefined) return known;
    const state = newState();
    this.#towers.set(name, state);
    return state;
  }

  #load(): void {
    for (const row of this.#database.all('SELECT name, facts FROM tower'))
      this.#state(textOf(row, 'name')).facts = readFacts(textOf(row, 'facts'));
    for (const row of this.#database.all(
      'SELECT tower, id, fingerprint, cluster_id, severity, not_found, missing_since FROM open_alert',
    )) {
      const id = textOf(row, 'id');
      this.#state(textOf(row, 'tower')).open.set(id, {
        id,
        fingerprint: textOf(row, 'fingerprint'),
        clusterId: nullableTextOf(row, 'cluster_id'),
        severity: textOf(row, 'severity'),
        notFound: numberOf(row, 'not_found'),
        missingSince: nullableNumberOf(row, 'missing_since'),
      });
    }
    for (const row of this.#database.all('SELECT tower, fingerprint, alert FROM firing_alert'))
      this.#state(textOf(row, 'tower')).firing.set(textOf(row, 'fingerprint'), readAlert(textOf(row, 'alert')));
    this.#loadEnded();
  }

  #loadEnded(): void {
    for (const row of this.#database.all('SELECT tower, id, ends_at FROM ended_alert'))
      this.#state(textOf(row, 'tower')).ended.set(textOf(row, 'id'), numberOf(row, 'ends_at'));
  }
}

const putOpen = `INSERT INTO open_alert (tower, id, fingerprint, cluster_id, severity, not_found, missing_since)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (tower, id) DO UPDATE SET fingerprint = excluded.fingerprint, cluster_id = excluded.cluster_id, severity = excluded.severity,
  not_found = excluded.not_found, missing_since = excluded.missing_since`;

const putFiring = `INSERT INTO firing_alert (tower, fingerprint, alert) VALUES (?, ?, ?)
  ON CONFLICT (tower, fingerprint) DO UPDATE SET alert = excluded.alert`;

const putEnded = `INSERT INTO ended_alert (tower, id, ends_at, noted_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (tower, id) DO UPDATE SET ends_at = excluded.ends_at, noted_at = excluded.noted_at`;

const putFacts = `INSERT INTO tower (name, facts) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET facts = excluded.facts`;
