import { isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { ConfigError, type ConfigProblem } from './errors.ts';

/** A YAML text as plain values, with the way back to its lines. */
export interface YamlFile {
  readonly value: unknown;
  /** The line (from 1) of a value, or of a key whose value it is when `key` is set; null when there is none. */
  line(path: readonly PropertyKey[], key?: string): number | null;
}

/** More aliases than this are a bomb and not a configuration. */
const maxAliases = 100;

/**
 * Reads one YAML 1.2 document strictly.
 * @throws {ConfigError} with every problem of its form. The text itself is not quoted: it may hold secrets.
 */
export const parseYaml = (source: string, text: string): YamlFile => {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
  });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new ConfigError(
      source,
      faults.slice(0, 10).map(
        ({ code, pos: [start] }): ConfigProblem => ({
          path: '',
          line: lines.linePos(start).line,
          message: messages[code] ?? `expected YAML; this cannot be read (${code})`,
        }),
      ),
    );
  }
  return {
    value: plainValue(source, () => document.toJS({ maxAliasCount: maxAliases })),
    line(path, key) {
      const parts = path.map((part) => (typeof part === 'symbol' ? String(part) : part));
      for (let length = parts.length; length >= 0; length -= 1) {
        const found: unknown = length === 0 ? document.contents : document.getIn(parts.slice(0, length), true);
        if (!isNode(found)) continue;
        const target = (length === parts.length && key !== undefined ? keyOf(found, key) : null) ?? found;
        return target.range === null || target.range === undefined ? null : lines.linePos(target.range[0]).line;
      }
      return null;
    },
  };
};

const plainValue = (source: string, convert: () => unknown): unknown => {
  try {
    return convert();
  } catch (error) {
    const unknown = error instanceof ReferenceError && error.message.startsWith('Unresolved');
    const message = unknown ? messages['BAD_ALIAS'] : `expected at most ${maxAliases} uses of YAML aliases (*name)`;
    throw new ConfigError(source, [{ path: '', line: null, message: message ?? '' }]);
  }
};

const keyOf = (node: Node, key: string): Node | null => {
  if (!isMap(node)) return null;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  return isScalar(pair?.key) ? pair.key : null;
};

/** What the parser's codes mean to a person. Its own messages quote the text, which may hold a secret. */
const messages: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an alias (*name) that stands for nothing above it; put text that begins with * in quotes',
  BAD_DQ_ESCAPE:
    'a backslash in "double quotes" begins an escape that does not exist; use \'single quotes\' for text with backslashes',
  BAD_INDENT:
    'expected another indentation (entries of one map or list begin in one column), or a closing bracket above',
  BAD_SCALAR_START: 'text that begins with this character must stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'expected one "key: value" on a line; put text that holds ": " in quotes',
  BLOCK_IN_FLOW: 'expected only {…} and […] inside of {…} and […]',
  DUPLICATE_KEY: 'expected every key once; this one is there already',
  MISSING_CHAR: 'a quote, a comma, a bracket, or the space after a colon is missing',
  MULTILINE_IMPLICIT_KEY: 'expected a key on one line, followed by a colon',
  MULTIPLE_DOCS: 'expected one document; --- begins a second one',
  NON_STRING_KEY: 'expected a key that is text',
  TAB_AS_INDENT: 'expected spaces; a tab may not indent',
  TAG_RESOLVE_FAILED: 'a tag (!name) that is not known; put text that begins with ! in quotes',
  UNEXPECTED_TOKEN: 'expected the end of the value; put text with special characters in quotes',
};
