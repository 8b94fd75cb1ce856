import { everything, type Scope } from './scope.ts';

/** Ids are some 25 characters long and tower names are not much longer: what is longer is a mistake. */
const maxLength = 512;

const keys = ['tower', 'cluster_id', 'datacenter_id'] as const;

export type ScopeRequest =
  | { readonly kind: 'scope'; readonly scope: Scope }
  | { readonly kind: 'bad'; readonly message: string }
  | { readonly kind: 'unknown_tower' };

/** Reads the scope of a request. A parameter without a value (as a form sends it) is one that was not given; others are ignored. */
export const readScope = (query: Readonly<Record<string, unknown>>, towers: readonly string[]): ScopeRequest => {
  const scope: Record<(typeof keys)[number], string | null> = { ...everything };
  for (const key of keys) {
    const value = query[key];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string') return { kind: 'bad', message: `the parameter ${key} is given more than once` };
    if (value.length > maxLength)
      return { kind: 'bad', message: `the parameter ${key} is longer than ${maxLength} characters` };
    scope[key] = value;
  }
  return scope.tower === null || towers.includes(scope.tower) ? { kind: 'scope', scope } : { kind: 'unknown_tower' };
};

/** The scope as a query, empty where everything is shown: `?tower=shanghai`. */
export const scopeQuery = (scope: Scope, change: Partial<Scope> = {}): string => {
  const next = { ...scope, ...change };
  const query = new URLSearchParams();
  for (const key of keys) if (next[key] !== null) query.set(key, next[key]);
  return query.size === 0 ? '' : `?${query}`;
};
