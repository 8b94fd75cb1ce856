import { gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileAnswers } from './answers.ts';
import { collectOnce, type HostileTower, startHostileTower } from './tower.ts';

let tower: HostileTower;

beforeAll(async () => {
  tower = await startHostileTower();
});

afterAll(async () => {
  await tower[Symbol.asyncDispose]();
});

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];
const ownNames = (): string => JSON.stringify(prototypes.map((prototype) => Reflect.ownKeys(prototype).map(String)));

describe('whatever a tower answers', () => {
  it('nothing breaks: both forms of the page are well-formed, nothing is polluted', async () => {
    const before = ownNames();
    let series = 0;
    let payloads = 0;
    await fc.assert(
      fc.asyncProperty(hostileAnswers, async (answers) => {
        tower.answers = answers;
        const outcome = await collectOnce(tower.url);
        const text = outcome.text();
        series += text.samples.length;
        payloads += outcome.payloads.length;
        expect(outcome.openMetrics().samples.length).toBe(text.samples.length);
        for (const { value } of text.samples) expect(Number.isNaN(value)).toBe(false);
        for (const payload of outcome.payloads) expect(payload.isWellFormed()).toBe(true);
        expect(ownNames()).toBe(before);
        expect(Reflect.get({}, 'polluted')).toBeUndefined();
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 120) },
    );
    // Answers that are all refused would try nothing but the refusal.
    expect(series).toBeGreaterThan(10_000);
    expect(payloads).toBeGreaterThan(10);
  }, 120_000);

  it.each([
    ['arrays', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['arrays without an end', '['.repeat(1_000_000)],
    ['objects', `[{"id":"c1","name":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}]`],
    ['objects in an unknown key', `[{"id":"c1","zzz":${'{"a":['.repeat(100_000)}1${']}'.repeat(100_000)}}]`],
  ])('%s nested without measure end in an error or a row, not in a crash', async (_what, answer) => {
    tower.answers = new Map([['get-clusters', answer]]);
    const { text, errors } = await collectOnce(tower.url);
    const rows = text().find('cloudtower_cluster_info').length;
    expect([rows, errors.has('clusters')]).toEqual(rows === 1 ? [1, false] : [0, true]);
  });

  it('a name of a megabyte comes out whole and well-formed', async () => {
    const name = `"\\\n${'上"'.repeat(350_000)}`;
    tower.answers = new Map([['get-clusters', JSON.stringify([{ id: 'c1', name, connect_state: 'CONNECTED' }])]]);
    const { raw, errors } = await collectOnce(tower.url);
    expect(errors.has('clusters')).toBe(false);
    const written = `"\\"\\\\\\n${'上\\"'.repeat(350_000)}"`;
    // The strict reader takes minutes for a page of this size: one line says it.
    expect(raw.includes(`cloudtower_cluster_abnormal{tower="t",cluster_id="c1",cluster_name=${written}} 0\n`)).toBe(
      true,
    );
  });

  const million = 1_000_000;
  const cap = 2 ** 20;

  it('a million rows are given up at the limit of an answer, and the rest is never taken', async () => {
    let written = 0;
    const endless = (response: ServerResponse): void => {
      let row = 0;
      const rows = Buffer.from(
        Array.from({ length: 500 }, () => '{"id":"c1","name":"cluster","version":"6.2.0"},').join(''),
      );
      const more = (): void => {
        while (row < million && !response.destroyed) {
          row += 500;
          written += rows.length;
          if (!response.write(rows)) {
            response.once('drain', more);
            return;
          }
        }
        response.end('{}]');
      };
      response.write('[');
      more();
    };
    tower.answers = new Map([['get-clusters', endless]]);
    const { errors } = await collectOnce(tower.url, cap);
    expect(errors.get('clusters')).toMatch(/byte|large/i);
    // What lies in the sockets' buffers comes on top of the limit; each of the few tries takes that much.
    expect(written).toBeLessThan(30 * cap);
    expect(written).toBeGreaterThan(0);
  });

  it('a million rows that come compressed are given up at the limit too', async () => {
    const text = `[${'{"id":"c1","name":"cluster"},'.repeat(million)}{}]`;
    const packed = gzipSync(text);
    expect(packed.length).toBeLessThan(cap);
    tower.answers = new Map([
      [
        'get-clusters',
        (response) => {
          response.setHeader('content-encoding', 'gzip');
          response.end(packed);
        },
      ],
    ]);
    const { errors } = await collectOnce(tower.url, cap);
    expect(errors.get('clusters')).toMatch(/byte|large/i);
  });
});
