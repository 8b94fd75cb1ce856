/** Columns that a character takes on a terminal: 0 for marks that combine, 2 for the wide ones of East Asia and emoji. */
const widthOf = (character: string): number => {
  if (/\p{Mark}|\p{Default_Ignorable_Code_Point}/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
};

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a text takes on a terminal. */
export const textWidth = (text: string): number => {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
};

/** Text of others on one line of a terminal: without control characters (they would command it) and without changes of direction. */
export const clean = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/[\p{Control}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD')
    .trim();

/** At most so many columns; an ellipsis where something was cut off. */
export const fit = (text: string, width: number): string => {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
};

/** Filled up with spaces; `end`: aligned to the right. */
export const pad = (text: string, width: number, side: 'start' | 'end' = 'start'): string => {
  const fill = ' '.repeat(Math.max(0, width - textWidth(text)));
  return side === 'end' ? `${fill}${text}` : `${text}${fill}`;
};
