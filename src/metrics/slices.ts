// Taken when the module loads, so that a test's fake time does not stop work half-way.
const { setImmediate: afterThisTurn } = globalThis;

/**
 * Runs work that yields now and then: without a pause while it fits in one slice, and otherwise with a turn of the event loop
 * after every slice of `sliceMs`. Work that fits is done when this returns.
 * @throws (rejects) what the work throws.
 */
export const runInSlices = async <T>(work: Generator<void, T>, sliceMs: number): Promise<T> => {
  let end = performance.now() + sliceMs;
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (performance.now() < end) continue;
    await new Promise<void>((resolve) => afterThisTurn(resolve));
    end = performance.now() + sliceMs;
  }
};
