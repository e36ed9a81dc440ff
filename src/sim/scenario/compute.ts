import { setImmediate } from 'node:timers/promises';
import { InvalidInputError } from '../../theory/invalid-input.js';
import { stabilityLimit } from '../../theory/progressive.js';
import type { Backend } from '../backends/backend.js';
import type { EngineName } from '../training/engine-name.js';
import type { Compute, RunContext, RunEvent } from './scenario.js';

/** What every run tells first: what computes it, and what the user should know before the numbers come. */
export function* opening(
  compute: Compute,
  warnings: readonly string[] = [],
): Generator<RunEvent, void, undefined> {
  yield { kind: 'compute', compute };
  for (const text of warnings) yield { kind: 'warning', text };
}

/** The record of a run on a backend. */
export function computedOn(
  engine: EngineName,
  backend: Backend,
  context: RunContext,
  reason: string,
): Compute {
  return {
    engine,
    backend: backend.name,
    requested: context.backend,
    device: backend.device,
    precision: backend.precision,
    reason,
  };
}

/**
 * The record of a run that simulates nothing.
 *
 * @throws InvalidInputError when a backend was asked for
 */
export function closedForm(context: RunContext): Compute {
  if (context.backend !== 'auto') {
    throw new InvalidInputError(
      '--backend',
      context.backend,
      'auto with the exact engine, which is a closed form and runs on no backend',
    );
  }
  return {
    engine: 'exact',
    backend: 'host',
    requested: 'auto',
    device: 'closed form, 1 thread',
    precision: 'f64',
    reason: 'the exact engine needs no backend',
  };
}

/** What a user should know of a learning rate at which gradient descent on this spectrum is not stable; none for others. */
export function stabilityWarnings(rate: number, spectrum: readonly number[]): string[] {
  const limit = stabilityLimit(spectrum);
  if (rate <= limit) return [];
  return [
    `learningRate ${rate} is beyond the stability limit 1/(2 sigma_1) = ${limit.toPrecision(4)} of gradient descent`,
  ];
}

/** Work goes on this long, in milliseconds, before signals, timers and keys get their turn. */
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
