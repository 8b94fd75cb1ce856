import { formatValue } from './exposition.ts';

const zero = 0x30;
const minus = 0x2d;

/**
 * A growing run of bytes that is written again and again. Sample lines are written here as bytes, because strings of the same
 * size cost more to build and to encode than the lines themselves.
 */
export class ByteWriter {
  private bytes: Uint8Array = new Uint8Array(64 * 1024);
  private end = 0;

  get length(): number {
    return this.end;
  }

  /** Starts anew; the memory stays. */
  reset(): void {
    this.end = 0;
  }

  /** Gives the memory back when it has grown beyond `limit` bytes. */
  shrink(limit: number): void {
    this.end = 0;
    if (this.bytes.length > limit) this.bytes = new Uint8Array(64 * 1024);
  }

  /** What has been written, without a copy: valid until the next write. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.end);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** The `} value\n` that ends a sample line. */
  finishSample(value: number): void {
    // 1.7976931348623157e+308 and its sign are the longest there are; 16-digit integers are shorter.
    this.reserve(32);
    this.bytes[this.end++] = 0x7d;
    this.bytes[this.end++] = 0x20;
    this.number(value);
    this.bytes[this.end++] = 0x0a;
  }

  private number(value: number): void {
    if (Number.isInteger(value) && value < 1e16 && value > -1e16 && (value !== 0 || 1 / value > 0)) {
      let rest = value;
      if (rest < 0) {
        this.bytes[this.end++] = minus;
        rest = -rest;
      }
      if (rest < 1e8) this.digits(rest, countDigits(rest));
      else {
        const high = Math.floor(rest / 1e8);
        this.digits(high, countDigits(high));
        this.digits(rest - high * 1e8, 8);
      }
      return;
    }
    const text = formatValue(value);
    for (let i = 0; i < text.length; i++) this.bytes[this.end++] = text.charCodeAt(i);
  }

  /** Writes an integer below 1e8 with so many digits. */
  private digits(value: number, count: number): void {
    let rest = value | 0;
    for (let at = this.end + count - 1; at >= this.end; at--) {
      const quotient = (rest / 10) | 0;
      this.bytes[at] = zero + rest - quotient * 10;
      rest = quotient;
    }
    this.end += count;
  }

  private reserve(count: number): void {
    const needed = this.end + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.end));
    this.bytes = grown;
  }
}

const countDigits = (value: number): number => {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
};
