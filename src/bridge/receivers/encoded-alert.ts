import type { BridgeAlert } from '../store/types.ts';

/** One alert as POST /api/v2/alerts takes it, in UTF-8, but for its end, which moves from request to request. */
export interface EncodedAlert {
  /** What stands before and after the end. */
  readonly bytes: Buffer;
  /** How many of them stand before it. */
  readonly split: number;
  /** The start that is in them, milliseconds since the epoch. */
  readonly startsAt: number;
}

/** An encoded alert and its end as text. */
export interface EndedAlert {
  readonly encoded: EncodedAlert;
  readonly endsAt: string;
}

/** An alert never changes, so what was made of it holds for as long as somebody has it: writing ten thousand anew is most of a resend. */
const kept = new WeakMap<BridgeAlert, EncodedAlert>();

/** Encodes the alert with this start (milliseconds since the epoch), or answers with what it did before. */
export const encodeAlert = (alert: BridgeAlert, startsAt: number): EncodedAlert => {
  const known = kept.get(alert);
  if (known?.startsAt === startsAt) return known;
  const encoded = encode(alert, startsAt);
  kept.set(alert, encoded);
  return encoded;
};

const encode = ({ labels, annotations, generatorURL }: BridgeAlert, startsAt: number): EncodedAlert => {
  const start = new Date(startsAt).toISOString();
  const head = `${JSON.stringify({ labels, annotations, startsAt: start }).slice(0, -1)},"endsAt":"`;
  const tail = generatorURL === null ? '"}' : `","generatorURL":${JSON.stringify(generatorURL)}}`;
  const split = Buffer.byteLength(head);
  // Memory of its own: a part of a shared block would hold all of the block for as long as the alert fires.
  const bytes = Buffer.allocUnsafeSlow(split + Buffer.byteLength(tail));
  bytes.write(head, 0);
  bytes.write(tail, split);
  return { bytes, split, startsAt };
};

/** How many bytes the alert has in a request. */
export const encodedLength = ({ encoded, endsAt }: EndedAlert): number => encoded.bytes.length + endsAt.length;

/** The body of a request: a JSON array of the alerts. */
export const encodeBody = (alerts: readonly EndedAlert[]): Buffer => {
  const length = alerts.reduce((sum, alert) => sum + encodedLength(alert) + 1, 1);
  const body = Buffer.allocUnsafe(Math.max(length, 2));
  let at = body.write('[', 'latin1');
  for (const alert of alerts) {
    if (at > 1) at += body.write(',', at, 'latin1');
    at = writeAlert(alert, body, at);
  }
  body.write(']', at, 'latin1');
  return body;
};

/** One alert by itself. */
export const encodeOne = (alert: EndedAlert): Buffer => {
  const bytes = Buffer.allocUnsafe(encodedLength(alert));
  writeAlert(alert, bytes, 0);
  return bytes;
};

/** Answers with where it ends. */
const writeAlert = ({ encoded: { bytes, split }, endsAt }: EndedAlert, to: Buffer, at: number): number => {
  const end = at + bytes.copy(to, at, 0, split);
  const rest = end + to.write(endsAt, end, 'latin1');
  return rest + bytes.copy(to, rest, split);
};
