/** The CRC-32 polynomial of gzip, bit-reversed. */
const polynomial = 0xedb88320;

/** Product of two polynomials modulo the CRC's, in the reflected representation (bit 31 is x^0). */
const multiply = (a: number, b: number): number => {
  let product = 0;
  let factor = b;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= factor;
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ polynomial;
  }
  return product >>> 0;
};

/** x^(8 · 2^n) for n = 0, 1, 2 …: what 2^n zero bytes do to a CRC. */
const powers: readonly number[] = (() => {
  let power = 0x00800000;
  const list: number[] = [];
  for (let n = 0; n < 53; n++) {
    list.push(power);
    power = multiply(power, power);
  }
  return list;
})();

/**
 * The CRC-32 of A followed by B, from the CRC-32 of each and the length of B in bytes.
 */
export const combineCrc32 = (crcA: number, crcB: number, lengthB: number): number => {
  let shifted = crcA;
  for (let rest = lengthB, n = 0; rest > 0; rest = Math.floor(rest / 2), n++) {
    if (rest % 2 === 1) shifted = multiply(powers[n] ?? 0, shifted);
  }
  return (shifted ^ crcB) >>> 0;
};
