import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The real program in a process of its own, with nothing of the test's environment but the search path. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  private readonly exited: Promise<unknown[]>;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}, script = entry) {
    this.child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = once(this.child, 'close');
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  /** Waits until the output matches; answers with the first group. */
  async output(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.stdout + this.stderr);
      if (match !== null) return match[1] ?? match[0];
      if (this.child.exitCode !== null) throw new Error(`it ended before ${pattern}: ${this.stdout}${this.stderr}`);
      await pause();
    }
  }

  /** The exit code; null when a signal killed it. */
  async exit(): Promise<number | null> {
    await this.exited;
    return this.child.exitCode;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.exit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

/** Runs the program to its end. */
export const runProgram = async (
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> => {
  await using program = new Program(args, environment);
  const code = await program.exit();
  return { code, stdout: program.stdout, stderr: program.stderr };
};

export const pause = (ms = 20): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Waits until the probe answers true; the test's own time limit ends the waiting. */
export const until = async (probe: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await probe())) await pause();
};

/** The body of a page and its status. */
export const get = async (
  url: string,
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly body: string }> => {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text() };
};
