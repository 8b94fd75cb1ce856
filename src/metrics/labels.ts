/**
 * A run of labels, escaped once and used in many samples: `cluster_id="c1",cluster_name="上海"`. A sample's label set is the
 * concatenation of its blocks, so an object's identity is escaped once however many series it has.
 */
export interface LabelBlock {
  /** Escaped `name="value"` pairs joined by commas; empty for no labels. */
  readonly text: string;
}

/** Makes a block of the labels, in the order given. Ill-formed UTF-16 becomes U+FFFD. */
export const labelBlock = (values: Readonly<Record<string, string>>): LabelBlock => ({
  text: Object.entries(values)
    .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
    .join(','),
});

/** Escapes `\`, `"` and line feeds, as both exposition formats ask. */
export const escapeLabelValue = (value: string): string =>
  value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
