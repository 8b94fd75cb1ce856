/** Compares text by code points. UTF-16 units order differently as soon as there are surrogates (emoji before U+E000). */
export const compareText = (left: string, right: string): number => {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a !== b) return (a >= 0xd800 ? surrogateRank(a) : a) - (b >= 0xd800 ? surrogateRank(b) : b);
  }
  return left.length - right.length;
};

/** Units as they sort by code point: surrogates stand for code points above U+FFFF. */
const surrogateRank = (unit: number): number => (unit <= 0xdfff ? unit + 0x10000 : unit);

/** Compares two values of one column, neither of them null. Dates are told apart by their instant. */
export const compareValues = (left: unknown, right: unknown): number => {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return compareText(JSON.stringify(left) ?? '', JSON.stringify(right) ?? '');
};
