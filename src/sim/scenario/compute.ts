import { InvalidInputError } from '../../theory/invalid-input.js';
import type { Backend } from '../backends/backend.js';
import type { EngineName } from '../training/engine-name.js';
import type { Compute, RunContext } from './scenario.js';

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
