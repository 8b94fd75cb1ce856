import type { Level } from '../verdict.ts';

export type Style = Level | 'bold' | 'soft';

const codes: Readonly<Record<Style, string>> = {
  critical: '31;1',
  warning: '33',
  unknown: '36',
  ok: '32',
  bold: '1',
  soft: '2',
};

/** Colours text, or leaves it as it is. */
export type Paint = (text: string, style: Style | null) => string;

export const createPaint =
  (colour: boolean): Paint =>
  (text, style) =>
    colour && style !== null && text !== '' ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
