import { Declined, JsonCursor } from './json-cursor.ts';

/** Members of a row whose places in the row before are remembered. */
const maxPlan = 256;

/** The member that a row had at one place: the next row most likely has the same there. */
interface Planned {
  /** Its key, with both quotes. */
  readonly bytes: DataView;
  /** Where the key stands among the wanted ones; -1 where it is passed over. */
  readonly slot: number;
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
  const slots = new Map(wanted.map((key, slot) => [key, slot]));
  const plan: Planned[] = [];
  const values: Record<string, unknown> = {};
  for (const key of wanted) values[key] = undefined;
  /** For each wanted key the last row that had it, and how many of them the row at hand had so far. */
  const latest = new Uint32Array(wanted.length);
  let rows = 0;
  let found = 0;
  let place = 0;

  const slotAt = (): number => {
    const planned = place < plan.length ? plan[place] : undefined;
    if (planned !== undefined && cursor.consumeKey(planned.bytes)) return planned.slot;
    const { key, bytes } = cursor.readKey();
    const slot = slots.get(key) ?? -1;
    if (place < maxPlan) plan[place] = { bytes, slot };
    return slot;
  };
  const member = (): void => {
    const slot = slotAt();
    place++;
    // Not left to the list to answer: looking up what is outside of it costs more than the rest of this.
    const key = slot < 0 ? undefined : wanted[slot];
    if (key === undefined) {
      cursor.skip();
      return;
    }
    values[key] = cursor.read();
    if (latest[slot] !== rows) found++;
    latest[slot] = rows;
  };
  const element = (): void => {
    if (!cursor.isObject()) {
      row(cursor.read());
      return;
    }
    rows++;
    found = 0;
    place = 0;
    cursor.object(member);
    // What the row before had and this one has not.
    if (found < wanted.length) {
      for (const [slot, key] of wanted.entries()) if (latest[slot] !== rows) values[key] = undefined;
    }
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
