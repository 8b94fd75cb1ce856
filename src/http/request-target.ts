/** Where a request goes: what the connection is opened to, and the request line's path, byte for byte as configured. */
export interface RequestTarget {
  readonly origin: string;
  readonly path: string;
}

/**
 * Splits an absolute http(s) URL without changing a byte of its path and query: a trailing slash, an empty query and odd
 * escapes may all be part of a token. Only what HTTP does not allow in a request line is percent-encoded.
 * @throws {TypeError} when it is no URL
 */
export const requestTarget = (text: string): RequestTarget => {
  const url = new URL(text);
  const raw = /^[a-z]+:\/\/[^/?#]*([^#]*)/i.exec(text)?.[1] ?? '';
  const path = raw.startsWith('/') ? raw : `/${raw}`;
  return { origin: url.origin, path: /^[\x21-\x7e]+$/.test(path) ? path : url.pathname + url.search };
};
