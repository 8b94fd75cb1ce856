import type { Row } from './resources.ts';

/** The rows of a read in the order they came, each with the hash of its wanted values. */
interface Remembered<T extends Row> {
  readonly rows: readonly T[];
  /** Two halves a row. */
  readonly hashes: Int32Array;
}

/**
 * What the latest whole read of a resource brought: a row that has not changed since is the same object again, so nothing needs
 * to be made of it, and whoever made something of it can keep that.
 */
export class RowMemory<T extends Row> {
  private latest: Remembered<T> = { rows: [], hashes: new Int32Array(0) };

  /** Begins a read. */
  recall(): Recall<T> {
    return new Recall(this.latest, (now) => {
      this.latest = now;
    });
  }
}

/** One read, beside what the one before brought. */
export class Recall<T extends Row> {
  private readonly before: Remembered<T>;
  private readonly keep: (now: Remembered<T>) => void;
  private readonly rows: T[] = [];
  private readonly hashes: number[] = [];
  /** Where the row that most likely comes next stands in the read before. */
  private next = 0;
  private places: ReadonlyMap<string, number> | null = null;

  constructor(before: Remembered<T>, keep: (now: Remembered<T>) => void) {
    this.before = before;
    this.keep = keep;
  }

  /** The row of that hash when it is the one that is expected next; null: it has to be made. */
  same(low: number, high: number): T | null {
    const { rows, hashes } = this.before;
    const row = rows[this.next];
    if (row === undefined || hashes[this.next * 2] !== low || hashes[this.next * 2 + 1] !== high) return null;
    this.next++;
    this.push(row, low, high);
    return row;
  }

  /** Takes a row that was made. */
  made(row: T, low: number, high: number): void {
    if (this.before.rows[this.next]?.id === row.id) this.next++;
    else {
      this.places ??= new Map(this.before.rows.map(({ id }, place) => [id, place]));
      const place = this.places.get(row.id);
      if (place !== undefined) this.next = place + 1;
    }
    this.push(row, low, high);
  }

  /** The read is whole: the next one is compared with it. */
  finish(): void {
    this.keep({ rows: this.rows, hashes: Int32Array.from(this.hashes) });
  }

  private push(row: T, low: number, high: number): void {
    this.rows.push(row);
    this.hashes.push(low, high);
  }
}
