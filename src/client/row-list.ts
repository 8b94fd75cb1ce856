import type { Row } from './resources.ts';

/** Rows, each id once: of two with the same id the later one counts, in the place of the first. */
export class RowList<T extends Row> {
  readonly rows: T[] = [];
  private last = '';
  /** Where each id stands; null while every id was greater than the one before, so that none can have come twice. */
  private places: Map<string, number> | null = null;

  /** Adds a row; false when it only takes the place of another one. */
  add(row: T): boolean {
    const { rows } = this;
    const { id } = row;
    if (this.places === null) {
      if (rows.length === 0 || id > this.last) {
        this.last = id;
        rows.push(row);
        return true;
      }
      this.places = new Map(rows.map((known, place) => [known.id, place]));
    }
    const place = this.places.get(id);
    rows[place ?? rows.length] = row;
    if (place !== undefined) return false;
    this.places.set(id, rows.length - 1);
    return true;
  }
}
