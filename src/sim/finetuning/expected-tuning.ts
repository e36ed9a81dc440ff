import type { Problem } from '../../theory/problem.js';
import { effectiveSpeed, effectiveValue } from '../../theory/regularization.js';
import { unlearnableLoss } from '../../theory/trajectory.js';
import { roundingOfSquare } from '../engines/bias.js';
import { expectTraining, type RoundingModel } from '../engines/recurrence.js';
import { expectPlanes } from './expected-planes.js';
import type { StartingPoint } from './starting-point.js';
import { type FineTuningStudy, sharedValues, type Tuning } from './tuning.js';

/** What a network must give in exact arithmetic, and how far floating point may take it from there. */
export interface ExpectedTuning {
  readonly lossPre: number;
  readonly lossFt: number;
  readonly forgetting: number;
  /** Bound on the rounding of the pre-training loss, and of forgetting. */
  readonly lossPreRounding: number;
  readonly lossFtRounding: number;
  /** Singular values by mode and the bound on the rounding of each; absent where the vectors are turned. */
  readonly modes?: { readonly values: Float64Array; readonly rounding: Float64Array };
  /**
   * First step after which the loss had risen, at a rate beyond the stability limit `1/(2σ_1)` of the effective task (of the
   * network itself where it is above), or was not finite; undefined where fine-tuning is stable to its end.
   */
  readonly divergedAt: number | undefined;
}

/**
 * Runs one network through the exact recurrence in float64, with a bound on the rounding of an engine beside it.
 *
 * @param start the checkpoint
 * @param model how to bound the rounding
 */
export function expectTuning(
  study: FineTuningStudy,
  start: StartingPoint,
  tuning: Tuning,
  model: RoundingModel,
): ExpectedTuning {
  const values = sharedValues(tuning.task);
  return values === undefined
    ? expectPlanes(study, start, tuning, model)
    : expectModes(study, start, tuning, values, model);
}

function expectModes(
  { problem, steps, anchor }: FineTuningStudy,
  start: StartingPoint,
  { rate, pull }: Tuning,
  values: readonly number[],
  model: RoundingModel,
): ExpectedTuning {
  const goals = problem.modes.map(({ sigma }, mode) =>
    effectiveValue(values[mode]!, anchor === 'checkpoint' ? start.factors[mode]! ** 2 : sigma, pull),
  );
  const plan = {
    recordings: [
      { time: start.time, segments: segmentsOf(rate * effectiveSpeed(pull), steps), snapshotRate: 0 },
    ],
    totalSteps: steps,
    largestRate: rate * effectiveSpeed(pull),
  };
  const { checkpoints, divergedAt } = expectTraining(asProblem(problem, goals, start), plan, model);
  const { factors, rounding } = checkpoints[0]!;
  return { ...lossesOfModes(problem, values, start, factors, rounding, model), divergedAt };
}

function segmentsOf(rate: number, steps: number) {
  return steps === 0 ? [] : [{ rate, steps }];
}

/** Fine-tuning as training on the effective task: what the recurrence reads of a problem. */
function asProblem(problem: Problem, goals: readonly number[], { factors }: StartingPoint): Problem {
  return {
    ...problem,
    spectrum: [...goals].sort((a, b) => b - a),
    modes: goals.map((sigma, mode) => ({ sigma, start: factors[mode]! ** 2 })),
    unlearnable: [],
  };
}

function lossesOfModes(
  problem: Problem,
  values: readonly number[],
  start: StartingPoint,
  factors: Float64Array,
  factorRounding: Float64Array,
  model: RoundingModel,
) {
  let lossPre = unlearnableLoss(problem);
  let lossFt = values.slice(factors.length).reduce((sum, value) => sum + value ** 2, 0);
  let forgetting = 0;
  let lossPreRounding = 0;
  let lossFtRounding = 0;
  let largest = 0;
  const rounding = factorRounding.map((bound, mode) => roundingOfSquare(factors[mode]!, bound));
  const after = factors.map((factor) => factor * factor);
  problem.modes.forEach(({ sigma }, mode) => {
    const value = after[mode]!;
    const error = rounding[mode]!;
    lossPre += (value - sigma) ** 2;
    lossFt += (value - values[mode]!) ** 2;
    forgetting += (value - start.factors[mode]! ** 2) * (value - sigma - start.gaps[mode]!);
    lossPreRounding += error * (2 * Math.abs(value - sigma) + error);
    lossFtRounding += error * (2 * Math.abs(value - values[mode]!) + error);
    largest = Math.max(largest, error);
  });
  // Rounding also fills the entries beside the diagonal, which count squared.
  const beside = model.kind === 'matrix' ? problem.rows * problem.cols * largest ** 2 : 0;
  return {
    lossPre,
    lossFt,
    forgetting,
    lossPreRounding: lossPreRounding + beside,
    lossFtRounding: lossFtRounding + beside,
    modes: { values: after, rounding },
  };
}
