import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSecret, inlineSecret, SecretError } from '../../src/config/secret.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (text: string | Uint8Array): string => {
  const path = join(folder, 'password');
  writeFileSync(path, text);
  return path;
};

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof SecretError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('a secret', () => {
  it.each([
    ['inline', () => inlineSecret('hunter2')],
    ['file', () => fileSecret(write('hunter2\n'))],
  ])('%s is revealed on demand and never shown', (_, make) => {
    const secret = make();
    expect(secret.reveal()).toBe('hunter2');
    const shown = [
      `${String(secret)}`,
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true, depth: 9 }),
      inspect({ deep: { secret } }, { depth: 9 }),
      format('%s %o %O %j', secret, secret, secret, secret),
      JSON.stringify({ ...secret }),
      JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
    ];
    for (const text of shown) expect(text).not.toContain('hunter2');
    expect(JSON.stringify(secret)).toBe('"<secret>"');
  });

  it('describes where it comes from', () => {
    const path = write('x');
    expect(inlineSecret('x').describe()).toBe('inline');
    expect(fileSecret(path).describe()).toBe(path);
  });
});

describe('a secret in a file', () => {
  it.each([
    ['one line end', 'pass word\n', 'pass word'],
    ['a Windows line end', 'pass\r\n', 'pass'],
    ['no line end', 'pass', 'pass'],
    ['only the last line end', 'pass\n\n', 'pass\n'],
    ['spaces kept', ' pass ', ' pass '],
    ['a byte order mark', '\uFEFFpass\n', 'pass'],
    ['other alphabets', '密码\n', '密码'],
  ])('is read: %s', (_, text, value) => {
    expect(fileSecret(write(text)).reveal()).toBe(value);
  });

  it('is read again when the file is written or replaced', () => {
    const path = write('one\n');
    const secret = fileSecret(path);
    write('three\n');
    expect(secret.reveal()).toBe('three');
    const other = join(folder, 'other');
    writeFileSync(other, 'seven\n');
    renameSync(other, path);
    expect(secret.reveal()).toBe('seven');
  });

  it('says what is wrong with the file, at load and later', () => {
    expect(codeOf(() => fileSecret(join(folder, 'none')))).toBe('missing');
    expect(codeOf(() => fileSecret(folder))).toBe('unreadable');
    expect(codeOf(() => fileSecret(write('\n')))).toBe('empty');
    expect(codeOf(() => fileSecret(write(new Uint8Array(70_000).fill(65))))).toBe('too_large');

    const secret = fileSecret(write('one'));
    rmSync(join(folder, 'password'));
    expect(codeOf(() => secret.reveal())).toBe('missing');
    write('two');
    expect(secret.reveal()).toBe('two');
  });

  it.skipIf(process.getuid?.() === 0)('says that it may not be read', () => {
    const path = write('one');
    chmodSync(path, 0);
    expect(codeOf(() => fileSecret(path))).toBe('unreadable');
  });
});
