import { cleanLine } from './text.ts';

const placeholder = /\{([a-zA-Z_][a-zA-Z0-9_]*)\}/g;

/**
 * Fills `{name}` with the value of that name, percent-encoded, so that no value can change the URL around it. Null when a value is
 * missing: a link with a hole in it leads nowhere.
 */
export const fillUrl = (template: string, values: Readonly<Record<string, string>>): string | null => {
  let whole = true;
  const filled = template.replace(placeholder, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || value === '') whole = false;
    return encodeURIComponent(cleanLine(value ?? ''));
  });
  return whole ? filled : null;
};

/** The URL if it is absolute, http(s) and free of credentials, else null. Receivers refuse whole batches for one bad URL. */
export const httpUrl = (text: string): string | null => {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  if (url.username !== '' || url.password !== '') return null;
  // Spelled as it was where that is plain ASCII without blanks; else as browsers encode it.
  return /^[\x21-\x7e]+$/.test(text) ? text : url.href;
};
