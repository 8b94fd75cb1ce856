const previewLength = 60;
const textLength = 200;

/** Hides the secrets of a tower in whatever it sent, before any of it reaches an error or the log. */
export interface Redactor {
  /** Remembers a secret (and its spellings in JSON, URLs and basic authentication). */
  add(secret: string): void;
  /** The first printable characters of what came, for an error. */
  preview(text: string): string;
  /** A message of the tower's own, in one line of bounded length. */
  message(text: string): string;
}

const spellings = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret.toWellFormed()),
  Buffer.from(secret).toString('base64'),
];

/** Anything shaped like a signed token, known or not. */
const signedToken = /eyJ[\w-]{4,}(?:\.[\w-]*)*/g;

/** What stands behind a name that promises a secret, in JSON or in a query. */
const namedSecret = /("?(?:token|password|passwd|secret|api_?key|authorization|cookie)"?\s*[:=]\s*"?)[^\s"<,;&}]+/gi;

/** Control, format, unassigned and private characters, and lone surrogates. */
const unprintable = /\p{C}+/gu;

/** Remembers the latest secrets only: tokens come and go. */
const remembered = 16;

export const createRedactor = (): Redactor => {
  const known: string[] = [];

  const clean = (text: string, length: number): string => {
    // Redact before cutting, so that no secret is cut into an unrecognisable piece of itself.
    const secrets = known.flatMap(spellings).toSorted((a, b) => b.length - a.length);
    const redacted = secrets
      .reduce((rest, secret) => rest.replaceAll(secret, '<secret>'), text.slice(0, 64 * 1024))
      .replace(signedToken, '<secret>')
      .replace(namedSecret, '$1<secret>');
    const printable = redacted.replace(unprintable, ' ').replace(/\s+/g, ' ').trim();
    return printable.slice(0, length).toWellFormed();
  };

  return {
    add: (secret) => {
      if (secret === '') return;
      const at = known.indexOf(secret);
      if (at >= 0) known.splice(at, 1);
      known.push(secret);
      if (known.length > remembered) known.shift();
    },
    preview: (text) => clean(text, previewLength),
    message: (text) => clean(text, textLength),
  };
};
