// JSON's grammar (RFC 8259) over bytes that end with zeros. Positions are addresses; 0 stands for what is not JSON, or too deep.

const MAX_DEPTH: u32 = 100;
const POWERS: StaticArray<f64> = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

// What the string or number read last was like.
export let isEscaped: bool = false;
export let isAscii: bool = false;
export let isExact: bool = false;
export let number: f64 = 0;

export function space(p: usize): usize {
  return load<u8>(p) > 0x20 ? p : blank(p);
}

function blank(p: usize): usize {
  while (true) {
    const byte = load<u8>(p);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return p;
    p++;
  }
}

/** From behind the opening quote to behind the closing one; 0: it is no string. */
export function string(p: usize): usize {
  let high: i32 = 0;
  isEscaped = false;
  while (true) {
    const bytes = v128.load(p);
    const stops = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
        i8x16.lt_u(bytes, i8x16.splat(0x20)),
      ),
    );
    const signs = i8x16.bitmask(bytes);
    if (stops == 0) {
      high |= signs;
      p += 16;
      continue;
    }
    const stop = ctz(stops);
    high |= signs & ((1 << stop) - 1);
    p += stop;
    const byte = load<u8>(p);
    if (byte == 0x22) {
      isAscii = high == 0;
      return p + 1;
    }
    if (byte != 0x5c) return 0;
    isEscaped = true;
    p = escape(p + 1);
    if (p == 0) return 0;
  }
}

/** From behind a backslash to behind its escape. */
function escape(p: usize): usize {
  switch (load<u8>(p)) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return p + 1;
    case 0x75:
      for (let index: usize = 1; index <= 4; index++) {
        const byte = load<u8>(p + index);
        const lower = byte | 0x20;
        if (!((byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66))) return 0;
      }
      return p + 5;
    default:
      return 0;
  }
}

/** Passes over the value at p, whatever it is; 0: it is none, or too deep. */
export function skip(p: usize, depth: u32): usize {
  if (depth > MAX_DEPTH) return 0;
  switch (load<u8>(p)) {
    case 0x22:
      return string(p + 1);
    case 0x7b: {
      p = space(p + 1);
      if (load<u8>(p) == 0x7d) return p + 1;
      while (true) {
        if (load<u8>(p) != 0x22) return 0;
        p = string(p + 1);
        if (p == 0) return 0;
        p = space(p);
        if (load<u8>(p) != 0x3a) return 0;
        p = skip(space(p + 1), depth + 1);
        if (p == 0) return 0;
        p = space(p);
        const byte = load<u8>(p);
        if (byte == 0x7d) return p + 1;
        if (byte != 0x2c) return 0;
        p = space(p + 1);
      }
    }
    case 0x5b: {
      p = space(p + 1);
      if (load<u8>(p) == 0x5d) return p + 1;
      while (true) {
        p = skip(p, depth + 1);
        if (p == 0) return 0;
        p = space(p);
        const byte = load<u8>(p);
        if (byte == 0x5d) return p + 1;
        if (byte != 0x2c) return 0;
        p = space(p + 1);
      }
    }
    case 0x6e:
      return load<u32>(p) == 0x6c6c756e ? p + 4 : 0;
    case 0x74:
      return load<u32>(p) == 0x65757274 ? p + 4 : 0;
    case 0x66:
      return load<u32>(p + 1) == 0x65736c61 ? p + 5 : 0;
    default:
      return read(p);
  }
}

/** Reads the number at p and returns where it ends; 0: it is none. Exact when its digits and power of ten are. */
export function read(p: usize): usize {
  const isNegative = load<u8>(p) == 0x2d;
  if (isNegative) p++;
  const first = p;
  let digits: u64 = 0;
  let byte = load<u8>(p);
  while (byte >= 0x30 && byte <= 0x39) {
    digits = digits * 10 + (byte - 0x30);
    byte = load<u8>(++p);
  }
  if (p == first || (p - first > 1 && load<u8>(first) == 0x30)) return 0;
  let count = p - first;
  let decimals: usize = 0;
  if (byte == 0x2e) {
    const point = ++p;
    byte = load<u8>(p);
    while (byte >= 0x30 && byte <= 0x39) {
      digits = digits * 10 + (byte - 0x30);
      byte = load<u8>(++p);
    }
    decimals = p - point;
    if (decimals == 0) return 0;
    count += decimals;
  }
  isExact = count <= 15;
  if ((byte | 0x20) == 0x65) {
    isExact = false;
    byte = load<u8>(++p);
    if (byte == 0x2b || byte == 0x2d) byte = load<u8>(++p);
    const from = p;
    while (byte >= 0x30 && byte <= 0x39) byte = load<u8>(++p);
    if (p == from) return 0;
  }
  if (isExact) {
    // So few digits are exact, and so is the power of ten: the quotient is the number nearest to the decimal.
    const value = <f64>digits / unchecked(POWERS[<i32>decimals]);
    number = isNegative ? -value : value;
  }
  return p;
}
