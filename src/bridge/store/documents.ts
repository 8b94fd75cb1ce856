import type { Streak, TowerFacts, Vanished } from '../state.ts';
import type { BridgeAlert } from './types.ts';

/** The JSON documents in the state: written here, and read back without trusting them. */

export const writeAlert = (alert: BridgeAlert): string => JSON.stringify(alert);

/** @throws Error when the text is not an alert. */
export const readAlert = (text: string): BridgeAlert => {
  const fields = readObject(text);
  return {
    fingerprint: requireText(fields, 'fingerprint'),
    labels: readTexts(fields['labels']),
    annotations: readTexts(fields['annotations']),
    generatorURL: fields['generatorURL'] === null ? null : requireText(fields, 'generatorURL'),
    startsAt: requireNumber(fields, 'startsAt'),
    endsAt: fields['endsAt'] === null ? null : requireNumber(fields, 'endsAt'),
    firstSeen: requireNumber(fields, 'firstSeen'),
  };
};

export const writeFacts = (facts: TowerFacts): string => JSON.stringify(facts);

/** @throws Error when the text is not a tower's facts. */
export const readFacts = (text: string): TowerFacts => {
  const fields = readObject(text);
  return {
    unreachable: readStreak(fields['unreachable']),
    incomplete: readStreak(fields['incomplete']),
    vanished: readVanished(fields['vanished']),
  };
};

export const writeLabels = (labels: Readonly<Record<string, string>>): string => JSON.stringify(labels);

/** @throws Error when the text is not an object of texts. */
export const readLabels = (text: string): Record<string, string> => readTexts(readObject(text));

const readStreak = (value: unknown): Streak | null => {
  if (value === null) return null;
  const fields = toObject(value);
  return {
    since: requireNumber(fields, 'since'),
    last: requireNumber(fields, 'last'),
    polls: requireNumber(fields, 'polls'),
    elapsed: requireNumber(fields, 'elapsed'),
    reason: requireText(fields, 'reason'),
  };
};

const readVanished = (value: unknown): Vanished | null => {
  const streak = readStreak(value);
  if (streak === null) return null;
  const fields = toObject(value);
  return { ...streak, open: requireNumber(fields, 'open'), gone: requireNumber(fields, 'gone') };
};

type Fields = Readonly<Record<string, unknown>>;

const readObject = (text: string): Fields => {
  const value: unknown = JSON.parse(text);
  return toObject(value);
};

const toObject = (value: unknown): Fields => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('not a document of the bridge');
  return Object.fromEntries(Object.entries(value));
};

const readTexts = (value: unknown): Record<string, string> => {
  const texts = Object.entries(toObject(value)).map(([name, text]): readonly [string, string] => {
    if (typeof text !== 'string') throw new Error(`${name} is not text`);
    return [name, text];
  });
  return Object.fromEntries(texts);
};

const requireText = (fields: Fields, name: string): string => {
  const value = fields[name];
  if (typeof value !== 'string') throw new Error(`${name} is not text`);
  return value;
};

const requireNumber = (fields: Fields, name: string): number => {
  const value = fields[name];
  if (typeof value !== 'number') throw new Error(`${name} is not a number`);
  return value;
};
