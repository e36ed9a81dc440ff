import { gridInflection } from '../../theory/grid-inflection.js';
import { lastDescent } from '../../theory/last-descent.js';
import { perturbedLoss } from '../../theory/perturbed-loss.js';
import { type Check, judge, notApplicable } from '../check.js';
import { biasAt } from '../engines/bias.js';
import type { PerturbedCheckpoint } from '../engines/checkpoint.js';
import { type CheckedRun, notRisingModes, notSimulated } from './checked-run.js';

/** Standard errors that the difference of two points of one simulated curve may be off. */
const STANDARD_ERRORS = 6;

/** Rounding of one evaluation of the closed form, relative. */
const CLOSED_FORM_ROUNDING = 1e-12;

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
  const curves = noisy.map(({ gamma, index }) => ({
    gamma,
    index,
    values: run.times.map((time) => perturbedLoss(run.problem, gamma, time)),
  }));
  let margin = Infinity;
  let tolerance = 0;
  const slack = (amount: number, allowed: number) => {
    if (amount + allowed < margin + tolerance) {
      margin = amount;
      tolerance = allowed;
    }
  };
  for (const { gamma, values } of curves) {
    const turn = lastDescent(run.problem, gamma);
    run.times.forEach((_, at) => {
      if (at === 0 || run.times[at - 1]! < turn) return;
      slack(values[at]! - values[at - 1]!, CLOSED_FORM_ROUNDING * values[at]!);
    });
  }
  const ordered = [...curves].sort((a, b) => a.gamma - b.gamma);
  const inflections = ordered.map(({ values }) => gridInflection(run.times, values)?.time ?? Infinity);
  const inOrder = inflections.every((time, index) => index === 0 || time <= inflections[index - 1]!);
  if (!inOrder) slack(-Infinity, 0);
  if (notSimulated(run) === undefined) {
    for (const { index, values } of curves)
      simulatedSlack(run, perturbed, index, gammas[index]!, values, slack);
  }
  const shown = inflections.map((time) => (time === Infinity ? 'none' : time.toPrecision(3))).join(', ');
  return judge(
    'T3',
    margin,
    tolerance,
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
  slack: (amount: number, allowed: number) => void,
): void {
  const at = gridInflection(times, theory)?.index ?? times.length - 1;
  const value = ({ checkpoint, excess }: PerturbedCheckpoint) => checkpoint.loss + excess[index]!.mean;
  const allowance = (position: number) => {
    const bias = biasAt(problem, expected!.checkpoints[position]!, times[position]!);
    const slope = gamma ** 2 * (problem.rows + problem.cols);
    const systematic = Math.abs(bias.loss) + slope * (Math.abs(bias.sum) + bias.sumRounding);
    return STANDARD_ERRORS * perturbed[position]!.excess[index]!.standardError + systematic;
  };
  perturbed.forEach((point, position) => {
    slack(value(point) - value(perturbed[at]!), allowance(position) + allowance(at));
  });
}
