import { Worker } from 'node:worker_threads';
import { z } from 'zod';

/** Compares a password with a bcrypt hash. */
export type ComparePassword = (password: string, hash: string) => Promise<boolean>;

const answer = z.object({ id: z.number(), matches: z.boolean() });

interface Waiting {
  readonly resolve: (matches: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Compares passwords in a thread of its own, which starts with the first comparison and keeps no process alive. */
export class PasswordThread {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  /** Rejects when the thread fails. */
  compare(password: string, hash: string): Promise<boolean> {
    const worker = this.worker ?? this.start();
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window: it has no origin
      worker.postMessage({ id, password, hash });
    });
  }

  /** Ends the thread; comparisons under way reject. */
  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    // The same file under another ending once it is built.
    const file = import.meta.url.endsWith('.ts') ? './password-worker.ts' : './password-worker.js';
    const worker = new Worker(new URL(file, import.meta.url));
    worker.unref();
    worker.on('message', (message: unknown) => {
      const { id, matches } = answer.parse(message);
      this.waiting.get(id)?.resolve(matches);
      this.waiting.delete(id);
    });
    worker.on('error', () => this.fail());
    worker.on('exit', () => this.fail());
    this.worker = worker;
    return worker;
  }

  private fail(): void {
    this.worker = null;
    for (const { reject } of this.waiting.values()) reject(new Error('passwords cannot be compared: the thread ended'));
    this.waiting.clear();
  }
}
