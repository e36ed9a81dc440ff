import { lastDescent } from '../../../theory/inflection.js';
import { NoisyCheckpoint } from '../../../theory/perturbed-loss.js';
import { gridInflection } from '../../../theory/search.js';
import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import type { PerturbedCheckpoint } from '../checkpoint.js';
import { biasAt } from '../choose-plan.js';
import { type CheckedRun, notRisingModes, notSimulated, SmallestSlack } from './training-checks.js';

/** Standard errors that the difference of two points of one simulated curve may be off. */
const STANDARD_ERRORS = 6;

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
    const contradiction =
      softer.values[late]! - softer.values[early]! + (louder.values[early]! - louder.values[late]!);
    slack.add(-contradiction, EVALUATION_ROUNDING * (softer.values[early]! + louder.values[late]!));
  });
  if (notSimulated(run) === undefined) {
    for (const { index, values } of curves)
      simulatedSlack(run, perturbed, index, gammas[index]!, values, slack);
  }
  if (slack.comparisons === 0) return notApplicable('T3', 'no recorded time lies beyond the last descent');
  const shown = ordered
    .map(({ inflection }) => (inflection === last ? 'none' : run.times[inflection]!.toPrecision(3)))
    .join(', ');
  return judge(
    'T3',
    slack.margin,
    slack.tolerance,
    `inflections at ${shown} for ascending gamma; slack in units of the perturbed loss`,
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
  const allowance = (position: number) => {
    const bias = biasAt(problem, expected!.checkpoints[position]!, times[position]!);
    const slope = gamma ** 2 * (problem.rows + problem.cols);
    const systematic =
      Math.abs(bias.loss) + bias.lossRounding + slope * (Math.abs(bias.sum) + bias.sumRounding);
    const evaluation = EVALUATION_ROUNDING * Math.abs(value(perturbed[position]!));
    return STANDARD_ERRORS * perturbed[position]!.excess[index]!.standardError + systematic + evaluation;
  };
  perturbed.forEach((point, position) => {
    slack.add(value(point) - value(perturbed[at]!), allowance(position) + allowance(at));
  });
}
