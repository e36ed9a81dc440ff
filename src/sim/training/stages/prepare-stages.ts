import { InvalidInputError } from '../../../theory/invalid-input.js';
import type { Backend } from '../../backends/backend.js';
import { interruptible } from '../../backends/interruptible-backend.js';
import { openBackend } from '../../backends/open-backend.js';
import { closedForm, computedOn } from '../../scenario/compute.js';
import type { Compute, RunContext } from '../../scenario/scenario.js';
import type { EngineName } from '../engine-name.js';
import { outOfFloat32 } from '../float32-range.js';
import { UNIT_ROUNDOFF } from '../pretraining.js';
import { stageRounding } from './mode-stage.js';

/** How stages of modes are computed; `backend` is absent for closed forms. */
export interface PreparedStages {
  readonly compute: Compute;
  readonly backend?: Backend;
  /** Bound on the relative rounding of a singular value at the end; 0 for closed forms. */
  readonly rounding: number;
}

/** What decides in which precision stages are computed. */
export interface StageDemands {
  /** Largest singular value of any task. */
  readonly largest: number;
  /** Smallest factor above zero. */
  readonly smallest: number;
  /** Steps of all stages together. */
  readonly steps: number;
}

/** Rounding beyond this share of a singular value would be visible in a figure, so `auto` then computes in float64. */
const VISIBLE_ROUNDING = 0.01;

/**
 * Chooses engine and backend of stages of modes and opens the backend; the caller disposes of it.
 *
 * @param engines those of the scenario, the one that `auto` takes first
 * @throws InvalidInputError when the engine or the backend cannot do it
 */
export async function prepareStages(
  { largest, smallest, steps }: StageDemands,
  engines: readonly EngineName[],
  context: RunContext,
): Promise<PreparedStages> {
  const engine = context.engine === 'auto' ? engines[0]! : context.engine;
  if (engine === 'exact') return { compute: closedForm(context), rounding: 0 };
  const share = stageRounding(UNIT_ROUNDOFF.f32, steps);
  const reason =
    outOfFloat32(largest, smallest, 'initial factors') ??
    (share > VISIBLE_ROUNDING
      ? `rounding of ${steps} steps in float32 could be ${Number((100 * share).toPrecision(2))} % of a singular value`
      : undefined);
  const opened = await openBackend(context.backend, reason);
  const backend = interruptible(opened.backend, context);
  return {
    compute: computedOn(engine, backend, context, opened.reason),
    backend,
    rounding: stageRounding(UNIT_ROUNDOFF[backend.precision], steps),
  };
}

/** Largest rate times singular value at which a step is a small one and its rounding is bounded. */
const SMALL_STEP = 1 / 8;

/**
 * Refuses a learning rate at which a mode would overshoot.
 *
 * @param option the parameter that is the rate
 * @param rate the learning rate, times the largest covariance
 * @param largest largest singular value of tasks and network
 * @throws InvalidInputError naming the largest rate
 */
export function requireSmallSteps(option: string, rate: number, largest: number): void {
  const limit = SMALL_STEP / largest;
  if (rate <= limit) return;
  throw new InvalidInputError(
    option,
    rate,
    `a rate up to 1/(8 sigma) = ${Number(limit.toPrecision(3))} for the largest singular value, ${largest}`,
  );
}
