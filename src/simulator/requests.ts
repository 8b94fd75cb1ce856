/** One request as the tower saw it. The token is not kept. */
export interface LoggedRequest {
  readonly operation: string;
  readonly method: string;
  /** The request body as parsed; null when there was none. A login's password is not kept. */
  readonly body: unknown;
  readonly language: string;
  readonly requestId: string;
  /** The tower's time. */
  readonly at: number;
  /** Null while it is being answered and after a connection that was dropped. */
  status: number | null;
  /** Bytes of the answer's body. */
  bytes: number;
}

const kept = 10_000;

/** What was asked. Counts go on for ever, the entries are the latest 10 000. */
export class RequestLog {
  #entries: LoggedRequest[] = [];
  readonly #counts = new Map<string, number>();
  /** Requests being answered now, and the most there ever were at a time. */
  inFlight = 0;
  maxInFlight = 0;

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Requests by operation. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  count(operation: string): number {
    return this.#counts.get(operation) ?? 0;
  }

  /** Every operation that was called, in order of its name. */
  operations(): readonly string[] {
    return [...this.#counts.keys()].sort();
  }

  add(entry: LoggedRequest): void {
    this.#counts.set(entry.operation, this.count(entry.operation) + 1);
    this.#entries.push(entry);
    if (this.#entries.length > 2 * kept) this.#entries = this.#entries.slice(-kept);
  }

  clear(): void {
    this.#entries = [];
    this.#counts.clear();
    this.maxInFlight = this.inFlight;
  }
}
