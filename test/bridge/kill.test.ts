import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { World } from './property/world.ts';

const kills = 50;
const directory = mkdtempSync(join(tmpdir(), 'bridge-kill-'));
const inboxFile = join(directory, 'inbox');
let child: ChildProcess | null = null;

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

interface Told {
  readonly seq: number;
  readonly kind: string;
  readonly alert: { readonly labels: { readonly alert_id: string; readonly severity: string } };
}

/** The upstream side, and what may rightly be resolved of each id. */
class Stream {
  readonly world = new World();
  readonly endings = new Map<string, number>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  tick(): void {
    const before = this.world.open();
    const random = this.#random;
    this.world.start(1 + Math.floor(random() * 3), 'CRITICAL', null);
    for (let times = random() * 3; times > 1; times -= 1) this.world.end(random(), '');
    if (random() < 0.3) this.world.reopen(random());
    if (random() < 0.3) this.world.change(random(), random() < 0.5 ? 'NOTICE' : 'CRITICAL');
    const after = this.world.open();
    for (const [id, severity] of before)
      if (after.get(id) !== severity) this.endings.set(id, (this.endings.get(id) ?? 0) + 1);
  }
}

/** A small generator of numbers in [0, 1), so that a seed repeats the upstream side. */
const generator = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
};

describe('a bridge that is killed at any moment', () => {
  it(`loses nothing and resolves nothing wrongly over ${kills} kills`, async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);
    const random = generator(seed);
    const stream = new Stream(random);
    let polls = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const lives = begin();
      child = lives;
      const after = 1 + Math.floor(random() * 12);
      const delay = random() * 6;
      await new Promise<void>((resolve) => {
        let seen = 0;
        lives.on('message', ({ held }: { held: readonly string[] }) => {
          stream.tick();
          polls += 1;
          lives.send(message(stream.world, held));
          seen += 1;
          // Somewhere in the work on a poll, or between two.
          if (seen === after) setTimeout(() => lives.kill('SIGKILL'), delay);
        });
        lives.once('exit', () => resolve());
      });
      expect(lives.signalCode).toBe('SIGKILL');
    }
    await settle(stream.world);
    const told = readFileSync(inboxFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Told => JSON.parse(line));
    const { lost, wrong, repeated, first } = judge(told, stream);
    console.info(
      `${kills} kills (KILL_SEED=${seed}): ${polls} polls, ${first} transitions, ${lost} lost, ${wrong} falsely resolved, ${repeated} repeated`,
    );
    expect({ lost, wrong }).toEqual({ lost: 0, wrong: 0 });
    expect(first).toBeGreaterThan(kills);
  }, 180_000);
});

const begin = (): ChildProcess =>
  fork(join(import.meta.dirname, 'kill', 'child.ts'), [join(directory, 'state'), inboxFile], {
    serialization: 'advanced',
  });

const message = (world: World, held: readonly string[]) => {
  const { alerts, lookups } = world.poll(held, { kind: 'none' }, 0);
  return { kind: 'poll', alerts, lookups: [...lookups] };
};

/** Lets one life run in peace until everything is told. */
const settle = async (world: World): Promise<void> => {
  const lives = begin();
  child = lives;
  let polls = 0;
  lives.on('message', ({ held }: { held: readonly string[] }) => {
    polls += 1;
    lives.send(polls > 5 + held.length / 5 ? { kind: 'end' } : message(world, held));
  });
  await once(lives, 'exit');
};

/** Counts what a receiver may complain of. */
const judge = (told: readonly Told[], { world, endings }: Stream) => {
  const seen = new Set<number>();
  const firing = new Map<string, string>();
  const resolves = new Map<string, number>();
  let last = 0;
  let lost = 0;
  let wrong = 0;
  for (const { seq, kind, alert } of told) {
    if (seen.has(seq)) continue;
    // A gap, or one that comes after a later one.
    if (seq !== last + 1) lost += 1;
    last = seq;
    seen.add(seq);
    const { alert_id: id, severity } = alert.labels;
    if (kind === 'firing') firing.set(id, severity);
    else {
      firing.delete(id);
      resolves.set(id, (resolves.get(id) ?? 0) + 1);
      if ((resolves.get(id) ?? 0) > (endings.get(id) ?? 0)) wrong += 1;
    }
  }
  const names: Readonly<Record<string, string>> = { CRITICAL: 'critical', NOTICE: 'warning' };
  for (const [id, severity] of world.open()) if (firing.get(id) !== names[severity]) lost += 1;
  for (const id of firing.keys()) if (!world.open().has(id)) lost += 1;
  return { lost, wrong, repeated: told.length - seen.size, first: seen.size };
};
