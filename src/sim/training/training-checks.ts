import { learnedGapBound, type Mode, singularValue, unlearnedFactorBound, velocity } from '../../theory/mode.js';
import type { Problem } from '../../theory/problem.js';
import { type Check, judge, notApplicable } from '../scenario/scenario.js';
import type { Checkpoint } from './record-training.js';
import { type ExpectedTraining, VISIBLE_ROUNDING } from './recurrence.js';
import { biasAt, roundingOfSquare } from './training-plan.js';

/**
 * The worst of many comparisons: the one whose margin leaves the least once its tolerance is added. A margin that is not
 * a number is the worst there can be and is kept, so that no later comparison hides it.
 */
export class SmallestSlack {
  /** How many comparisons were made. */
  comparisons = 0;
  /** How many were not, since rounding could hide too much. */
  leftOut = 0;
  margin = Infinity;
  tolerance = 0;

  /**
   * Whether this comparison is the worst so far.
   *
   * @param rounding bound on rounding, as a share of what is compared: where it would show, agreement proves nothing, and the
   *   comparison is left out
   */
  add(margin: number, tolerance: number, rounding = 0): boolean {
    if (rounding > VISIBLE_ROUNDING) {
      this.leftOut++;
      return false;
    }
    this.comparisons++;
    if (Number.isNaN(this.margin) || margin + tolerance >= this.margin + this.tolerance) return false;
    this.margin = margin;
    this.tolerance = tolerance;
    return true;
  }

  /** The verdict on what was compared: `empty` says why the claim does not apply where there was nothing to compare. */
  verdict(claim: string, reason: string, empty = 'there is nothing to compare'): Check {
    const { comparisons, leftOut, margin, tolerance } = this;
    const text = `rounding may move ${leftOut} of ${comparisons + leftOut} comparisons by more than ${100 * VISIBLE_ROUNDING} %; a float64 backend (simd64, reference) or the engine modes rounds less`;
    if (comparisons === 0) return notApplicable(claim, leftOut > 0 ? text : empty);
    return judge(claim, margin, tolerance, leftOut > 0 ? `${reason}; left out: ${text}` : reason);
  }
}

/** What the checks of a pre-training run look at, besides its checkpoints. */
export interface CheckedRun {
  readonly problem: Problem;
  readonly times: readonly number[];
  /** What exact arithmetic gives for the run's steps; absent where nothing was simulated. */
  readonly expected: ExpectedTraining | undefined;
  readonly divergedAt: number | undefined;
}

/** Why a claim about simulated training says nothing on this run, or undefined where it does. */
export function notSimulated({ expected, divergedAt }: CheckedRun): string | undefined {
  if (expected === undefined) return 'nothing was simulated: the exact engine is the closed form itself';
  if (divergedAt !== undefined) return `training diverged at step ${divergedAt}`;
  return undefined;
}

/**
 * Why progressive sensitivity is not claimed for this problem (hypothesis of T2 ii and T3: every mode that moves starts
 * below its σ), with the size of the effect, or undefined where it is.
 */
export function notRisingModes({ problem }: CheckedRun): string | undefined {
  const nullModes = problem.modes.filter(({ sigma, start }) => sigma === 0 && start > 0);
  const slope = problem.rows + problem.cols;
  if (nullModes.length > 0) {
    const effect = nullModes.reduce((sum, { start }) => sum + start, 0) * slope;
    return `null modes: ${nullModes.length} modes with sigma = 0 decay from e^(-2 tau) and take up to ${effect.toPrecision(2)} gamma^2 off the sensitivity`;
  }
  const above = problem.modes.filter(({ sigma, start }) => start >= sigma && start > 0);
  if (above.length === 0) return undefined;
  const effect = above.reduce((sum, { sigma, start }) => sum + start - sigma, 0) * slope;
  return `${above.length} modes start at or above their sigma and take up to ${effect.toPrecision(2)} gamma^2 off the sensitivity`;
}

/** Float64 noise of the comparison itself, relative to the largest value: it dominates where the engine runs in float64. */
const COMPARISON_NOISE = 2 ** -46;

/**
 * T0: the simulated singular values are those of the exact scalar recurrence. The margin is what is left of the rounding
 * bound of the engine (see `recurrence.ts`) at the worst mode and time, as a share of the bound.
 */
export function checkDecoupling(run: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  const excuse = notSimulated(run);
  if (excuse !== undefined) return notApplicable('T0', excuse);
  const { modes, spectrum } = run.problem;
  const scale = modes.reduce((most, { start }) => Math.max(most, start), spectrum[0]!);
  const floor = COMPARISON_NOISE * scale;
  const slack = new SmallestSlack();
  let worstError = 0;
  checkpoints.forEach(({ singularValues }, at) => {
    const { factors, rounding } = run.expected!.checkpoints[at]!;
    singularValues.forEach((value, mode) => {
      const factor = factors[mode]!;
      const error = Math.abs(value - factor * factor);
      const bound = floor + roundingOfSquare(factor, rounding[mode]!);
      if (slack.add(1 - error / bound, 0, bound / scale)) worstError = error;
    });
  });
  const share = Number((100 * (1 - slack.margin)).toPrecision(2));
  return slack.verdict(
    'T0',
    `${slack.comparisons} simulated singular values against the exact recurrence: the worst is off by ${worstError.toExponential(1)}, ${share} % of the rounding bound`,
  );
}

/** Singular values after stages of training, as simulated and by the exact recurrence. */
export interface ComparedModes {
  readonly simulated: Float64Array;
  readonly exact: Float64Array;
}

/**
 * T0-descent: the modes of a simulated network are those of the exact recurrence, through all its stages. The margin is what is
 * left of the bound on rounding at the worst mode, as a share.
 *
 * @param networks pairs of factors squared; empty where nothing was simulated
 * @param rounding bound on the relative rounding of a singular value
 */
export function checkModeStages(networks: readonly ComparedModes[], rounding: number): Check {
  if (networks.length === 0) {
    return notApplicable('T0-descent', 'nothing was simulated: the exact engine is the closed form and the recurrence');
  }
  const slack = new SmallestSlack();
  for (const { simulated, exact } of networks) {
    exact.forEach((value, mode) => {
      const bound = (rounding + COMPARISON_NOISE) * value + Number.MIN_VALUE;
      slack.add(1 - Math.abs(simulated[mode]! - value) / bound, 0, rounding);
    });
  }
  return slack.verdict(
    'T0-descent',
    `${slack.comparisons} singular values after all stages against the exact recurrence; smallest slack as a share of the rounding bound`,
  );
}

/** Rounding of the closed form and of the bounds, relative to σ_1. */
const CLOSED_FORM_ROUNDING = 1e-12;

/**
 * T0′: at every recorded time each mode is below the bound of unlearned modes and nearer to its σ than the bound of
 * learned ones, so that features are learned one at a time. The margin is the smallest slack as a share of σ_1; what
 * discretisation and rounding do to that mode is the tolerance.
 */
export function checkLearningOrder(run: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  if (run.divergedAt !== undefined) return notApplicable('T0-bounds', `training diverged at step ${run.divergedAt}`);
  const bounded = run.problem.modes
    .map((mode, index) => ({ mode, index }))
    .filter(({ mode }) => mode.start > 0 && mode.start <= mode.sigma);
  if (bounded.length === 0) return notApplicable('T0-bounds', 'every mode starts above its sigma');
  const scale = run.problem.spectrum[0]!;
  const smallest = new SmallestSlack();
  run.times.forEach((time, at) => {
    for (const { mode, index } of bounded) {
      const value = checkpoints[at]?.singularValues[index] ?? singularValue(mode, time);
      const unlearned = unlearnedFactorBound(mode, time) ** 2 - value;
      const learned = learnedGapBound(mode, time) - (mode.sigma - value);
      const { bias, rounded } = errorOf(run, mode, time, at, index);
      const tolerance = CLOSED_FORM_ROUNDING + (bias + rounded) / scale;
      smallest.add(Math.min(unlearned, learned) / scale, tolerance, rounded / scale);
    }
  });
  return smallest.verdict(
    'T0-bounds',
    `${bounded.length} modes at ${run.times.length} times within both bounds; smallest slack as a share of sigma_1`,
  );
}

/** How far the simulated mode may be from the flow: discretisation, which is known, and the bound on rounding. */
function errorOf({ expected }: CheckedRun, mode: Mode, time: number, at: number, index: number) {
  if (expected === undefined) return { bias: 0, rounded: 0 };
  const { factors, rounding } = expected.checkpoints[at]!;
  const factor = factors[index]!;
  return {
    bias: Math.abs(factor * factor - singularValue(mode, time)),
    rounded: roundingOfSquare(factor, rounding[index]!),
  };
}

/**
 * T2: `q‖W1‖² + p‖W2‖²`, the part of the sensitivity that training moves, rises from every recorded time to the next. The
 * margin is the smallest rise as a share of the final value, against what discretisation, which is known, and rounding do
 * to it: gradient descent near its stability limit overshoots where the flow rises. Without simulation the velocity of
 * the closed form is checked instead.
 */
export function checkProgressiveSensitivity(run: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  const excuse = notRisingModes(run);
  if (excuse !== undefined) return notApplicable('T2', excuse);
  if (run.divergedAt !== undefined) return notApplicable('T2', `training diverged at step ${run.divergedAt}`);
  return run.expected === undefined ? checkClosedForm(run) : checkSimulated(run, checkpoints);
}

function checkClosedForm({ problem, times }: CheckedRun): Check {
  const velocities = times.map((time) => problem.modes.reduce((sum, mode) => sum + velocity(mode, time), 0));
  const slowest = velocities.reduce((least, value) => Math.min(least, value), Infinity);
  const reason = `velocity of the closed form at ${times.length} times: at least ${slowest.toExponential(1)}`;
  return judge('T2', slowest, 0, reason);
}

function checkSimulated({ problem, times, expected }: CheckedRun, checkpoints: readonly Checkpoint[]): Check {
  if (checkpoints.length < 2) return notApplicable('T2', 'one recorded time shows no growth');
  const { rows, cols } = problem;
  const values = checkpoints.map(({ squaredNorms: [first, second] }) => cols * first + rows * second);
  const final = values.at(-1)!;
  const learned = expected!.checkpoints.at(-1)!.factors.reduce((sum, factor) => sum + factor * factor, 0);
  const biases = expected!.checkpoints.map((checkpoint, at) => biasAt(problem, checkpoint, times[at]!));
  const slack = new SmallestSlack();
  for (let at = 1; at < values.length; at++) {
    const [before, after] = [biases[at - 1]!, biases[at]!];
    const rounding = after.sumRounding + before.sumRounding;
    const systematic = Math.abs(after.sum - before.sum) + rounding;
    const tolerance = ((rows + cols) * systematic) / final;
    slack.add((values[at]! - values[at - 1]!) / final, tolerance, rounding / learned);
  }
  return slack.verdict(
    'T2',
    `smallest rise of q|W1|^2 + p|W2|^2 between ${values.length} recorded times, as a share of its final value`,
  );
}

/** A check on one of several networks. */
export interface NamedCheck {
  /** The network, such as `dim 16`. */
  readonly name: string;
  readonly check: Check;
}

/**
 * One verdict on a claim that was judged on several networks: it holds where it holds on all to which it applies. The
 * network that leaves the least beside its tolerance decides, is named, and gives margin, tolerance and reason; networks
 * to which the claim does not apply are counted, and decide only where there is no other.
 *
 * @param checks of one claim, at least one
 */
export function worstCheck(checks: readonly NamedCheck[]): Check {
  const judged = checks.filter(({ check }) => check.verdict !== 'not-applicable');
  const failed = judged.filter(({ check }) => check.verdict === 'fails');
  const worst = (failed.length > 0 ? failed : judged).reduce<NamedCheck | undefined>(
    (worse, next) => (worse === undefined || checkSlack(next) < checkSlack(worse) ? next : worse),
    undefined,
  );
  const { name, check } = worst ?? checks[0]!;
  if (checks.length === 1) return check;
  const left = checks.length - judged.length;
  const among =
    worst === undefined
      ? `${name} and ${left - 1} more`
      : `${name}, the worst of ${judged.length}${left > 0 ? ` (not applicable to ${left} more)` : ''}`;
  return { ...check, reason: `${among}: ${check.reason}` };
}

/** What is left beside the tolerance; a margin that is not a number is the worst there can be. */
function checkSlack({ check: { margin, tolerance } }: NamedCheck): number {
  const slack = margin! + tolerance!;
  return Number.isNaN(slack) ? -Infinity : slack;
}
