/**
 * Puts a text between the markers `<!-- NAME -->` and `<!-- /NAME -->`.
 * @throws {RangeError} when the document lacks them
 */
export const replaceSection = (document: string, name: string, text: string): string => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new RangeError(`the document has no section ${begin} … ${end}`);
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`;
};
