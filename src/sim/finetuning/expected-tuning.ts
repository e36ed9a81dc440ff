import { effectiveSpeed, effectiveValue } from '../../theory/finetuning.js';
import type { Problem } from '../../theory/problem.js';
import { type ExpectedCheckpoint, expectTraining, type RoundingModel } from '../training/recurrence.js';
import { roundingOfSquare } from '../training/training-plan.js';
import { expectPlanes } from './planes.js';
import { type LossRounding, lossRounding } from './prediction.js';
import type { StartingPoint } from './prepare.js';
import { type FineTuningStudy, sharedValues, type Tuning } from './tuning.js';

/** What a network must give in exact arithmetic, and how far floating point may take it from there. */
export interface ExpectedTuning extends LossRounding {
  readonly lossPre: number;
  readonly lossFt: number;
  readonly forgetting: number;
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
  const expected =
    values === undefined ? expectPlanes(study, start, tuning, model) : expectModes(study, start, tuning, values, model);
  if (start.beside === 0) return expected;
  const missed = (loss: number) => start.beside * (2 * Math.sqrt(loss) + start.beside);
  return {
    ...expected,
    lossPreRounding: expected.lossPreRounding + missed(expected.lossPre),
    lossFtRounding: expected.lossFtRounding + missed(expected.lossFt),
  };
}

function expectModes(
  { problem, steps, anchor }: FineTuningStudy,
  start: StartingPoint,
  { rate, pull }: Tuning,
  values: readonly number[],
  model: RoundingModel,
): ExpectedTuning {
  // Modes beyond the hidden width stay at zero, but in full matrices rounding can lead a network into them.
  const present = model.kind === 'matrix' ? problem.spectrum.length : problem.modes.length;
  const modes = problem.spectrum.slice(0, present).map((sigma, mode) => {
    const before = (start.factors[mode] ?? 0) ** 2;
    const anchored = anchor === 'checkpoint' ? before : sigma;
    return { sigma: effectiveValue(values[mode]!, anchored, pull), start: before };
  });
  const pace = rate * effectiveSpeed(pull);
  const segments = steps === 0 ? [] : [{ rate: pace, steps }];
  const plan = { recordings: [{ time: start.time, segments, snapshotRate: 0 }], totalSteps: steps, largestRate: pace };
  // Fine-tuning is training on the effective task; the recurrence reads no more of a problem than this.
  const effective: Problem = {
    ...problem,
    modes,
    spectrum: modes.map(({ sigma }) => sigma).sort((a, b) => b - a),
    unlearnable: [],
  };
  const { checkpoints, divergedAt } = expectTraining(effective, plan, model);
  return { ...lossesOf(problem, values, start, checkpoints[0]!, model), divergedAt };
}

/** What a mode beyond the hidden width takes from another one, as a multiple of its own size; second order, with room. */
const TAKEN = 10;

function lossesOf(
  problem: Problem,
  values: readonly number[],
  start: StartingPoint,
  { factors, rounding: factorRounding }: ExpectedCheckpoint,
  model: RoundingModel,
) {
  let lossPre = 0;
  let lossFt = 0;
  let forgetting = 0;
  const after = factors.map((factor) => factor * factor);
  const learnable = problem.modes.length;
  const rounding = ofSquares(factors, factorRounding, learnable);
  const parts = problem.spectrum.map((sigma, mode) => {
    const value = after[mode] ?? 0;
    const before = (start.factors[mode] ?? 0) ** 2;
    const [fromPretraining, fromTask] = [Math.abs(value - sigma), Math.abs(value - values[mode]!)];
    lossPre += fromPretraining ** 2;
    lossFt += fromTask ** 2;
    forgetting += (value - before) * (value - sigma - (start.gaps[mode] ?? sigma));
    return { bound: rounding[mode] ?? 0, fromPretraining, fromTask };
  });
  // Rounding also fills the entries beside the diagonal.
  const beside = model.kind === 'matrix' ? problem.rows * problem.cols : 0;
  return {
    lossPre,
    lossFt,
    forgetting,
    ...lossRounding(parts, beside),
    modes: { values: after.slice(0, learnable), rounding: rounding.slice(0, learnable) },
  };
}

/**
 * Errors of the singular values from those of the factors.
 *
 * @param learnable modes within the hidden width; one beyond it, where rounding leads a network into it, takes hidden units from the
 *   others in second order
 */
function ofSquares(factors: Float64Array, errors: Float64Array, learnable: number): Float64Array {
  const squares = errors.map((error, mode) => {
    // A factor that lands on 0 has no relative error.
    const absolute = roundingOfSquare(factors[mode]!, error);
    return Number.isNaN(absolute) ? Infinity : absolute;
  });
  const taken = squares.slice(learnable).reduce((sum, error) => sum + error, 0);
  for (let mode = 0; mode < learnable; mode++) squares[mode]! += TAKEN * taken;
  return squares;
}
