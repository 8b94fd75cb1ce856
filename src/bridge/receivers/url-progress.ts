import type { BookEntry, BookReader } from './alert-book.ts';

/** What one Alertmanager has accepted of one label set. */
interface Progress {
  /** The cycle in which it was last accepted; -1 before. */
  cycle: number;
  /** When its resolve was first accepted, on the monotonic clock. */
  resolvedAt: number | null;
  /** The version that was refused and buried: not sent again until something changes. */
  refused: number | null;
}

/** What one Alertmanager has accepted, per label set. Only in memory: the cursor is what survives. */
export class UrlProgress implements BookReader {
  /** Every transition up to it is accepted, superseded or buried; as in the store. */
  cursor: number;
  readonly #byFingerprint = new Map<string, Progress>();
  /** The lowest `seq` that is not accepted, of the label sets of which not everything is. */
  readonly #pending = new Map<string, number>();
  readonly #onChange: () => void;

  constructor(cursor: number, onChange: () => void) {
    this.cursor = cursor;
    this.#onChange = onChange;
  }

  changed(entry: BookEntry, seq: number): void {
    const progress = this.#of(entry.fingerprint);
    if (!this.#pending.has(entry.fingerprint)) this.#pending.set(entry.fingerprint, seq);
    progress.resolvedAt = null;
    progress.refused = null;
    this.#onChange();
  }

  dropped(fingerprint: string): void {
    this.#byFingerprint.delete(fingerprint);
    this.#pending.delete(fingerprint);
  }

  /** The label sets of which something is not accepted. */
  pending(): readonly string[] {
    return [...this.#pending.keys()];
  }

  isPending(entry: BookEntry): boolean {
    return this.#pending.has(entry.fingerprint);
  }

  /** Whether it is to be sent again in this cycle. `retention` and `monotonic` in milliseconds. */
  isDueAgain(entry: BookEntry, cycle: number, monotonic: number, retention: number): boolean {
    const progress = this.#byFingerprint.get(entry.fingerprint);
    if (progress === undefined) return true;
    if (progress.cycle === cycle || progress.refused !== null) return false;
    return entry.state === 'firing' || progress.resolvedAt === null || monotonic - progress.resolvedAt < retention;
  }

  /** Whether this Alertmanager need not be told of the resolved entry again. */
  isDone(entry: BookEntry, monotonic: number, retention: number): boolean {
    const progress = this.#byFingerprint.get(entry.fingerprint);
    if (entry.state !== 'resolved' || progress === undefined || this.isPending(entry)) return false;
    return progress.refused !== null || (progress.resolvedAt !== null && monotonic - progress.resolvedAt >= retention);
  }

  /** The version that was sent is accepted; a change that came meanwhile stays pending. True when it was pending. */
  accepted(entry: BookEntry, version: number, cycle: number, monotonic: number): boolean {
    const progress = this.#of(entry.fingerprint);
    const wasPending = this.isPending(entry);
    progress.cycle = cycle;
    if (entry.version !== version) {
      if (wasPending) this.#pending.set(entry.fingerprint, version + 1);
      return wasPending;
    }
    this.#pending.delete(entry.fingerprint);
    if (entry.state === 'resolved') progress.resolvedAt ??= monotonic;
    return wasPending;
  }

  refused(entry: BookEntry, version: number): void {
    const progress = this.#of(entry.fingerprint);
    if (entry.version !== version) return;
    this.#pending.delete(entry.fingerprint);
    progress.refused = version;
  }

  /** Up to where everything is done, when the book has been read up to `readSeq`. */
  doneSeq(readSeq: number): number {
    let lowest = readSeq + 1;
    for (const from of this.#pending.values()) if (from < lowest) lowest = from;
    return lowest - 1;
  }

  #of(fingerprint: string): Progress {
    const known = this.#byFingerprint.get(fingerprint);
    if (known !== undefined) return known;
    const progress: Progress = { cycle: -1, resolvedAt: null, refused: null };
    this.#byFingerprint.set(fingerprint, progress);
    return progress;
  }
}
