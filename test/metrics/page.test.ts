import { gunzipSync, inflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleBatch } from '../../src/metrics/batch.ts';
import { PieceCompressor } from '../../src/metrics/deflate.ts';
import { ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import { labelBlock } from '../../src/metrics/labels.ts';
import { type Body, MetricsPage } from '../../src/metrics/page.ts';
import { packedPiece, type Piece, plainPiece } from '../../src/metrics/piece.ts';
import { Snapshot } from '../../src/metrics/snapshot.ts';
import { parseExposition } from '../support/exposition.ts';
import { makeFamily } from '../support/metrics.ts';

const bytesOf = (body: Body): Buffer => {
  const bytes = Buffer.concat([...body.parts]);
  expect(bytes.length).toBe(body.length);
  return bytes;
};

const hosts = makeFamily({ name: 'cloudtower_hosts' });
const publish = (snapshot: Snapshot, tower: string, count: number, value = 1): Promise<boolean> => {
  const batch = new SampleBatch();
  for (let i = 0; i < count; i++) batch.add(hosts, value, labelBlock({ host_id: `h${i}` }));
  return snapshot.publish(tower, 'hosts', batch);
};

const make = (): { snapshot: Snapshot; metrics: ExporterMetrics; page: MetricsPage } => {
  const snapshot = new Snapshot();
  const metrics = new ExporterMetrics({ version: '1', revision: '', processMetrics: false });
  return { snapshot, metrics, page: new MetricsPage(snapshot, () => metrics.render()) };
};

/** Unpacks the first gzip member alone, where some readers stop, and checks that it is the whole. */
const gunzipSingleMember = (bytes: Buffer): Buffer => {
  const first = inflateRawSync(bytes.subarray(10, -8));
  expect(gunzipSync(bytes).equals(first)).toBe(true);
  return first;
};

describe('the page', () => {
  it.each([
    ['nothing', 0],
    ['a few series', 10],
    ['several stretches', 10_000],
    ['too much to join', 120_000],
  ])('carries the same bytes compressed and not, with %s', async (_name, count) => {
    const { snapshot, metrics, page } = make();
    await publish(snapshot, 'a', count);
    await publish(snapshot, 'b', 3);
    metrics.reachable({ tower: 'a', up: true });
    for (const format of ['text', 'openmetrics'] as const) {
      const identity = bytesOf(await page.body(format, 'identity'));
      const unpacked = gunzipSingleMember(bytesOf(await page.body(format, 'gzip')));
      expect(unpacked.equals(identity)).toBe(true);
      const { samples } = parseExposition(identity.toString(), format);
      expect(samples.filter(({ name }) => name === 'cloudtower_hosts')).toHaveLength(count + 3);
      expect(samples.some(({ name }) => name === 'cloudtower_up')).toBe(true);
    }
  });

  it('carries the same sample lines in both formats', async () => {
    const { snapshot, page } = make();
    await publish(snapshot, 'a', 10);
    const lines = async (format: 'text' | 'openmetrics'): Promise<string[]> =>
      bytesOf(await page.body(format, 'identity'))
        .toString()
        .split('\n')
        .filter((line) => !line.startsWith('#'));
    expect(await lines('openmetrics')).toEqual(await lines('text'));
  });

  it('shows every change with the next look', async () => {
    const { snapshot, page } = make();
    for (const value of [1, 2, 3]) {
      await publish(snapshot, 'a', 2, value);
      for (const encoding of ['identity', 'gzip'] as const) {
        const bytes = bytesOf(await page.body('text', encoding));
        const { samples } = parseExposition((encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString());
        expect(samples.filter(({ name }) => name === 'cloudtower_hosts').map((sample) => sample.value)).toEqual([
          value,
          value,
        ]);
      }
    }
  });

  it('hands out the very same bytes while nothing changes', async () => {
    const { snapshot, page } = make();
    await publish(snapshot, 'a', 2);
    expect(await page.body('text', 'gzip')).toBe(await page.body('text', 'gzip'));
    expect(await page.body('text', 'identity', 'a')).toBe(await page.body('text', 'identity', 'a'));
  });

  it('of one tower has its series alone, the own ones about it included', async () => {
    const { snapshot, metrics, page } = make();
    await publish(snapshot, 'a', 2);
    await publish(snapshot, 'b', 3);
    for (const tower of ['a', 'b']) metrics.reachable({ tower, up: true });
    const read = async (tower: string): Promise<ReturnType<typeof parseExposition>> =>
      parseExposition(bytesOf(await page.body('openmetrics', 'identity', tower)).toString(), 'openmetrics');
    const { samples } = await read('a');
    expect(samples).toHaveLength(3);
    expect(new Set(samples.map(({ labels }) => labels['tower']))).toEqual(new Set(['a']));
    page.retainTowers(new Set(['b']));
    snapshot.removeTower('a');
    expect((await read('b')).samples).toHaveLength(4);
  });
});

describe('compression', () => {
  const piece = (size: number, seed: number, isPacked = false): Piece => {
    const bytes = Buffer.from(Array.from({ length: size }, (_, i) => (i * seed + (i >> 3)) % 97));
    return isPacked ? packedPiece(bytes, 0) : plainPiece(bytes);
  };

  it('joins any pieces into one member, again and again over changed neighbours', async () => {
    const compressor = new PieceCompressor();
    const sizes = fc.array(fc.constantFrom(0, 1, 50, 5000, 70_000, 140_000), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(fc.nat(8)), fc.array(fc.nat(7)), async (list, breaks, changed) => {
        const pieces = list.map((size, index) => piece(size, index + 1, (size + index) % 3 === 0));
        for (const index of [-1, ...changed]) {
          if (index in pieces) pieces[index] = piece(33, index + 40);
          const packed = Buffer.concat(await compressor.gzip(pieces, new Set(breaks)));
          expect(gunzipSingleMember(packed).equals(Buffer.concat(pieces.map(({ bytes }) => bytes)))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('compresses again only what changed', async () => {
    const compressor = new PieceCompressor();
    const large = piece(200_000, 3);
    const first = await compressor.gzip([piece(10, 1), large, piece(10, 2)], new Set());
    const second = await compressor.gzip([piece(10, 4), large, piece(10, 5)], new Set());
    expect(second[2]).toBe(first[2]);
    expect(second[1]).not.toBe(first[1]);
  });
});
