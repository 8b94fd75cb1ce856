import type { Secret } from './secret.ts';

const isSecret = (value: object): value is Secret => 'reveal' in value && 'describe' in value;

/** Whether two configurations, or parts of them, mean the same. Secrets are compared by value; nothing of them comes out. */
export const sameConfig = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isSecret(a) || isSecret(b)) return isSecret(a) && isSecret(b) && sameSecret(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameConfig(Reflect.get(a, key), Reflect.get(b, key)))
  );
};

/** One file is one secret, whatever it holds at the moment: it is read again at every use. */
const sameSecret = (a: Secret, b: Secret): boolean => {
  if (a.describe() !== b.describe()) return false;
  return a.describe() !== 'inline' || a.reveal() === b.reveal();
};
