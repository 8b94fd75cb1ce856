import { readFileSync, statSync } from 'node:fs';
import { inspect } from 'node:util';

/** A value that must never be shown: whatever prints, serialises or inspects it gets `<secret>`. */
export interface Secret {
  /**
   * The value itself; ask for it at the moment of use and keep no copy. A file is read again when it has changed.
   * @throws {SecretError} when the file can no longer be read, or is empty
   */
  reveal(): string;
  /** Where the value comes from, for messages: `inline` or the path of the file. Never the value. */
  describe(): string;
}

/** Why a secret's file gives no value; stable. */
export type SecretErrorCode = 'missing' | 'unreadable' | 'empty' | 'too_large';

/** A secret's file that gives no value. The message names the file and never quotes it. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code: SecretErrorCode;
  readonly path: string;

  constructor(code: SecretErrorCode, path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

/** A file larger than this is no password, but a mistake. */
const maxSecretBytes = 64 * 1024;

/** Private fields are invisible to JSON, spreading, inspection and object printers of every kind. */
abstract class Hidden implements Secret {
  abstract reveal(): string;
  abstract describe(): string;

  toString(): string {
    return '<secret>';
  }

  toJSON(): string {
    return '<secret>';
  }

  [inspect.custom](): string {
    return '<secret>';
  }
}

class InlineSecret extends Hidden {
  readonly #value: string;

  constructor(value: string) {
    super();
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  describe(): string {
    return 'inline';
  }
}

class FileSecret extends Hidden {
  readonly #path: string;
  #value: string | null = null;
  #version = '';

  constructor(path: string) {
    super();
    this.#path = path;
    this.reveal();
  }

  reveal(): string {
    const version = fileVersion(this.#path);
    if (this.#value === null || version !== this.#version) {
      this.#value = readSecretFile(this.#path);
      this.#version = version;
    }
    return this.#value;
  }

  describe(): string {
    return this.#path;
  }
}

/** A secret that stands in the configuration itself. */
export const inlineSecret = (value: string): Secret => new InlineSecret(value);

/**
 * A secret in a file of its own (UTF-8; one trailing line end is cut off). Read now, and again whenever the file has changed.
 * @throws {SecretError} when it is missing, unreadable, empty or larger than 64 KiB
 */
export const fileSecret = (path: string): Secret => new FileSecret(path);

/** Changes when the file is written, replaced, or a mounted secret's symbolic link is turned to another file. */
const fileVersion = (path: string): string => {
  try {
    const stat = statSync(path, { bigint: true });
    return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
  } catch (error) {
    throw fileError(path, error);
  }
};

const readSecretFile = (path: string): string => {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > maxSecretBytes) {
      throw new SecretError('too_large', path, `${path} has ${size} bytes; a secret has at most ${maxSecretBytes}`);
    }
    bytes = readFileSync(path);
  } catch (error) {
    throw error instanceof SecretError ? error : fileError(path, error);
  }
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n$/, '');
  if (text === '') throw new SecretError('empty', path, `${path} is empty; it must hold the secret`);
  return text;
};

const fileError = (path: string, error: unknown): SecretError => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new SecretError('missing', path, `${path} does not exist`);
  if (code === 'EACCES' || code === 'EPERM') {
    return new SecretError('unreadable', path, `${path} may not be read by this user`);
  }
  if (code === 'EISDIR') return new SecretError('unreadable', path, `${path} is a directory, not a file`);
  return new SecretError('unreadable', path, `${path} cannot be read (${String(code ?? 'unknown error')})`);
};
