/** C0 and C1 control characters but tab and line feed: some receivers' databases refuse them, NUL above all. */
// oxlint-disable-next-line no-control-regex -- the control characters are what it looks for
const control = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;
const hasSpecial = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\uD800-\uDFFF]/; // oxlint-disable-line no-control-regex -- as above

/** Well-formed text that any JSON reader and database takes: line ends are `\n`, other control characters become U+FFFD. */
export const cleanText = (text: string): string =>
  hasSpecial.test(text) ? text.toWellFormed().replaceAll('\r\n', '\n').replace(control, '\u{FFFD}') : text;

/** The same on one line. */
export const cleanLine = (text: string): string => cleanText(text).replaceAll('\n', ' ');

/** At most `limit` UTF-16 units of the text, with a note of how much there was. Never cuts a character in two. */
export const cap = (text: string, limit: number): string =>
  text.length <= limit ? text : `${cutAt(text, limit)}… (cut: ${text.length} characters)`;

/** At most `limit` UTF-16 units of the text, without a note. */
export const cutAt = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splits ? limit - 1 : limit);
};
