import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MatcherError, matches, parseMatcher, parseMatchers } from '../../../src/bridge/receivers/matchers.ts';
import { createSelection } from '../../../src/bridge/receivers/relabel.ts';
import { fingerprint } from '../../../src/bridge/fingerprint.ts';
import { alertOf } from '../support.ts';

const read = (source: string): readonly [string, string, string] => {
  const { name, operator, value } = parseMatcher(source);
  return [name, operator, value];
};

describe('a matcher', () => {
  it.each([
    ['severity="critical"', ['severity', '=', 'critical']],
    ['severity=critical', ['severity', '=', 'critical']],
    ['  severity  !=  "a b"  ', ['severity', '!=', 'a b']],
    ['severity=~"critical|warning"', ['severity', '=~', 'critical|warning']],
    ['cluster_name!~lab.*', ['cluster_name', '!~', 'lab.*']],
    ['a=', ['a', '=', '']],
    ['a=""', ['a', '=', '']],
    [String.raw`a="x\"y\\z\n\d"`, ['a', '=', 'x"y\\z\n\\d']],
    [String.raw`a=x\"y`, ['a', '=', 'x"y']],
    ['a="{},=~"', ['a', '=', '{},=~']],
    ['集="x"'.replace('集', 'a_1'), ['a_1', '=', 'x']],
    ['a="上海"', ['a', '=', '上海']],
    ['a=b=c', ['a', '=', 'b=c']],
  ])('reads %s', (source, expected) => {
    expect(read(source)).toEqual(expected);
  });

  it.each([
    ['', 'syntax'],
    ['severity', 'syntax'],
    ['1a=b', 'syntax'],
    ['a-b=c', 'syntax'],
    ['=c', 'syntax'],
    ['a="x', 'quotes'],
    ['a=x"', 'quotes'],
    ['a="x"y"', 'quotes'],
    ['a="x\\"', 'quotes'],
    ['a=~"("', 'regexp'],
    ['a=~"[a"', 'regexp'],
    ['a=~"(a+)+"', 'regexp'],
    ['a=~"(?:(?:x*)y)*"', 'regexp'],
    [String.raw`a=~"(a)\\1"`, 'regexp'],
    ['a=~"(?=a)b"', 'regexp'],
    [`a=~"${'x'.repeat(5000)}"`, 'regexp'],
  ])('refuses %s as %s', (source, code) => {
    expect(() => parseMatcher(source)).toThrow(MatcherError);
    expect(() => parseMatcher(source)).toThrow(expect.objectContaining({ code, source }));
  });

  it.each([
    ['severity=~"critical|warning"', 'critical', true],
    ['severity=~"critical|warning"', 'xcritical', false],
    ['severity=~"critical|warning"', 'warningx', false],
    ['severity!~"critical|warning"', 'info', true],
    ['a=~"(?i)ABC"', 'abc', true],
    ['a=~".*"', '', true],
    ['a=~".+"', '', false],
    ['a=~"a.b"', 'a\nb', false],
    ['a=~"[[:digit:]]+"', '42', true],
    ['a=~"[[:digit:]]+"', '4x', false],
    [String.raw`a=~"a\-b\.c"`, 'a-b.c', true],
    [String.raw`a=~"\\d{2}:\\pL"`, '42:x', true],
    ['a=~"(?P<x>a|b)c"', 'bc', true],
    ['a=~"(?:[0-9a-f]{2}:)+"', '0a:ff:', true],
    ['a=~"上.*"', '上海', true],
  ])('%s on %j is %s', (source, value, expected) => {
    expect(parseMatcher(source).test(value)).toBe(expected);
  });

  it('gets back any value that was quoted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const quoted = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
        const [matcher, ...rest] = parseMatchers(`{a="${quoted}",}`);
        expect(rest).toEqual([]);
        expect(matcher?.value).toBe(value);
        expect(matcher?.test(value)).toBe(true);
        expect(matcher?.test(`${value}x`)).toBe(false);
      }),
    );
  });
});

describe('a list of matchers', () => {
  it.each([
    ['{severity="critical",tower!="lab"}', 2],
    ['severity="critical", tower!="lab"', 2],
    ['{a="x,y}",b="{"}', 2],
    ['{a="x",}', 1],
    ['{}', 0],
    [' { } ', 0],
    ['a="}"', 1],
    ['a={b', 1],
  ])('reads %s', (source, count) => {
    expect(parseMatchers(source)).toHaveLength(count);
  });

  it.each([
    ['{a="x"', 'braces'],
    ['a="x"}', 'braces'],
    ['', 'empty'],
    ['{a="x",,b="y"}', 'syntax'],
  ])('refuses %s as %s', (source, code) => {
    expect(() => parseMatchers(source)).toThrow(expect.objectContaining({ code }));
  });

  it('takes a label that is missing for an empty one, and is not fooled by inherited names', () => {
    expect(matches(parseMatchers('a=""'), {})).toBe(true);
    expect(matches(parseMatchers('a!="x"'), {})).toBe(true);
    expect(matches(parseMatchers('a=~".+"'), {})).toBe(false);
    expect(matches(parseMatchers('constructor=""'), {})).toBe(true);
    expect(matches(parseMatchers('a="1",b="2"'), { a: '1', b: '3' })).toBe(false);
  });
});

describe('relabelling', () => {
  it('drops, adds and replaces labels, and computes the fingerprint anew', () => {
    const selection = createSelection([], { drop_labels: ['a', 'gone'], add_labels: { b: 'new', c: '' } });
    const alert = selection.apply(alertOf({ a: '1', b: '2', c: '3', d: '4' }));
    expect(alert?.labels).toEqual({ b: 'new', d: '4' });
    expect(alert?.fingerprint).toBe(fingerprint({ b: 'new', d: '4' }));
  });

  it('matches before it relabels, and leaves alone what it need not change', () => {
    const alert = alertOf({ severity: 'critical' });
    const add = { drop_labels: ['severity'], add_labels: { severity: 'info' } };
    expect(createSelection(['severity="critical"'], add).apply(alert)?.labels).toEqual({ severity: 'info' });
    expect(createSelection(['severity="info"'], add).apply(alert)).toBeNull();
    expect(createSelection([], { drop_labels: [], add_labels: {} }).apply(alert)).toBe(alert);
  });
});
