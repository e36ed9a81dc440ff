import { describe, expect, it } from 'vitest';
import { eventLoopTurns } from '../../../src/sim/scenario/event-loop.js';

/** Keeps the processor busy, as a long computation does. */
function compute(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('turns of the event loop', () => {
  it('lets a timer that is due fire between pieces of long work', async () => {
    const turn = eventLoopTurns(undefined);
    let fired = false;
    setTimeout(() => {
      fired = true;
    }, 1);
    for (let piece = 0; piece < 10 && !fired; piece++) {
      compute(25);
      await turn();
    }
    expect(fired).toBe(true);
  });

  it('ends the work once its signal is aborted', async () => {
    const controller = new AbortController();
    const turn = eventLoopTurns(controller.signal);
    await turn();
    controller.abort();
    await expect(turn()).rejects.toMatchObject({ name: 'AbortError' });
  });
});
