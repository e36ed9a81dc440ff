import { lastDescent } from '../../theory/inflection.js';
import { NoisyCheckpoint } from '../../theory/perturbed-loss.js';
import type { Problem } from '../../theory/problem.js';
import { gridInflection } from '../../theory/search.js';
import { type Check, notApplicable } from '../scenario/scenario.js';
import type { Checkpoint } from '../training/record-training.js';
import { type CheckedRun, notRisingModes, notSimulated, SmallestSlack } from '../training/training-checks.js';
import { biasAt } from '../training/training-plan.js';
import type { Estimate } from './excess.js';
import { predictedStandardError } from './means.js';

/** A checkpoint with the Monte Carlo estimate of its excess loss for every γ. */
export interface PerturbedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly excess: readonly Estimate[];
}

/**
 * Standard errors within which a Monte Carlo mean must lie. At six, a thousand independent comparisons of normal means
 * fail once in 500,000 runs.
 */
export const STANDARD_ERRORS = 6;

/** Below this many replicates a sample standard error says too little to judge by. */
const FEWEST_REPLICATES = 30;

/** A Monte Carlo mean beside what an identity gives for the very weights that were perturbed. */
export interface ComparedMean {
  readonly mean: number;
  readonly identity: number;
  readonly standardError: number;
}

/**
 * Whether Monte Carlo means are those of an identity. The margin is in standard errors.
 *
 * @param replicates draws behind each mean
 * @param empty why the claim does not apply where there is nothing to compare
 */
export function judgeMonteCarlo(
  claim: string,
  replicates: number,
  compared: readonly ComparedMean[],
  empty: string,
): Check {
  if (replicates < FEWEST_REPLICATES) {
    return notApplicable(claim, `${replicates} replicates give no reliable standard error; take ${FEWEST_REPLICATES}`);
  }
  const slack = new SmallestSlack();
  for (const { mean, identity, standardError } of compared) {
    slack.add(STANDARD_ERRORS - Math.abs(mean - identity) / standardError, 0);
  }
  const worst = (STANDARD_ERRORS - slack.margin).toPrecision(2);
  return slack.verdict(
    claim,
    `${slack.comparisons} Monte Carlo means against the identity: the worst is ${worst} standard errors off, ${STANDARD_ERRORS} allowed`,
    empty,
  );
}

/**
 * T1: the mean excess loss of the perturbed networks is `γ²(q‖W1‖² + p‖W2‖²) + γ⁴phq` of the very weights that were
 * perturbed, so that discretisation plays no part. The margin is in standard errors: the sample's or, where a small
 * network has tails so heavy that a few dozen draws miss most of the variance, the one that theory predicts.
 */
export function checkPerturbationIdentity(
  run: CheckedRun,
  gammas: readonly number[],
  replicates: number,
  perturbed: readonly PerturbedCheckpoint[],
): Check {
  const excuse = notSimulated(run);
  if (excuse !== undefined) return notApplicable('T1', excuse);
  return judgePerturbationIdentity(run.problem, gammas, replicates, perturbed);
}

/** The same for networks that came about in any way. @param replicates draws behind each mean */
export function judgePerturbationIdentity(
  problem: Problem,
  gammas: readonly number[],
  replicates: number,
  perturbed: readonly PerturbedCheckpoint[],
): Check {
  const { rows, hidden, cols } = problem;
  const compared = perturbed.flatMap(({ checkpoint, excess }) => {
    const [first, second] = checkpoint.squaredNorms;
    return gammas.flatMap((gamma, index) => {
      if (gamma === 0) return [];
      const identity = gamma ** 2 * (cols * first + rows * second) + gamma ** 4 * rows * hidden * cols;
      const { mean, standardError } = excess[index]!;
      const predicted = predictedStandardError(problem, gamma, checkpoint.time, replicates);
      return [{ mean, identity, standardError: Math.max(standardError, predicted) }];
    });
  });
  return judgeMonteCarlo('T1', replicates, compared, 'no gamma above 0');
}

/** Rounding of one evaluation of a perturbed loss in float64, relative. */
const EVALUATION_ROUNDING = 1e-12;

/**
 * T3: the perturbed loss rises after T(γ), and no inflection comes later for a larger γ, on the closed form; and the
 * simulated curve is nowhere lower than at the theoretical inflection by more than its error. The margin is the smallest
 * slack of the three, in units of the perturbed loss.
 */
export function checkOvertraining(
  run: CheckedRun,
  gammas: readonly number[],
  perturbed: readonly PerturbedCheckpoint[],
): Check {
  const excuse = notRisingModes(run);
  if (excuse !== undefined) return notApplicable('T3', excuse);
  const noisy = gammas.map((gamma, index) => ({ gamma, index })).filter(({ gamma }) => gamma > 0);
  if (noisy.length === 0) return notApplicable('T3', 'no gamma above 0');
  const theory = run.times.map((time) => new NoisyCheckpoint(run.problem, time));
  const curves = noisy.map(({ gamma, index }) => ({
    gamma,
    index,
    values: theory.map((checkpoint) => checkpoint.perturbedLoss(gamma)),
  }));
  const last = run.times.length - 1;
  const slack = new SmallestSlack();
  for (const { gamma, values } of curves) {
    const turn = lastDescent(run.problem, gamma);
    run.times.forEach((_, at) => {
      if (at === 0 || run.times[at - 1]! < turn) return;
      slack.add(values[at]! - values[at - 1]!, EVALUATION_ROUNDING * values[at]!);
    });
  }
  const ordered = [...curves]
    .sort((a, b) => a.gamma - b.gamma)
    .map(({ values }) => ({ values, inflection: gridInflection(run.times, values)?.index ?? last }));
  ordered.slice(1).forEach((louder, index) => {
    const softer = ordered[index]!;
    if (louder.inflection <= softer.inflection) {
      slack.add(0, 0);
      return;
    }
    // Two minima in the wrong order contradict each other by this much; on a flat curve it is rounding.
    const [early, late] = [softer.inflection, louder.inflection];
    const contradiction = softer.values[late]! - softer.values[early]! + (louder.values[early]! - louder.values[late]!);
    slack.add(-contradiction, EVALUATION_ROUNDING * (softer.values[early]! + louder.values[late]!));
  });
  if (notSimulated(run) === undefined) {
    for (const { index, values } of curves) simulatedSlack(run, perturbed, index, gammas[index]!, values, slack);
  }
  const shown = ordered
    .map(({ inflection }) => (inflection === last ? 'none' : run.times[inflection]!.toPrecision(3)))
    .join(', ');
  return slack.verdict(
    'T3',
    `inflections at ${shown} for ascending gamma; slack in units of the perturbed loss`,
    'no recorded time lies beyond the last descent',
  );
}

/** How much lower than at the theoretical inflection the simulated curve gets anywhere, against its error. */
function simulatedSlack(
  { problem, times, expected }: CheckedRun,
  perturbed: readonly PerturbedCheckpoint[],
  index: number,
  gamma: number,
  theory: readonly number[],
  slack: SmallestSlack,
): void {
  const at = gridInflection(times, theory)?.index ?? times.length - 1;
  const value = ({ checkpoint, excess }: PerturbedCheckpoint) => checkpoint.loss + excess[index]!.mean;
  const errorsAt = (position: number) => {
    const point = perturbed[position]!;
    const bias = biasAt(problem, expected!.checkpoints[position]!, times[position]!);
    const slope = gamma ** 2 * (problem.rows + problem.cols);
    const evaluation = EVALUATION_ROUNDING * Math.abs(value(point));
    const rounding = bias.lossRounding + slope * bias.sumRounding;
    const known = Math.abs(bias.loss) + slope * Math.abs(bias.sum) + evaluation;
    return { rounding, allowed: STANDARD_ERRORS * point.excess[index]!.standardError + known + rounding };
  };
  const least = errorsAt(at);
  perturbed.forEach((point, position) => {
    const { rounding, allowed } = errorsAt(position);
    const share = (rounding + least.rounding) / theory[at]!;
    slack.add(value(point) - value(perturbed[at]!), allowed + least.allowed, share);
  });
}
