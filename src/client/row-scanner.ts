import { scannerModule } from './scanner-module.ts';

/** What the scanner says a value is; the same numbers as in assembly/scanner.ts. */
const kinds = {
  absent: 0,
  null: 1,
  true: 2,
  false: 3,
  number: 4,
  ascii: 5,
  utf8: 6,
  escaped: 7,
  nested: 8,
  oddNumber: 9,
};
/** Added to the kind of a value that was read before. */
const known = 16;
/** Bits of a row's kind. */
const isObject = 1;
const isFresh = 2;
/** Added to the count of rows by the last call for a text. */
const ended = 0x1_0000;
const pageBytes = 0x1_0000;

/** The memory of the scanner keeps the size of the longest text: what is longer than this is read another way. */
const maxTextBytes = 32 * 1024 * 1024;
const maxKeysBytes = 0x4000;
const maxKeys = 256;

/** What is done with the rows of a page, in their order. */
export interface RowSink {
  /**
   * Takes a row as JSON.parse would have made it, but for the keys that are not wanted (those are undefined) and that nested
   * values may be shared with other rows. An object is valid until this returns. `low` and `high` are the halves of a hash of the
   * wanted values' bytes.
   */
  readonly row: (value: unknown, low: number, high: number) => void;
  /** Whether the row of that hash need not be made: `row` is not called for it then. */
  readonly skip?: (low: number, high: number) => boolean;
}

/** The scanner's own memory and functions. One for the whole process: a page is read without a pause. */
class Scanner {
  private readonly memory: WebAssembly.Memory;
  private readonly call: (name: string, ...values: number[]) => number;
  private readonly keysAt: number;
  private readonly valuesAt: number;
  private readonly textAt: number;
  /** What the symbols stand for. */
  private readonly symbols: unknown[] = [];
  private bytes: Buffer;
  private words: Int32Array;
  private numbers: Float64Array;

  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(scannerModule, 'base64')));
    const { memory } = exports;
    if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('the scanner has no memory');
    const address = (name: string): number => {
      const global = exports[name];
      if (!(global instanceof WebAssembly.Global)) throw new TypeError(`the scanner has no ${name}`);
      return Number(global.value);
    };
    this.memory = memory;
    this.call = (name, ...values) => {
      const called = exports[name];
      if (typeof called !== 'function') throw new TypeError(`the scanner cannot ${name}`);
      return Number(Reflect.apply(called, undefined, values));
    };
    this.keysAt = address('KEYS');
    this.valuesAt = address('VALUES');
    this.textAt = address('TEXT');
    this.bytes = Buffer.from(memory.buffer);
    this.words = new Int32Array(memory.buffer);
    this.numbers = new Float64Array(memory.buffer);
  }

  scan(text: readonly Uint8Array[], wanted: readonly string[], sink: RowSink): boolean {
    if (!this.load(text, wanted)) return false;
    let whole = false;
    try {
      whole = this.rows(wanted, sink);
    } finally {
      // Symbols of the rows that were not made stand for nothing.
      if (!whole) this.forget();
    }
    return whole;
  }

  private load(text: readonly Uint8Array[], wanted: readonly string[]): boolean {
    const length = text.reduce((sum, part) => sum + part.length, 0);
    const keys = wanted.map((key) => Buffer.from(JSON.stringify(key)));
    const keysBytes = keys.reduce((sum, key) => sum + 4 + key.length, 0);
    if (length > maxTextBytes || keys.length > maxKeys || keysBytes > maxKeysBytes) return false;
    // Zeros behind the text, which the scanner may look at.
    const missing = this.textAt + length + 64 - this.memory.buffer.byteLength;
    if (missing > 0) {
      if (!this.grow(Math.ceil(missing / pageBytes))) return false;
      this.bytes = Buffer.from(this.memory.buffer);
      this.words = new Int32Array(this.memory.buffer);
      this.numbers = new Float64Array(this.memory.buffer);
    }
    let at = this.textAt;
    for (const part of text) {
      this.bytes.set(part, at);
      at += part.length;
    }
    at = this.keysAt;
    for (const key of keys) {
      this.bytes.writeUInt32LE(key.length, at);
      this.bytes.set(key, at + 4);
      at += 4 + key.length;
    }
    this.call('begin', length, keys.length);
    return true;
  }

  private grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  private rows(wanted: readonly string[], { row, skip }: RowSink): boolean {
    const { words } = this;
    const rowWords = 4 + wanted.length * 4;
    const values: Record<string, unknown> = {};
    for (const key of wanted) values[key] = undefined;
    for (;;) {
      const found = this.call('next');
      if (found < 0) return false;
      const count = found % ended;
      for (let index = 0, at = this.valuesAt / 4; index < count; index++, at += rowWords) {
        const kind = words[at] ?? 0;
        if ((kind & isObject) === 0) {
          row(this.parse(words[at + 1] ?? 0, words[at + 2] ?? 0), 0, 0);
          continue;
        }
        const low = words[at + 2] ?? 0;
        const high = words[at + 3] ?? 0;
        if ((kind & isFresh) === 0 && skip?.(low, high) === true) continue;
        let place = at + 4;
        for (const key of wanted) {
          values[key] = this.value(place);
          place += 4;
        }
        row(values, low, high);
      }
      if (found >= ended) return true;
    }
  }

  private value(at: number): unknown {
    const kind = this.words[at] ?? 0;
    if (kind >= known) return this.symbols[this.words[at + 1] ?? 0];
    switch (kind) {
      case kinds.absent:
        return undefined;
      case kinds.null:
        return null;
      case kinds.true:
        return true;
      case kinds.false:
        return false;
      case kinds.number:
        return this.numbers[(at >>> 1) + 1];
      default: {
        const made = this.make(kind, this.words[at + 2] ?? 0, this.words[at + 3] ?? 0);
        const symbol = this.words[at + 1] ?? -1;
        if (symbol >= 0) this.symbols[symbol] = made;
        return made;
      }
    }
  }

  private make(kind: number, from: number, to: number): unknown {
    switch (kind) {
      case kinds.ascii:
        return this.bytes.toString('latin1', from + 1, to - 1);
      case kinds.utf8:
        return this.bytes.toString('utf8', from + 1, to - 1);
      default:
        return this.parse(from, to);
    }
  }

  private parse(from: number, to: number): unknown {
    return JSON.parse(this.bytes.toString('utf8', from, to));
  }

  private forget(): void {
    this.call('forget');
    this.symbols.length = 0;
  }
}

let scanner: Scanner | null | undefined;

/** Null where Node.js has no WebAssembly, or no address space for it: every text is read the other way then. */
const createScanner = (): Scanner | null => {
  try {
    return new Scanner();
  } catch {
    return null;
  }
};

/**
 * Reads an array of rows from UTF-8, which may come in parts, and makes values only of the wanted keys: of a row of some eighty
 * keys with nested lists few are used. Strings and small nested values that were read before are used again.
 *
 * False when the text is not such an array of plain JSON: then JSON.parse has to judge it, and what the sink was given is void.
 */
export const scanRows = (text: readonly Uint8Array[], wanted: readonly string[], sink: RowSink): boolean => {
  if (scanner === undefined) scanner = createScanner();
  return scanner?.scan(text, wanted, sink) ?? false;
};
