import { z } from 'zod';
import { common } from './payload.ts';

/** A notification's body as it stands in the outbox; keys that are not looked at stay as they are. */
const payloadSchema = z.looseObject({
  status: z.string(),
  alerts: z.array(
    z.looseObject({
      status: z.string(),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
  commonLabels: z.record(z.string(), z.string()),
  commonAnnotations: z.record(z.string(), z.string()),
});

/** A part of a refused notification: a complete body with some of its alerts. */
export interface PayloadPart {
  readonly body: Uint8Array;
  readonly alerts: number;
  /** The labels of its only alert; null when there are several. */
  readonly labels: Readonly<Record<string, string>> | null;
}

/**
 * Halves a notification, so that one alert that the receiver will not have does not take the others with it. Each half says the
 * same group (its key and labels) with the alerts it holds. A body with fewer than two alerts gives one part, itself.
 * @throws {Error} when the body is not a notification of ours
 */
export const splitPayload = (body: Uint8Array): readonly PayloadPart[] => {
  const payload = payloadSchema.parse(JSON.parse(Buffer.from(body).toString('utf8')));
  const { alerts } = payload;
  if (alerts.length < 2) return [{ body, alerts: alerts.length, labels: alerts[0]?.labels ?? null }];
  const middle = Math.ceil(alerts.length / 2);
  return [alerts.slice(0, middle), alerts.slice(middle)].map((half) => ({
    body: Buffer.from(
      JSON.stringify({
        ...payload,
        status: half.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
        alerts: half,
        commonLabels: common(half.map(({ labels }) => labels)),
        commonAnnotations: common(half.map(({ annotations }) => annotations)),
      }),
    ),
    alerts: half.length,
    labels: half.length === 1 ? (half[0]?.labels ?? null) : null,
  }));
};
