/** Labels as they go to a receiver. */
export type Labels = Readonly<Record<string, string>>;

const encoder = new TextEncoder();
const separator = 0xff;

/**
 * Alertmanager's fingerprint of a label set: FNV-1a (64 bits) over each name and value, both followed by the byte 0xFF, in the
 * order of the names' UTF-8 bytes; 16 hex digits, lower case. A label with an empty value is no label: drop it before.
 */
export const fingerprint = (labels: Labels): string => {
  // The hash in two halves of 32 bits: BigInt would cost some 70 µs an alert.
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  const mix = (byte: number): void => {
    low = (low ^ byte) >>> 0;
    // × (2^40 + 0x1b3), modulo 2^64
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 0x1_0000_0000) + low * 0x100) % 0x1_0000_0000;
    low = product % 0x1_0000_0000;
  };
  const add = (text: string): void => {
    for (const byte of encoder.encode(text)) mix(byte);
    mix(separator);
  };
  for (const name of sortedNames(labels)) {
    add(name);
    add(labels[name] ?? '');
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
};

/** The names in the order of their UTF-8 bytes. */
export const sortedNames = (labels: Labels): readonly string[] =>
  Object.keys(labels).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
