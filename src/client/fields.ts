import type { RecycleBinPolicy, Ref } from './resources.ts';

/** A JSON object; its keys are read by name only, never copied, so a `__proto__` key in an answer stays a harmless key. */
export type JsonObject = { readonly [key: string]: unknown };

/** Whether the value is a JSON object (not an array, not null). */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** A finite number from a JSON number or a decimal string; anything else is null (never 0). */
export const numberOf = (value: unknown): number | null => {
  const number = typeof value === 'string' && decimal.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};

/** A boolean only from a JSON boolean: the text "false" is no answer. */
export const booleanOf = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

/** Text as it came. A number becomes its digits: the API's text columns of undocumented form may hold an epoch. */
export const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
};

/** An id: a string that is not empty. */
export const idOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A relation; null without an id. A missing name is the id. */
export const refOf = (value: unknown): Ref | null => {
  if (!isJsonObject(value)) return null;
  const id = idOf(value['id']);
  return id === null ? null : { id, name: textOf(value['name']) ?? id };
};

/** The readable relations of a list; anything but a list has none. */
export const refsOf = (value: unknown): readonly Ref[] =>
  Array.isArray(value) ? value.map(refOf).filter((ref) => ref !== null) : [];

/** Numbers of a list, each at its index; unreadable ones are null. */
export const numbersOf = (value: unknown): readonly (number | null)[] =>
  Array.isArray(value) ? value.map(numberOf) : [];

/** A recycle bin policy; null when there is none. */
export const recycleBinOf = (value: unknown): RecycleBinPolicy | null =>
  isJsonObject(value) ? { enabled: booleanOf(value['enabled']), retain: numberOf(value['retain']) } : null;
