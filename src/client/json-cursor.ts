/** Thrown where a text is not the plain JSON that the cursor reads: JSON.parse has to judge it then. */
export class Declined extends Error {}
const declined = new Declined('JSON.parse has to judge this text');

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const minus = 0x2d;
const plus = 0x2b;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;

const nullBytes = Buffer.from('null');
const trueBytes = Buffer.from('true');
const falseBytes = Buffer.from('false');
const powers = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** Deeper nesting is left to JSON.parse, which needs no stack for it. */
const maxDepth = 100;
/** Strings that are remembered, a power of 2. */
const internSize = 1024;

/**
 * Walks over JSON in UTF-8 and makes values only of what is asked for; the rest is checked and passed over. What it accepts is
 * JSON, and what it reads is what JSON.parse would make of the decoded text. It may decline valid JSON, never accept any other.
 */
export class JsonCursor {
  private readonly bytes: Buffer;
  private readonly view: DataView;
  private at = 0;
  /** Strings that were read before, by hash: names, ids of relations and states come again and again. */
  private readonly known: string[] = [];
  private readonly knownStart = new Uint32Array(internSize);
  private readonly knownEnd = new Uint32Array(internSize);

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Calls `element` for each element of the array that comes next; it must read or skip exactly that. */
  array(element: () => void): void {
    this.expect(openBracket);
    if (this.consume(closeBracket)) return;
    for (;;) {
      element();
      if (this.consume(comma)) continue;
      this.expect(closeBracket);
      return;
    }
  }

  /** Calls `member` at the opening quote of each key of the object that comes next; it must read the key and the value. */
  object(member: () => void): void {
    this.expect(openBrace);
    if (this.consume(closeBrace)) return;
    for (;;) {
      member();
      if (this.consume(comma)) continue;
      this.expect(closeBrace);
      return;
    }
  }

  isObject(): boolean {
    return this.peek() === openBrace;
  }

  /** Passes over the key that comes next, and its colon, if its bytes (with both quotes) are these. */
  consumeKey(key: DataView): boolean {
    this.peek();
    const { view, at } = this;
    const length = key.byteLength;
    if (at + length > view.byteLength) return false;
    let index = 0;
    // Four at a time: keys are half of what a page consists of.
    for (; index + 4 <= length; index += 4) if (view.getUint32(at + index) !== key.getUint32(index)) return false;
    for (; index < length; index++) if (view.getUint8(at + index) !== key.getUint8(index)) return false;
    this.at = at + length;
    this.expect(colon);
    return true;
  }

  /** The key that comes next, passed over with its colon, and a copy of its bytes with both quotes. */
  readKey(): { readonly key: string; readonly bytes: DataView } {
    this.peek();
    const start = this.at;
    const key = this.readString();
    const bytes = Uint8Array.from(this.bytes.subarray(start, this.at));
    this.expect(colon);
    return { key, bytes: new DataView(bytes.buffer) };
  }

  /** The value that comes next, whatever it is. */
  read(depth = 0): unknown {
    if (depth > maxDepth) throw declined;
    switch (this.peek()) {
      case quote:
        return this.readString();
      case openBrace:
        return this.readObject(depth);
      case openBracket: {
        const elements: unknown[] = [];
        this.array(() => void elements.push(this.read(depth + 1)));
        return elements;
      }
      default:
        return this.readScalar();
    }
  }

  /** Passes over the value that comes next. */
  skip(depth = 0): void {
    if (depth > maxDepth) throw declined;
    switch (this.peek()) {
      case quote:
        this.at++;
        this.skipString();
        return;
      case openBrace:
        this.skipMembers(depth);
        return;
      case openBracket:
        this.at++;
        if (this.consume(closeBracket)) return;
        do this.skip(depth + 1);
        while (this.consume(comma));
        this.expect(closeBracket);
        return;
      default:
        this.skipScalar();
    }
  }

  /** Makes sure that nothing comes any more. */
  end(): void {
    this.peek();
    if (this.at !== this.bytes.length) throw declined;
  }

  /** The next byte that is not white space; 0 at the end. */
  private peek(): number {
    const { bytes } = this;
    for (;;) {
      const byte = bytes[this.at] ?? 0;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return byte;
      this.at++;
    }
  }

  private consume(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at++;
    return true;
  }

  private expect(byte: number): void {
    if (this.peek() !== byte) throw declined;
    this.at++;
  }

  private skipMembers(depth: number): void {
    this.at++;
    if (this.consume(closeBrace)) return;
    do {
      this.expect(quote);
      this.skipString();
      this.expect(colon);
      this.skip(depth + 1);
    } while (this.consume(comma));
    this.expect(closeBrace);
  }

  /** From behind the opening quote to behind the closing one. */
  private skipString(): void {
    const { bytes } = this;
    let { at } = this;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      if (byte === quote) break;
      if (byte < 0x20) throw declined;
      if (byte === backslash) at = this.skipEscape(at);
    }
    this.at = at;
  }

  /** From behind a backslash to behind its escape. */
  private skipEscape(at: number): number {
    const { bytes } = this;
    const byte = bytes[at] ?? 0;
    if (byte === 0x75) {
      for (let index = 1; index <= 4; index++) if (!isHex(bytes[at + index] ?? 0)) throw declined;
      return at + 5;
    }
    if (!isEscape(byte)) throw declined;
    return at + 1;
  }

  private readString(): string {
    this.expect(quote);
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let hash = 0;
    let isPlain = true;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      if (byte === quote) break;
      if (byte < 0x20) throw declined;
      hash = (Math.imul(hash, 31) + byte) | 0;
      if (byte >= 0x80) isPlain = false;
      if (byte !== backslash) continue;
      this.at = at - 1;
      this.skipString();
      return this.unescape(start);
    }
    this.at = at;
    const end = at - 1;
    const slot = (hash ^ (hash >>> 15)) & (internSize - 1);
    const remembered = this.known[slot];
    if (remembered !== undefined && this.isSame(this.knownStart[slot] ?? 0, this.knownEnd[slot] ?? 0, start, end)) {
      return remembered;
    }
    const text = isPlain ? bytes.toString('latin1', start, end) : bytes.toString('utf8', start, end);
    this.known[slot] = text;
    this.knownStart[slot] = start;
    this.knownEnd[slot] = end;
    return text;
  }

  private isSame(start: number, end: number, otherStart: number, otherEnd: number): boolean {
    if (end - start !== otherEnd - otherStart) return false;
    const { bytes } = this;
    for (let at = start, other = otherStart; at < end; at++, other++) if (bytes[at] !== bytes[other]) return false;
    return true;
  }

  /** The string whose escapes have been checked, from behind its opening quote to here. */
  private unescape(start: number): string {
    const text: unknown = JSON.parse(this.bytes.toString('utf8', start - 1, this.at));
    if (typeof text !== 'string') throw declined;
    return text;
  }

  private readObject(depth: number): unknown {
    const object: Record<string, unknown> = {};
    this.object(() => {
      const key = this.readString();
      // As a key of its own it would need care that nothing here is worth.
      if (key === '__proto__') throw declined;
      this.expect(colon);
      object[key] = this.read(depth + 1);
    });
    return object;
  }

  private readScalar(): number | boolean | null {
    switch (this.peek()) {
      case 0x6e:
        this.skipWord(nullBytes);
        return null;
      case 0x74:
        this.skipWord(trueBytes);
        return true;
      case 0x66:
        this.skipWord(falseBytes);
        return false;
      default:
        return this.readNumber();
    }
  }

  private skipScalar(): void {
    const byte = this.peek();
    if (byte === 0x6e) this.skipWord(nullBytes);
    else if (byte === 0x74) this.skipWord(trueBytes);
    else if (byte === 0x66) this.skipWord(falseBytes);
    else this.skipNumber();
  }

  private skipWord(word: Uint8Array): void {
    for (let index = 1; index < word.length; index++) if (this.bytes[this.at + index] !== word[index]) throw declined;
    this.at += word.length;
  }

  private readNumber(): number {
    const { bytes } = this;
    const start = this.at;
    this.skipNumber();
    const end = this.at;
    const isNegative = bytes[start] === minus;
    let digits = 0;
    let decimals = -1;
    let count = 0;
    for (let at = isNegative ? start + 1 : start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === dot) decimals = 0;
      else if (byte > nine || ++count > 15) return Number(bytes.toString('latin1', start, end));
      else {
        digits = digits * 10 + (byte - zero);
        if (decimals >= 0) decimals++;
      }
    }
    // So few digits are exact, and so is the power of ten: the quotient is the number nearest to the decimal.
    const value = decimals > 0 ? digits / (powers[decimals] ?? Number.NaN) : digits;
    return isNegative ? -value : value;
  }

  private skipNumber(): void {
    const { bytes } = this;
    const first = bytes[this.at] === minus ? this.at + 1 : this.at;
    let at = this.skipDigits(first);
    if (at - first > 1 && bytes[first] === zero) throw declined;
    if (bytes[at] === dot) at = this.skipDigits(at + 1);
    if (((bytes[at] ?? 0) | 0x20) === 0x65) {
      const sign = bytes[at + 1];
      at = this.skipDigits(sign === plus || sign === minus ? at + 2 : at + 1);
    }
    this.at = at;
  }

  /** At least one digit. */
  private skipDigits(from: number): number {
    let at = from;
    for (let byte = this.bytes[at] ?? 0; byte >= zero && byte <= nine; byte = this.bytes[at] ?? 0) at++;
    if (at === from) throw declined;
    return at;
  }
}

const isHex = (byte: number): boolean =>
  (byte >= zero && byte <= nine) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

const escapes = new Set(Buffer.from('"\\/bfnrt'));
const isEscape = (byte: number): boolean => escapes.has(byte);
