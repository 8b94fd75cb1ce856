// oxlint-disable no-loss-of-precision -- integers have 64 bits here
/**
 * Walks over the bytes of a JSON array of rows and says where the values of the wanted keys are. AssemblyScript: compiled to
 * WebAssembly by tools/build-scanner.ts; src/client/row-scanner.ts is the other side.
 *
 * The memory, by address: the wanted keys (with both quotes, one after another, each after its length in four bytes), the plan,
 * the values found, the symbols, the text. Behind the text are zeros: a zero is nowhere part of JSON, so nothing here looks for
 * the end. What is accepted is JSON (RFC 8259); some JSON is declined, and JSON.parse judges it then.
 */

import { hashOf, mix, same } from './bytes';
import { isAscii, isEscaped, isExact, number, read, skip, space, string } from './json';

export const KEYS: usize = 0x1000;
/** What each member of the row before was: the next row most likely has the same there. 16 bytes each: key, length, slot. */
const PLAN: usize = 0x8000;
const PLAN_SIZE: u32 = 256;
export const VALUES: usize = 0x10000;
export const VALUES_BYTES: u32 = 0x20000;
/** Short strings and nested values that were read before: 160 bytes each, of which a header of 16. */
const SYMBOLS: usize = 0x30000;
const SYMBOLS_COUNT: u32 = 0x8000;
const SYMBOL_BYTES: u32 = 160;
const SYMBOL_TEXT: u32 = 144;
/** A symbol that no row has used for so many rows may be replaced. */
const SYMBOL_ROWS: u32 = 100_000;
export const TEXT: usize = 0x540000;

const KIND_NULL: u32 = 1;
const KIND_TRUE: u32 = 2;
const KIND_FALSE: u32 = 3;
const KIND_NUMBER: u32 = 4;
const KIND_ASCII: u32 = 5;
const KIND_UTF8: u32 = 6;
const KIND_ESCAPED: u32 = 7;
const KIND_NESTED: u32 = 8;
const KIND_ODD_NUMBER: u32 = 9;
/** Added to the kind of a value that is the symbol's, as it was when it was made. */
const KNOWN: u32 = 16;
const ROW_OTHER: u32 = 0;
const ROW_OBJECT: u32 = 1;
/** A value of the row is a new symbol, so it has to be made. */
const ROW_FRESH: u32 = 2;

let at: usize = 0;
let length: usize = 0;
let slots: u32 = 0;
let planned: u32 = 0;
/** Numbers the rows of all texts, so that a symbol is not replaced while its row may refer to it. */
let row: u32 = 0;
let begun: bool = false;

let valueHash: u64 = 0;

/** Begins on the text at TEXT, so many bytes long, with so many wanted keys; puts zeros behind the text. */
export function begin(bytes: u32, wanted: u32): void {
  memory.fill(TEXT + bytes, 0, 32);
  length = bytes;
  at = TEXT;
  slots = wanted;
  planned = 0;
  begun = false;
}

/** Forgets every symbol. */
export function forget(): void {
  memory.fill(SYMBOLS, 0, <usize>SYMBOLS_COUNT * SYMBOL_BYTES);
}

/** Reads on. The number of rows now at VALUES; +0x10000: the text has ended; -1: declined. */
export function next(): i32 {
  if (!begun) {
    begun = true;
    at = space(at);
    if (load<u8>(at) != 0x5b) return -1;
    at = space(at + 1);
    if (load<u8>(at) == 0x5d) return ended(0);
  }
  const rowBytes = 16 + slots * 16;
  const most = VALUES_BYTES / rowBytes;
  let out = VALUES;
  for (let count: u32 = 0; count < most; ) {
    memory.fill(out, 0, rowBytes);
    row++;
    const end = load<u8>(at) == 0x7b ? object(at, out) : other(at, out);
    if (end == 0) return -1;
    at = space(end);
    count++;
    out += rowBytes;
    const byte = load<u8>(at);
    if (byte == 0x5d) return ended(count);
    if (byte != 0x2c) return -1;
    at = space(at + 1);
    if (count == most) return count;
  }
  return -1;
}

/** Behind the closing bracket nothing may come, up to the zeros. */
function ended(count: u32): i32 {
  at = space(at + 1);
  return at == TEXT + length ? count + 0x10000 : -1;
}

function other(from: usize, out: usize): usize {
  const end = skip(from, 0);
  store<u32>(out, ROW_OTHER);
  store<u32>(out, <u32>from, 4);
  store<u32>(out, <u32>end, 8);
  return end;
}

function object(from: usize, out: usize): usize {
  let p = space(from + 1);
  let hash: u64 = 0;
  let flags = ROW_OBJECT;
  if (load<u8>(p) != 0x7d) {
    let place: u32 = 0;
    while (true) {
      let slot: i32 = -1;
      let end: usize = 0;
      const plan = PLAN + place * 16;
      if (place < planned) {
        const size = load<u32>(plan, 4);
        if (same(p, load<u32>(plan), size)) {
          slot = load<i32>(plan, 8);
          end = p + size;
        }
      }
      if (end == 0) {
        if (load<u8>(p) != 0x22) return 0;
        end = string(p + 1);
        // A key that is spelt with escapes may be any.
        if (end == 0 || isEscaped) return 0;
        slot = find(p, <u32>(end - p));
        if (place < PLAN_SIZE) {
          store<u32>(plan, <u32>p);
          store<u32>(plan, <u32>(end - p), 4);
          store<i32>(plan, slot, 8);
          if (place >= planned) planned = place + 1;
        }
      }
      place++;
      p = end;
      if (load<u8>(p) != 0x3a) {
        p = space(p);
        if (load<u8>(p) != 0x3a) return 0;
      }
      p = space(p + 1);
      if (slot < 0) p = skip(p, 1);
      else {
        const value = out + 16 + <u32>slot * 16;
        // Which one of two counts is for JSON.parse to say.
        if (load<u32>(value) != 0) return 0;
        p = wanted(p, value);
        if (p == 0) return 0;
        const kind = load<u32>(value);
        if (kind < KNOWN && load<i32>(value, 4) >= 0) flags |= ROW_FRESH;
        hash = mix(hash * 0xc2b2ae3d27d4eb4f + <u64>slot, valueHash);
      }
      if (p == 0) return 0;
      p = space(p);
      const byte = load<u8>(p);
      if (byte == 0x7d) break;
      if (byte != 0x2c) return 0;
      p = space(p + 1);
    }
  }
  store<u32>(out, flags);
  store<u64>(out, hash, 8);
  return p + 1;
}

/** The slot of the key (with its quotes); -1 when it is not wanted. */
function find(key: usize, size: u32): i32 {
  let p = KEYS;
  for (let slot: u32 = 0; slot < slots; slot++) {
    const length = load<u32>(p);
    if (length == size && same(key, p + 4, size)) return slot;
    p += 4 + length;
  }
  return -1;
}

/** Reads the value at p, says at `value` what it is, and returns where it ends; 0: declined. */
function wanted(p: usize, value: usize): usize {
  store<i32>(value, -1, 4);
  let end: usize;
  let kind: u32;
  switch (load<u8>(p)) {
    case 0x22:
      end = string(p + 1);
      if (end == 0) return 0;
      kind = isEscaped ? KIND_ESCAPED : isAscii ? KIND_ASCII : KIND_UTF8;
      break;
    case 0x7b:
    case 0x5b:
      end = skip(p, 1);
      if (end == 0) return 0;
      kind = KIND_NESTED;
      break;
    case 0x6e:
      store<u32>(value, KIND_NULL);
      valueHash = 0x165667b19e3779f9;
      return skip(p, 1);
    case 0x74:
      store<u32>(value, KIND_TRUE);
      valueHash = 0x27d4eb2f165667c5;
      return skip(p, 1);
    case 0x66:
      store<u32>(value, KIND_FALSE);
      valueHash = 0x85ebca77c2b2ae63;
      return skip(p, 1);
    default:
      end = read(p);
      if (end == 0) return 0;
      valueHash = hashOf(p, end);
      if (isExact) {
        store<u32>(value, KIND_NUMBER);
        store<f64>(value, number, 8);
        return end;
      }
      store<u32>(value, KIND_ODD_NUMBER);
      store<u32>(value, <u32>p, 8);
      store<u32>(value, <u32>end, 12);
      return end;
  }
  store<u32>(value, kind);
  store<u32>(value, <u32>p, 8);
  store<u32>(value, <u32>end, 12);
  valueHash = hashOf(p, end);
  const size = <u32>(end - p);
  if (size <= SYMBOL_TEXT) symbol(p, size, value, kind);
  return end;
}

/**
 * Looks the text up among the symbols, or makes it one. Of more texts than there is room for, those that came first stay as long
 * as they come again: pushing each other out, none would ever be known. (The row at hand may refer to what it has just used.)
 */
function symbol(p: usize, size: u32, value: usize, kind: u32): void {
  const index = <u32>(valueHash ^ (valueHash >> 17)) & (SYMBOLS_COUNT - 1);
  const entry = SYMBOLS + index * SYMBOL_BYTES;
  if (load<u32>(entry) == size && same(p, entry + 16, size)) {
    store<u32>(entry, row, 4);
    store<u32>(value, kind + KNOWN);
    store<u32>(value, index, 4);
    return;
  }
  if (load<u32>(entry) != 0 && row - load<u32>(entry, 4) < SYMBOL_ROWS) return;
  store<u32>(entry, size);
  store<u32>(entry, row, 4);
  memory.copy(entry + 16, p, size);
  store<u32>(value, index, 4);
}
