/**
 * A run of labels, escaped once and used in many samples: `cluster_id="c1",cluster_name="上海"`. A sample's label set is the
 * concatenation of its blocks, so an object's identity is escaped once however many series it has.
 */
export class LabelBlock {
  /** Escaped `name="value"` pairs joined by commas; empty for no labels. */
  readonly text: string;
  /**
   * A hash of the label set in two 32-bit halves: the sum over the labels, so neither their order nor how they are spread
   * over blocks matters. A label with an empty value counts nothing: Prometheus takes it as absent.
   */
  readonly hashLow: number;
  readonly hashHigh: number;
  /** Whether the text is ASCII, which is written faster. */
  readonly isAscii: boolean;

  constructor(text: string, hashLow: number, hashHigh: number, isAscii: boolean) {
    this.text = text;
    this.hashLow = hashLow;
    this.hashHigh = hashHigh;
    this.isAscii = isAscii;
  }
}

/** Makes a block of the labels, in the order given. Ill-formed UTF-16 becomes U+FFFD. */
export const labelBlock = (values: Readonly<Record<string, string>>): LabelBlock => {
  let text = '';
  let low = 0;
  let high = 0;
  let units = 0;
  for (const name of Object.keys(values)) {
    const value = (values[name] ?? '').toWellFormed();
    let isPlain = true;
    let a = hashSeed;
    let b = ~hashSeed;
    for (let i = 0; i < name.length; i++) {
      a = Math.imul(a ^ name.charCodeAt(i), prime);
      b = (b ^ a) + (a >>> 15);
    }
    // Two units a step; a missing second one is 0, which the length tells from a NUL.
    a ^= value.length;
    const { length } = value;
    for (let i = 0; i < length; i += 2) {
      const first = value.charCodeAt(i);
      const second = i + 1 < length ? value.charCodeAt(i + 1) : 0;
      units |= first | second;
      if (isSpecial(first) || isSpecial(second)) isPlain = false;
      a = Math.imul(a ^ (first | (second << 16)), prime);
      a ^= a >>> 15;
      b = Math.imul(b + a, otherPrime);
    }
    const begin = text === '' ? `${name}="` : `${text},${name}="`;
    text = `${begin}${isPlain ? value : escapeLabelValue(value)}"`;
    if (value === '') continue;
    low = (low + Math.imul(a ^ (a >>> 16), otherPrime)) | 0;
    high = (high + Math.imul(b ^ (b >>> 15), prime)) | 0;
  }
  return new LabelBlock(text, low, high, units < 0x80);
};

/** A block with more labels behind those that are there; what is there is not escaped again. */
export const extendBlock = (block: LabelBlock, labels: Readonly<Record<string, string>>): LabelBlock => {
  const more = labelBlock(labels);
  if (block.text === '') return more;
  return new LabelBlock(
    `${block.text},${more.text}`,
    (block.hashLow + more.hashLow) | 0,
    (block.hashHigh + more.hashHigh) | 0,
    block.isAscii && more.isAscii,
  );
};

/** Quote, backslash, line feed. */
const isSpecial = (unit: number): boolean => unit === 0x22 || unit === 0x5c || unit === 0x0a;

// Odd and well mixed; which ones is of no consequence.
const prime = 0x9e3779b1;
const otherPrime = 0x85ebca6b;

// Differs from process to process, so that names chosen by strangers cannot be made to collide.
const hashSeed = (Math.random() * 0x1_0000_0000) | 0;

/** Escapes `\`, `"` and line feeds, as both exposition formats ask. */
export const escapeLabelValue = (value: string): string =>
  value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/**
 * The one spelling of a label set: its escaped pairs in order of name, those with an empty value left out. Two samples of a
 * family are the same series exactly when this text is the same.
 * @param text escaped pairs joined by commas, as in `LabelBlock.text`.
 */
export const canonicalLabels = (text: string): string =>
  [...text.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/gs)]
    .filter(([, , value]) => value !== '')
    .map(([pair]) => pair)
    .sort()
    .join(',');
