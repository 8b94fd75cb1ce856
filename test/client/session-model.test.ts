import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/client/answer.ts';
import type { Attempt, Outcome } from '../../src/client/attempt.ts';
import { createCall } from '../../src/client/call.ts';
import { TowerError } from '../../src/client/errors.ts';
import { createFail } from '../../src/client/failure.ts';
import { createLoginSession } from '../../src/client/login-session.ts';
import { silentClientLogger, silentObserver } from '../../src/client/observer.ts';
import { createRedactor } from '../../src/client/redact.ts';
import { configOf, instantClock } from './support.ts';

const operations = ['get-vms', 'get-hosts', 'get-licenses'] as const;
type Name = (typeof operations)[number];

interface Login {
  readonly at: number;
  readonly accepted: boolean;
}

/** A tower without a wire: tokens, a password, permissions, outages. */
const modelTower = () => {
  const clock = instantClock();
  const state = { valid: 0, issued: 0, passwordRight: true, down: false, refusal: 401, forbidden: new Set<Name>() };
  const logins: Login[] = [];
  let inLogin = 0;
  let mostInLogin = 0;

  const outcome = <T>(verdict: Verdict<T>, status: number | null): Outcome<T> => ({
    verdict,
    status,
    requestId: null,
    retryAfter: null,
  });
  const decided = <T>(decoded: { readonly data: T } | { readonly wrong: string }): Outcome<T> => {
    if ('wrong' in decoded) throw new Error(decoded.wrong);
    return outcome<T>({ kind: 'data', data: decoded.data }, 200);
  };
  const refused = <T>(status: number): Outcome<T> =>
    outcome<T>({ kind: 'refused', refusal: status === 403 ? 'permission' : 'identity', message: `${status}` }, status);

  const attempt: Attempt = async (operation, _body, token, decode) => {
    await Promise.resolve();
    if (state.down) return outcome({ kind: 'failed', code: 'network', message: 'down', retry: true }, null);
    if (operation === 'login') {
      inLogin += 1;
      mostInLogin = Math.max(mostInLogin, inLogin);
      await Promise.resolve();
      inLogin -= 1;
      logins.push({ at: clock.monotonic(), accepted: state.passwordRight });
      if (!state.passwordRight) return refused(401);
      state.issued += 1;
      state.valid = state.issued;
      return decided(decode.fromJson({ data: { token: `t${state.issued}` } }));
    }
    if (token !== `t${state.valid}`) return refused(state.refusal);
    return operations.some((name) => name === operation && state.forbidden.has(name))
      ? refused(403)
      : decided(decode.fromJson(null));
  };

  const config = configOf('http://tower.test');
  const fail = createFail(config);
  const redactor = createRedactor();
  const parts = { config, clock, attempt, redactor, fail, observer: silentObserver, logger: silentClientLogger };
  const random = () => 0;
  const session = createLoginSession({ ...parts, random }, new AbortController().signal);
  const call = createCall({ attempt, session, clock, random, fail });
  const read = (name: Name) => call(name, {}, { fromJson: () => ({ data: true }) }, new AbortController().signal);
  return { clock, state, logins, read, mostInLogin: () => mostInLogin };
};

const name = fc.constantFrom(...operations);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('read' as const), names: fc.array(name, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const), status: fc.constantFrom(401, 403) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('password' as const), right: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('permission' as const), name, granted: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('network' as const), down: fc.boolean() }) },
);

describe('a session through anything that a tower does to it', () => {
  it('logs in once at a time, pauses after each refusal, recovers by itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, state, logins, read, mostInLogin } = modelTower();
        const settle = async (names: readonly Name[]): Promise<string[]> =>
          (await Promise.allSettled(names.map(read))).map((result) => {
            if (result.status === 'fulfilled') return 'data';
            if (result.reason instanceof TowerError) return result.reason.code;
            throw result.reason;
          });
        for (const step of steps) {
          if (step.kind === 'wait') clock.advance(step.ms);
          else if (step.kind === 'password') state.passwordRight = step.right;
          else if (step.kind === 'network') state.down = step.down;
          else if (step.kind === 'permission') {
            if (step.granted) state.forbidden.delete(step.name);
            else state.forbidden.add(step.name);
          } else if (step.kind === 'expire') {
            state.valid = -1;
            state.refusal = step.status;
          } else {
            const before = logins.length;
            await settle(step.names);
            // However many ask at once: at most one login, and one more when that token is refused at once.
            expect(logins.length - before).toBeLessThanOrEqual(2);
          }
        }
        expect(mostInLogin()).toBeLessThanOrEqual(1);
        const refusals = logins.filter(({ accepted }) => !accepted);
        for (const [index, { at }] of refusals.entries()) {
          const next = refusals[index + 1];
          if (next !== undefined) expect(next.at - at).toBeGreaterThanOrEqual(30_000);
        }
        state.passwordRight = true;
        state.down = false;
        state.forbidden.clear();
        clock.advance(600_000);
        expect(await settle(operations)).toEqual(['data', 'data', 'data']);
      }),
      { numRuns: 500 },
    );
  });

  it('costs a tower that forbids everything one login a minute', async () => {
    const { clock, state, logins, read } = modelTower();
    for (const operation of operations) state.forbidden.add(operation);
    for (let second = 0; second < 3600; second += 10) {
      for (const operation of operations) await read(operation).catch(() => null);
      clock.advance(10_000);
    }
    expect(logins.length).toBeLessThanOrEqual(62);
  });
});
