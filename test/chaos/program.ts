import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const entry = fileURLToPath(new URL('child.ts', import.meta.url));

/** What a process holds on to. */
export interface Holding {
  readonly heapUsed: number;
  /** Kinds of handles and requests that keep a loop busy, sockets and timers among them. */
  readonly resources: readonly string[];
  /** Open file descriptors, what each is; empty where they cannot be seen. */
  readonly descriptors: readonly string[];
}

const measured = z.object({ heapUsed: z.number(), resources: z.array(z.string()) });

/** The program under chaos: it may be killed, ended and started again on the same port. Whatever else ends it is a finding. */
export class Victim {
  private readonly args: readonly string[];
  private child: ChildProcess | null = null;
  private expected = false;
  /** Whether it has said that it is at work: until then it cannot know of any signal. */
  private started = false;
  /** What must not have happened. */
  readonly findings: string[] = [];
  /** The last lines of its log. */
  log = '';
  restarts = 0;

  constructor(args: readonly string[]) {
    this.args = args;
  }

  get isRunning(): boolean {
    return this.child !== null;
  }

  start(): void {
    this.expected = false;
    this.started = false;
    const child = fork(entry, this.args, {
      execArgv: ['--expose-gc'],
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) {
        if (/"level":"?(?:fatal|60)|unhandled|MaxListenersExceeded/i.test(line))
          this.findings.push(`it logged: ${line}`);
      }
      if (text.includes('"msg":"started"')) this.started = true;
      this.log = (this.log + text).slice(-20_000);
    });
    child.once('exit', (code, signal) => {
      if (!this.expected) this.findings.push(`it ended by itself: ${String(code ?? signal)}\n${this.log.slice(-3000)}`);
      this.child = null;
    });
  }

  signal(signal: NodeJS.Signals): void {
    if (this.started) this.child?.kill(signal);
  }

  /** Ends it with a signal, waits until it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === null) return;
    this.expected = true;
    const wasStarted = this.started;
    const gone = once(child, 'exit');
    child.kill(signal);
    // One that is stopped would not hear of it.
    child.kill('SIGCONT');
    const [code] = await gone;
    if (signal === 'SIGTERM' && code !== 0 && wasStarted)
      this.findings.push(`SIGTERM ended it with ${String(code)}\n${this.log.slice(-3000)}`);
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.end(signal);
    this.restarts += 1;
    this.start();
  }

  /** Sets its clock so many milliseconds beside the machine's. */
  setClock(offset: number): void {
    this.child?.send({ clock: offset }, () => {});
  }

  async measure(): Promise<Holding> {
    const { child } = this;
    if (child === null) return { heapUsed: 0, resources: [], descriptors: [] };
    const answer = once(child, 'message');
    child.send({ measure: true });
    const [message] = await answer;
    return { ...measured.parse(message), descriptors: listDescriptors(child.pid ?? 0) };
  }
}

const listDescriptors = (pid: number): string[] => {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`).replace(/\d{4,}/, '…'));
  } catch {
    return [];
  }
};
