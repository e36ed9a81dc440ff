import { setImmediate } from 'node:timers/promises';

/** Work runs this long, in milliseconds, before signals, timers and keys get their turn. */
const LONGEST_TURN = 20;

/**
 * Gives the event loop its turn between pieces of long work, so that an interrupt is noticed and a progress line is
 * drawn. Awaiting a promise alone does not: settled promises go first.
 *
 * @param signal aborting it ends the work
 * @returns a function to be awaited as often as one likes; it throws `AbortError` once the signal is aborted
 */
export function eventLoopTurns(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last >= LONGEST_TURN) {
      await setImmediate();
      last = performance.now();
    }
    signal?.throwIfAborted();
  };
}
