import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { z } from 'zod';

export interface WorkerOptions {
  readonly args?: readonly string[];
  /** A module to load before the script. */
  readonly preload?: string;
  /** What the process says is thrown away unless it fails. */
  readonly quiet?: boolean;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options for Node.js itself. */
  readonly execArgv?: readonly string[];
}

/** A script in a process of its own that is asked one question at a time. */
export class Worker implements AsyncDisposable {
  readonly child: ChildProcess;
  private said = '';

  constructor(script: string, { args = [], preload, quiet = false, execArgv = [], env = {} }: WorkerOptions = {}) {
    this.child = fork(script, [...args], {
      env: { ...process.env, ...env },
      execArgv: [...execArgv, ...(preload === undefined ? [] : ['--import', preload])],
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said = (this.said + text).slice(-20_000);
      });
    }
  }

  /** The end of what a quiet process has said. */
  get output(): string {
    return this.said;
  }

  /** The next thing the process says to us. @throws (rejects) when it ends instead, or says something else */
  async next<T>(schema: z.ZodType<T>): Promise<T> {
    const ended = new AbortController();
    try {
      const message: unknown = await Promise.race([
        once(this.child, 'message', { signal: ended.signal }).then(([first]) => first),
        once(this.child, 'exit', { signal: ended.signal }).then(([code]) => {
          throw new Error(`a process of the benchmark ended (${code}): ${this.said}`);
        }),
      ]);
      return schema.parse(message);
    } finally {
      ended.abort();
    }
  }

  /** Asks and waits for the answer. */
  ask<T>(question: object | string, schema: z.ZodType<T>): Promise<T> {
    const answer = this.next(schema);
    this.child.send(question);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

/** In the process itself: answers every question in turn, after the greeting. Ends with its parent. */
export const answer = <Q>(schema: z.ZodType<Q>, reply: (question: Q) => Promise<object>): void => {
  process.on('message', (message) => {
    void reply(schema.parse(message)).then((result) => process.send?.(result));
  });
  process.once('disconnect', () => process.exit());
};
