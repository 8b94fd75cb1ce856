import { expect, it } from 'vitest';
import { AlertmanagerApi } from '../../../src/bridge/receivers/alertmanager-api.ts';
import type { Clock } from '../../../src/clock.ts';
import type { HttpClient } from '../../../src/http/http-client.ts';

it('a clock that is set is known at once, not only after the next answer', async () => {
  const at = { wall: Date.parse('2026-01-01T00:00:00Z'), monotonic: 5000 };
  const clock: Clock = { now: () => at.wall, monotonic: () => at.monotonic, sleep: () => Promise.resolve() };
  const theirs = { wall: at.wall };
  const http: HttpClient = {
    send: () =>
      Promise.resolve({
        status: 200,
        headers: { date: new Date(theirs.wall).toUTCString() },
        body: Buffer.from(''),
        truncated: false,
      }),
    close: () => Promise.resolve(),
  };
  const api = new AlertmanagerApi('http://127.0.0.1:9093', http, clock);
  const pass = (ms: number): void => {
    at.wall += ms;
    at.monotonic += ms;
    theirs.wall += ms;
  };
  expect(api.skew).toBe(0);
  await api.post('[]', new AbortController().signal);
  pass(60_000);
  expect(api.skew).toBe(0);
  at.wall -= 600_000;
  expect(api.skew).toBe(600_000);
  pass(60_000);
  at.wall += 86_400_000;
  expect(api.skew).toBe(600_000 - 86_400_000);
  at.wall += 600_000 - 86_400_000;
  expect(api.skew).toBe(0);
});
