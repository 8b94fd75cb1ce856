// oxlint-disable no-loss-of-precision -- integers have 64 bits here
/** Whether so many bytes are the same; both may be read beyond them. */
export function same(a: usize, b: usize, size: u32): bool {
  let rest = size;
  while (rest > 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) != 0xffff) return false;
    a += 16;
    b += 16;
    rest -= 16;
  }
  const mask = (1 << rest) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) & mask) == mask;
}

export function mix(a: u64, b: u64): u64 {
  const product = (a ^ b) * 0x9e3779b97f4a7c15;
  return product ^ (product >> 29);
}

/** A hash of the bytes; behind them there are more that may be read. */
export function hashOf(from: usize, to: usize): u64 {
  let hash: u64 = (to - from) * 0xd6e8feb86659fd93;
  let p = from;
  for (; p + 8 <= to; p += 8) hash = mix(hash, load<u64>(p)) * 0xff51afd7ed558ccd;
  const rest = <u64>(to - p);
  if (rest > 0) hash = mix(hash, load<u64>(p) & (((<u64>1) << (rest * 8)) - 1)) * 0xff51afd7ed558ccd;
  return hash ^ (hash >> 32);
}
