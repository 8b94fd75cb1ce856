import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { inlineSecret } from '../../src/config/secret.ts';
import {
  createFailureLog,
  createLogger,
  describeError,
  type LogFormat,
  type Logger,
  type LogLevel,
} from '../../src/log.ts';

let lines: string[];

beforeEach(() => {
  lines = [];
});

const logger = (format: LogFormat = 'json', level: LogLevel = 'debug', colour = false): Logger =>
  createLogger({ format, level, colour, stream: { write: (line) => lines.push(line) } });

const events = (): unknown[] => lines.map((line): unknown => JSON.parse(line));

/** An error as HTTP libraries throw them: with credentials in places where printers look. */
const talkative = (): Error =>
  Object.assign(new Error('it broke', { cause: { headers: { authorization: 'MARKED' } } }), {
    code: 'network',
    headers: { authorization: 'MARKED' },
    body: 'MARKED',
    options: { password: 'MARKED' },
  });

describe.each<[LogFormat, boolean]>([
  ['json', false],
  ['logfmt', false],
  ['logfmt', true],
])('a log as %s (colour: %s)', (format, colour) => {
  it('shows no secret and no inside of an error, wherever they stand', () => {
    const log = logger(format, 'debug', colour);
    const secrets = {
      password: 'MARKED',
      api_key: 'MARKED',
      token: 'MARKED',
      Authorization: 'MARKED',
      hmac_secret: 'MARKED',
    };
    log.info({ ...secrets, err: talkative(), error: talkative(), held: inlineSecret('MARKED') }, 'flat');
    log.info({ a: { b: [{ ...secrets, err: talkative(), held: inlineSecret('MARKED') }] } }, 'deep');
    log.child({ ...secrets, held: inlineSecret('MARKED'), err: talkative() }).warn({}, 'child');
    log.error(talkative(), 'an error itself');
    const fatal: Logger['fatal'] = log.fatal;
    fatal({ errors: [talkative()] }, 'unbound');
    expect(lines).toHaveLength(5);
    const text = lines.join('');
    expect(text).not.toContain('MARKED');
    expect(text.match(/it broke/g)?.length).toBeGreaterThanOrEqual(6);
    expect(text).toContain('network');
  });

  it('survives fields that contain themselves, and odd values', () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    logger(format, 'debug', colour).info({ ring, u: undefined, n: null, f: () => 1, nan: Number.NaN }, 'odd');
    expect(lines).toHaveLength(1);
  });
});

describe('a log', () => {
  it('writes JSON with a level in words and a time that people can read', () => {
    logger().info({ tower: '上海', seconds: 1.5 }, 'hello');
    expect(events()).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), tower: '上海', seconds: 1.5, msg: 'hello' },
    ]);
  });

  it('writes logfmt that a terminal cannot be steered by', () => {
    logger('logfmt').info({ name: 'a "b"\n\u001B[31m', plain: 'x', list: [1, 2], deep: { n: 1 } }, 'hello');
    expect(lines[0]).toMatch(
      /^time=\S+ level=info msg=hello name="a \\"b\\"\\n\\u\{1b\}\[31m" plain=x list="?\[1,2\]"? deep.n=1\n$/,
    );
    logger('logfmt', 'info', true).info({ name: 'x\u001B[2J' }, 'evil\u001B[2Jmessage');
    expect(lines[1]).not.toContain('\u001B[2J');
  });

  it('leaves out what is below its level', () => {
    const log = logger('json', 'warn');
    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    expect(events()).toMatchObject([{ msg: 'c' }]);
  });

  it('writes stacks at debug level only', () => {
    logger('json', 'debug').error({ err: talkative() }, 'a');
    logger('json', 'info').error({ err: talkative() }, 'b');
    expect(lines[0]).toContain('log.test.ts');
    expect(lines[1]).not.toContain('log.test.ts');
  });
});

describe('describeError', () => {
  it('takes the code, else the name, and nothing from what is no error', () => {
    expect(describeError(talkative())).toEqual({ code: 'network', message: 'it broke' });
    expect(describeError(new TypeError('x'))).toEqual({ code: 'TypeError', message: 'x' });
    expect(describeError('MARKED')).toEqual({ code: 'unknown', message: 'a string was thrown' });
    expect(describeError(Object.assign(new Error('x'), { code: 'status', status: 502, requestId: 'r' }))).toEqual({
      code: 'status',
      message: 'x',
      status: 502,
      request_id: 'r',
    });
  });
});

describe('a failure log', () => {
  const failure = (code: string, status?: number): Error => Object.assign(new Error(`${code}!`), { code, status });

  it('tells when something begins to fail, fails for another reason, and works again', () => {
    let now = 0;
    const clock: Clock = { now: () => 0, monotonic: () => now, sleep: () => Promise.resolve() };
    const log = createFailureLog({ logger: logger('json', 'info'), clock, subject: 'collector hosts' });
    log.succeeded();
    log.failed(failure('network'), { tower: 'a' });
    log.failed(failure('network'));
    log.failed(failure('status', 500));
    log.failed(failure('status', 500));
    log.failed(failure('status', 502));
    now = 90_000;
    log.succeeded({ tower: 'a' });
    log.succeeded();
    log.failed(failure('network'));
    expect(events()).toMatchObject([
      { level: 'warn', msg: 'collector hosts fails: network!', code: 'network', tower: 'a' },
      {
        level: 'warn',
        msg: 'collector hosts now fails for another reason: status!',
        code: 'status',
        status: 500,
        failures: 3,
      },
      { level: 'warn', status: 502, failures: 5 },
      { level: 'info', msg: 'collector hosts works again', failures: 5, failed_for_seconds: 90, tower: 'a' },
      { level: 'warn', msg: 'collector hosts fails: network!' },
    ]);
  });

  it('says the rest at debug level', () => {
    const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() };
    const log = createFailureLog({ logger: logger(), clock, subject: 'x' });
    log.failed(failure('a'));
    log.failed(failure('a'));
    expect(events()).toMatchObject([{ level: 'warn' }, { level: 'debug', msg: 'x still fails: a!', failures: 2 }]);
  });
});
