import { Declined, JsonCursor } from './json-cursor.ts';

/** Members of a row whose places in the row before are remembered. */
const maxPlan = 256;

/** The member that a row had at one place: the next row most likely has the same there. */
interface Planned {
  /** Its key, with both quotes. */
  readonly bytes: Uint8Array;
  /** The key where it is wanted; null where it is passed over. */
  readonly key: string | null;
}

/**
 * Reads an array of rows from UTF-8 and makes values only of the wanted keys: of a row of some eighty keys with nested lists
 * few are used. Each element is handed to `row` as JSON.parse would have made it but for the keys that are not wanted (those are
 * undefined); an object is valid until `row` returns.
 *
 * False when the text is not such an array of plain JSON: then JSON.parse has to judge it, and what `row` was given is void.
 */
export const scanRows = (bytes: Buffer, wanted: readonly string[], row: (value: unknown) => void): boolean => {
  const cursor = new JsonCursor(bytes);
  const keys = new Set(wanted);
  const plan: Planned[] = [];
  const values: Record<string, unknown> = {};
  let place = 0;

  const keyAt = (): string | null => {
    const planned = plan[place];
    if (planned !== undefined && cursor.consumeKey(planned.bytes)) return planned.key;
    const { key, bytes } = cursor.readKey();
    const found = keys.has(key) ? key : null;
    if (place < maxPlan) plan[place] = { bytes, key: found };
    return found;
  };
  const member = (): void => {
    const key = keyAt();
    place++;
    if (key === null) cursor.skip();
    else values[key] = cursor.read();
  };
  const element = (): void => {
    if (!cursor.isObject()) {
      row(cursor.read());
      return;
    }
    for (const key of wanted) values[key] = undefined;
    place = 0;
    cursor.object(member);
    row(values);
  };

  try {
    cursor.array(element);
    cursor.end();
    return true;
  } catch (error) {
    if (error instanceof Declined) return false;
    throw error;
  }
};
