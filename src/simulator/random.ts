/**
 * Seeded randomness. The same seed and the same calls give the same estate on every machine; `fork` gives each object a
 * sequence of its own, so that one more disk does not change every VM.
 */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number;
  /** An integer in [low, high]. */
  int(low: number, high: number): number;
  /** In [low, high). */
  float(low: number, high: number): number;
  chance(probability: number): boolean;
  /** One of the values; an error when there are none. */
  pick<T>(values: readonly T[]): T;
  /** An independent sequence, given by this one's seed and the name alone. */
  fork(name: string | number): SeededRandom;
  /** `length` digits of the base (at most 36). */
  digits(length: number, base: number): string;
}

/** Hashes text to 32 bits (FNV-1a with a final avalanche), starting from `seed`. */
export const hash32 = (seed: number, text: string): number => {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Makes a sequence from a 32-bit seed (the mulberry32 generator). */
export const seededRandom = (seed: number): SeededRandom => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    float: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick: (values) => {
      const value = values[int(0, values.length - 1)];
      if (value === undefined) throw new RangeError('nothing to pick from');
      return value;
    },
    fork: (name) => seededRandom(hash32(seed, String(name))),
    digits: (length, base) => Array.from({ length }, () => int(0, base - 1).toString(base)).join(''),
  };
};

/** A CUID: `c`, the time, a counter, a fingerprint and randomness, all base 36; 25 characters. */
export const cuid = (random: SeededRandom, time: number): string =>
  `c${Math.max(0, Math.trunc(time)).toString(36).padStart(8, '0').slice(-8)}${random.digits(16, 36)}`;

/** A random UUID, version 4. */
export const uuid = (random: SeededRandom): string =>
  [
    random.digits(8, 16),
    random.digits(4, 16),
    `4${random.digits(3, 16)}`,
    `${random.pick(['8', '9', 'a', 'b'])}${random.digits(3, 16)}`,
    random.digits(12, 16),
  ].join('-');
