import { formatValue } from './exposition.ts';
import type { LabelBlock } from './labels.ts';

const comma = 0x2c;
const dot = 0x2e;
const zero = 0x30;
const minus = 0x2d;
const initialBytes = 64 * 1024;

/**
 * A growing run of bytes that is written again and again. Sample lines are written here as bytes, because strings of the same
 * size cost more to build and to encode than the lines themselves.
 */
export class ByteWriter {
  private bytes = Buffer.allocUnsafeSlow(initialBytes);
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
    if (this.bytes.length > limit) this.bytes = Buffer.allocUnsafeSlow(initialBytes);
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

  /** A comma and the block's labels; nothing when it has none. */
  appendLabels({ text, isAscii }: LabelBlock): void {
    if (text.length === 0) return;
    // A UTF-16 unit takes three bytes at most.
    this.reserve(1 + (isAscii ? text.length : text.length * 3));
    this.bytes[this.end++] = comma;
    // Writing strings that were used before costs less than keeping their bytes: there is no object to make, or to collect.
    this.end += this.bytes.write(text, this.end, isAscii ? 'latin1' : 'utf8');
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
    if (this.decimal(value)) return;
    const text = formatValue(value);
    for (let i = 0; i < text.length; i++) this.bytes[this.end++] = text.charCodeAt(i);
  }

  /** Writes a number between 0 and 1 that has few decimals, as ratios and percentages often do; false: it is none. */
  private decimal(value: number): boolean {
    if (!(value > 0 && value < 1)) return false;
    // Both are exact integers, so the quotient is the float nearest to the decimal: what a reader of these digits gets.
    const millionths = Math.round(value * 1e6);
    if (millionths / 1e6 !== value) return false;
    this.bytes[this.end++] = zero;
    this.bytes[this.end++] = dot;
    this.digits(millionths, 6);
    while (this.bytes[this.end - 1] === zero) this.end--;
    return true;
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
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.end));
    this.bytes = grown;
  }
}

const countDigits = (value: number): number => {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
};
