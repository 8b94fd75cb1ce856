/** The part of the WebAssembly interface that is used: Node.js has it, its types leave it to a browser's. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    private constructor();
    /** Adds so many pages of 64 KiB; `buffer` is another one then. */
    grow(pages: number): number;
  }
  /** Compiled code. */
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  const Module: new (bytes: Uint8Array) => Module;
  class Global {
    readonly value: unknown;
    private constructor();
  }
  class Instance {
    constructor(module: Module);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
