import * as fc from 'fast-check';
import { resources } from '../../src/client/rows.ts';

/** Values as the text of an answer holds them: some that no value of the language can be. */
const awkward = [
  'null',
  'true',
  '0',
  '-0',
  '1e308',
  '-1e308',
  '1e400',
  '-1e999',
  '5e-324',
  '9223372036854775808',
  '9007199254740993',
  '""',
  '"\\ud800"',
  '"\\udc00x\\ud83d"',
  '"\\u0000"',
  '"a\\"b\\\\c\\nd\\re"',
  '"{{ .Value }} $labels"',
  '"\\u202e\\u2028\\ufeff"',
  '"NaN"',
  '"+Inf"',
  '"0x10"',
  '"1e309"',
  '[]',
  '{}',
  '[null]',
  '[[[[[[]]]]]]',
  '{"__proto__":{"polluted":1},"id":"c1"}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"toString":1,"id":"c2","name":"n"}',
  '{"id":"c1","name":"c one"}',
  '{"id":"__proto__","name":"toString"}',
] as const;

const times = ['"2026-01-01T00:00:00.000Z"', '"1767225600"', '"1767225600000000000"', '1767225600000', '"yesterday"'];
const states = ['"CONNECTED"', '"RUNNING"', '"CRITICAL"', '"ELF"', '"SSD"', '"connected"', '"WHATEVER"'];

const value: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...awkward) },
  { weight: 1, arbitrary: fc.constantFrom(...times, ...states) },
  { weight: 2, arbitrary: fc.jsonValue().map((json) => JSON.stringify(json)) },
  { weight: 1, arbitrary: fc.double().map((number) => (Number.isFinite(number) ? String(number) : '1e999')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)) },
);

/** Few ids, so that rows meet. */
const id = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom('"c1"', '"c2"', '"h1"', '"a1"', '"x\\ud800"', '"__proto__"', '"constructor"'),
  },
  { weight: 1, arbitrary: value },
);

const pair = (key: string, of: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  of.map((text) => `${JSON.stringify(key)}:${text}`);

/** A row with each of its fields, or not, and fields that nobody knows; a key may come twice. */
const row = (keys: readonly string[]): fc.Arbitrary<string> => {
  const fields = keys.filter((key) => key !== 'id').map((key) => fc.option(pair(key, value), { nil: null, freq: 4 }));
  const strange = pair('__proto__', fc.constant('{"polluted":true,"id":"c9"}'));
  const more = fc.option(fc.oneof(strange, pair('constructor', value), pair('id', value)), { nil: null });
  return fc
    .tuple(pair('id', id), ...fields, more)
    .map((parts) => `{${parts.filter((part) => part !== null).join(',')}}`);
};

const list = (keys: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.array(row(keys), { maxLength: 5 }).map((rows) => `[${rows.join(',')}]`) },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof(row(keys), value), { maxLength: 5 }).map((rows) => `[${rows.join(',')}]`),
    },
    { weight: 1, arbitrary: value },
    { weight: 1, arbitrary: fc.tuple(row(keys), fc.nat(40)).map(([text, cut]) => `[${text}`.slice(0, -cut - 1)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );

/** How many different ids a list of rows has, as its connection would count them; wrong for lists that are none. */
const countOf = (text: string): number =>
  new Set([...text.matchAll(/\{"id":("[^"]*")/g)].map(([, found]) => found)).size;

/** Everything that a tower answers, operation by operation. */
export const hostileAnswers: fc.Arbitrary<ReadonlyMap<string, string>> = fc
  .tuple(
    ...Object.values(resources).map((resource) =>
      list(resource.keys).map((text) => [resource.operation, text] as const),
    ),
  )
  .map((lists) => {
    const answers = new Map<string, string>(lists);
    for (const [operation, text] of lists)
      answers.set(`${operation}-connection`, `{"aggregate":{"count":${countOf(text)}}}`);
    return answers;
  });
