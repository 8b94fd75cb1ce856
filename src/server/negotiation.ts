import type { Format } from '../metrics/exposition.ts';

export type Encoding = 'identity' | 'gzip';

/**
 * The exposition format that an Accept header asks for: the one with the highest q, the earlier on a tie. What is absent,
 * malformed or asks for nothing that there is gets text 0.0.4, as every Prometheus client library answers it.
 */
export const negotiateFormat = (accept: string | undefined): Format => {
  let best: { readonly format: Format; readonly q: number } | null = null;
  for (const { name, parameters, q } of parseList(accept)) {
    const format = formatOf(name, parameters.get('version'));
    if (format !== null && q > (best?.q ?? 0)) best = { format, q };
  }
  return best?.format ?? 'text';
};

/**
 * The content coding that an Accept-Encoding header asks for: gzip when it is accepted and not liked less than identity.
 * Absent or malformed means identity, which is also the answer when everything is refused.
 */
export const negotiateEncoding = (acceptEncoding: string | string[] | undefined): Encoding => {
  let gzip: number | null = null;
  let identity: number | null = null;
  let any: number | null = null;
  for (const { name, q } of parseList(acceptEncoding?.toString())) {
    if (name === 'gzip' || name === 'x-gzip') gzip = Math.max(gzip ?? 0, q);
    else if (name === 'identity') identity = q;
    else if (name === '*') any = q;
  }
  const wanted = gzip ?? any ?? 0;
  return wanted > 0 && wanted >= (identity ?? 0) ? 'gzip' : 'identity';
};

const formatOf = (name: string, version: string | undefined): Format | null => {
  switch (name) {
    case 'application/openmetrics-text':
      return version === undefined || version === '1.0.0' ? 'openmetrics' : null;
    case 'text/plain':
      return version === undefined || version === '0.0.4' ? 'text' : null;
    case 'text/*':
    case '*/*':
      return 'text';
    default:
      return null;
  }
};

interface ListItem {
  /** Lower case. */
  readonly name: string;
  /** Lower-case names; values as given, without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
  /** 0–1; 1 when absent. */
  readonly q: number;
}

// No reader of metrics has a use for more, and the work stays small whatever comes.
const maxHeaderLength = 4096;

/** Reads `name;parameter=value;q=0.5, …`; an item that cannot be read is left out. */
const parseList = (header: string | undefined): ListItem[] => {
  if (header === undefined || header.length > maxHeaderLength) return [];
  return header.split(',').flatMap((item) => {
    const [name = '', ...rest] = item.split(';').map((part) => part.trim());
    if (!/^[\w!#$%&'*+.^`|~/-]+$/.test(name)) return [];
    const parameters = new Map<string, string>();
    for (const part of rest) {
      const match = /^([\w-]+)\s*=\s*"?([^"]*)"?$/.exec(part);
      if (match?.[1] === undefined || match[2] === undefined) {
        if (part === '') continue;
        return [];
      }
      parameters.set(match[1].toLowerCase(), match[2]);
    }
    const q = parameters.get('q') ?? '1';
    return /^(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)$/.test(q) ? [{ name: name.toLowerCase(), parameters, q: Number(q) }] : [];
  });
};
