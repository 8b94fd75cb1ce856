import { z } from 'zod';
import type { Group } from './group.ts';

/** How a group is written to the store. Read leniently, so that a later version may add to it. */
const labels = z.record(z.string(), z.string());

const alert = z.object({
  fingerprint: z.string(),
  labels,
  annotations: labels,
  generatorURL: z.string().nullable(),
  startsAt: z.number(),
  endsAt: z.number().nullable(),
  firstSeen: z.number(),
});

const document = z.object({
  labels,
  flushAt: z.number().nullable(),
  toldAt: z.number().nullable(),
  members: z.array(
    z.object({
      alert,
      sources: z.array(z.string()),
      told: z.enum(['nothing', 'firing']),
      queue: z.array(z.object({ kind: z.enum(['firing', 'resolved']), alert, since: z.number() })),
    }),
  ),
});

export const writeGroup = ({ labels: named, flushAt, toldAt, members }: Group): string =>
  JSON.stringify({ labels: named, flushAt, toldAt, members: [...members.values()] });

/** The group that `writeGroup` wrote, or null when the text is none. */
export const readGroup = (key: string, text: string): Group | null => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = document.safeParse(json);
  if (!parsed.success) return null;
  const { members, ...rest } = parsed.data;
  return {
    key,
    ...rest,
    members: new Map(members.map((member) => [member.alert.fingerprint, member])),
  };
};
