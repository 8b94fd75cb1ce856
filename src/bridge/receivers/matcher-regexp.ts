/** Longer expressions are mistakes; the limit also bounds the work of one test. */
const maxLength = 4096;

/**
 * Compiles a regular expression as Alertmanager does: anchored at both ends, `.` not matching line ends. Alertmanager's engine
 * runs in linear time and this one does not, so expressions that could take exponential time are refused: a repetition of a
 * group that repeats something itself, such as `(a+)+`, and back-references and look-arounds, which Alertmanager lacks too.
 * @throws {SyntaxError} saying what is wrong
 */
export const anchoredRegExp = (source: string): ((value: string) => boolean) => {
  if (source.length > maxLength) throw new SyntaxError(`longer than ${maxLength} characters`);
  const [, letters = ''] = /^\(\?([imsU]+)\)/.exec(source) ?? [];
  const body = letters === '' ? source : source.slice(letters.length + 3);
  const flags = [...new Set(letters.replaceAll('U', ''))].join('');
  refuseRunaways(body);
  const expression = new RegExp(`^(?:${toJavaScript(body)})$`, `u${flags}`);
  return (value) => expression.test(value);
};

const classes: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** The few spellings of RE2 that JavaScript lacks: `\A`, `\z`, `\-`, `[[:alpha:]]`, `(?P<name>…)`, `\pL`. */
const toJavaScript = (source: string): string =>
  source
    .replace(/\\(.)/gsu, (whole, character: string) => {
      if (character === 'A') return '^';
      if (character === 'z') return '$';
      return /[!"#%&',:;<=>@_`~ -]/.test(character) ? (character === '-' ? '\\x2d' : character) : whole;
    })
    .replace(/\\([pP])([A-Z])/g, '\\$1{$2}')
    .replace(/\[:([a-z]+):\]/g, (whole, name: string) => classes[name] ?? whole)
    .replaceAll('(?P<', '(?<');

interface Group {
  repeats: boolean;
}

/** @throws {SyntaxError} for nested unbounded repetition, back-references and look-arounds */
const refuseRunaways = (source: string): void => {
  const open: Group[] = [{ repeats: false }];
  let last: Group | null = null;
  let inClass = false;
  for (let index = 0; index < source.length; index += 1) {
    const character = source.charAt(index);
    if (character === '\\') {
      if (/[1-9k]/.test(source.charAt(index + 1))) throw new SyntaxError('back-references are not supported');
      index += 1;
      last = null;
    } else if (inClass) {
      if (character === ']') inClass = false;
    } else if (character === '[') {
      inClass = true;
      last = null;
    } else if (character === '(') {
      if (/^\(\?(?:[=!]|<[=!])/.test(source.slice(index, index + 4))) {
        throw new SyntaxError('look-arounds are not supported');
      }
      open.push({ repeats: false });
      last = null;
    } else if (character === ')') {
      last = open.length > 1 ? (open.pop() ?? null) : null;
      const parent = open.at(-1);
      if (last?.repeats === true && parent !== undefined) parent.repeats = true;
    } else if (/^(?:[*+]|\{\d+(?:,\d*)?\})/.test(source.slice(index, index + 24))) {
      if (last?.repeats === true) {
        throw new SyntaxError('a repeated group must not repeat something itself, as in (a+)+: it could run for ever');
      }
      const parent = open.at(-1);
      if (parent !== undefined && !/^\{\d+\}/.test(source.slice(index, index + 12))) parent.repeats = true;
      last = null;
    } else if (character !== '?') last = null;
  }
};
