/** Shorter values are no secrets, and hiding them would tear ordinary words apart. */
const shortest = 4;

/**
 * Hides what a request carried from its answer, before any of that is quoted: a server that is in trouble may give back what it
 * was sent. Covers the values of the headers, of basic authentication its user and password too, and the path and query.
 */
export const maskSent = (body: Buffer, headers: Readonly<Record<string, string>>, path: string): Buffer => {
  const secrets = [...Object.values(headers).flatMap(partsOf), path === '/' ? '' : path]
    .filter((secret) => secret.length >= shortest)
    .flatMap(spellings)
    .toSorted((a, b) => b.length - a.length);
  const text = body.toString('utf8');
  const masked = secrets.reduce((rest, secret) => rest.replaceAll(secret, '<secret>'), text);
  return masked === text ? body : Buffer.from(masked);
};

/** `Basic dXNlcjpwYXNz` is hidden whole, without its scheme, decoded, and as the password alone. */
const partsOf = (value: string): string[] => {
  const [, scheme = '', rest = ''] = /^(\S+) +(.+)$/s.exec(value) ?? [];
  if (rest === '') return [value];
  if (scheme !== 'Basic') return [value, rest];
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  return [value, rest, pair, pair.slice(pair.indexOf(':') + 1)];
};

const spellings = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret.toWellFormed()),
];
