import { describe, expect, it } from 'vitest';
import { maskSent } from '../../src/http/mask.ts';

const masked = (text: string, headers: Record<string, string>, path = '/'): string =>
  maskSent(Buffer.from(text), headers, path).toString('utf8');

describe('what a request carried, in its answer', () => {
  const basic = { authorization: `Basic ${Buffer.from('robot:pä"ss').toString('base64')}` };

  it.each([
    ['the header', `got ${basic.authorization}!`],
    ['its credentials', `got ${basic.authorization.slice(6)}!`],
    ['user and password', 'got robot:pä"ss!'],
    ['the password', 'got pä"ss!'],
    ['the password in JSON', 'got pä\\"ss!'],
    ['the password in a URL', 'got p%C3%A4%22ss!'],
  ])('%s is hidden', (_what, text) => {
    expect(masked(text, basic)).toBe('got <secret>!');
  });

  it('a bearer token, a header of its own and the path are hidden', () => {
    const headers = { authorization: 'Bearer abcdef', 'x-token': 'one two' };
    expect(masked('abcdef; one two; two; POST /hook/xyz?k=1', headers, '/hook/xyz?k=1')).toBe(
      '<secret>; <secret>; <secret>; POST <secret>'.replace('<secret>; POST', 'two; POST'),
    );
  });

  it('nothing else is touched', () => {
    const body = Buffer.from('{"code":601,"message":"3.labels"}');
    expect(maskSent(body, { 'x-org': '3', authorization: 'Bearer zzzzzz' }, '/')).toBe(body);
  });
});
