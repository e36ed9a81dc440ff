import { descendFactor } from '../../theory/descent.js';
import { InvalidInputError, requireInput } from '../../theory/invalid-input.js';
import type { Backend } from '../backends/backend.js';
import type { EngineName, Plan, RunRequest } from '../scenario/scenario.js';
import { UNIT_ROUNDOFF } from './pretraining.js';
import { outOfFloat32 } from './training-plan.js';

/** A stage of training of modes that stay apart: what each is drawn to, how fast, and for how many steps. */
export interface ModeStage {
  /** Singular value that each mode is drawn to. */
  readonly sigmas: Float64Array;
  /** Learning rate of each mode: that of the stage times what its data show of the mode. */
  readonly rates: Float64Array;
  readonly steps: number;
}

/** Steps of one call of a backend, so that an interrupt is answered. */
const STEPS_PER_CALL = 4096;

/**
 * The factors of all modes after a stage, on a backend: every mode is a network of its own, since its rate is.
 *
 * @param factors factor `√s` of each mode before; left as they are
 */
export async function advanceModes(
  backend: Backend,
  factors: Float64Array,
  { sigmas, rates, steps }: ModeStage,
): Promise<Float64Array> {
  let current = factors;
  const common = { count: factors.length, modes: 1, sigmas, rateScale: rates };
  for (let taken = 0; taken < steps; taken += STEPS_PER_CALL) {
    const now = Math.min(STEPS_PER_CALL, steps - taken);
    current = await backend.descendModes({ ...common, factors: current }, new Array<number>(now).fill(1));
  }
  return current;
}

/** The same by the exact recurrence in float64 (T0-descent). */
export function exactModes(factors: Float64Array, { sigmas, rates, steps }: ModeStage): Float64Array {
  return factors.map((start, mode) => {
    let factor = start;
    for (let step = 0; step < steps; step++) {
      const next = descendFactor(factor, sigmas[mode]!, rates[mode]!);
      if (next === factor) break;
      factor = next;
    }
    return factor;
  });
}

/** Roundings of one step relative to the factor: square, difference, three products and the last difference, with room. */
const ROUNDINGS_PER_STEP = 8;

/**
 * Bound on what rounding adds to a singular value, relative to the value, after so many steps in all.
 *
 * The step `D - 2ηD(D² - σ)` is computed within `8u` of D where `2ηmax(σ, D²) ≤ 1/4`. A relative error of s neither grows nor
 * changes sign on its way: under gradient flow it is multiplied by `(σ - s(t))/(σ - s(0))`, which is at most 1, and one
 * step at such a rate keeps that. So the errors of the steps add at most, and twice as much in `s = D²`.
 *
 * @param unitRoundoff of the arithmetic
 * @param steps in all stages together
 */
function stageRounding(unitRoundoff: number, steps: number): number {
  return 2 * ROUNDINGS_PER_STEP * unitRoundoff * (steps + 1);
}

/** How stages of modes are computed. */
export interface StagesPlan extends Plan {
  /** Bound on the relative rounding of a singular value at the end, on a backend; 0 for closed forms. */
  rounding(backend: Backend | undefined): number;
}

/** Rounding beyond this share of a singular value would be visible in a figure, so `auto` then computes in float64. */
const VISIBLE_ROUNDING = 0.01;

/**
 * Chooses the engine of stages of modes, and what they need of a backend.
 *
 * @param demands the largest singular value of any task, the smallest factor above zero, and the steps of all stages together
 * @param engines those of the scenario, the one that `auto` takes first
 */
export function planStages(
  { largest, smallest, steps }: Readonly<Record<'largest' | 'smallest' | 'steps', number>>,
  engines: readonly EngineName[],
  request: RunRequest,
): StagesPlan {
  const engine = request.engine === 'auto' ? engines[0]! : request.engine;
  if (engine === 'exact') return { engine, rounding: () => 0 };
  const share = stageRounding(UNIT_ROUNDOFF.f32, steps);
  const float64Reason =
    outOfFloat32(largest, smallest, 'initial factors') ??
    (share > VISIBLE_ROUNDING
      ? `rounding of ${steps} steps in float32 could be ${Number((100 * share).toPrecision(2))} % of a singular value`
      : undefined);
  return {
    engine,
    backend: { float64Reason },
    rounding: (backend) => stageRounding(UNIT_ROUNDOFF[backend!.precision], steps),
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

const MOST_STEPS = 1e6;

/** Refuses pre-training of which the steps would never end: a list of their rates alone would fill the memory. */
export function requireFewSteps(option: string, time: number, rate: number): void {
  requireInput(time / rate <= MOST_STEPS, option, time, `a time of at most ${MOST_STEPS} steps of pretrainingRate`);
}
