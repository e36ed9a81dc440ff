import { retainedRise } from '../../../theory/exposure.js';
import { type Check, judgeWorst, type Verdict, verdictOf } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import { coveredLossRounding } from './exposed-modes.js';
import type { ExposedRun } from './exposed-runs.js';

/** Float64 noise of sums of squares, relative to the largest of them. */
const COMPARISON_NOISE = 1e-13;

/**
 * T4-exposure: fine-tuning raises the post-training loss by what its own modes make of it, and modes that it does not show stay where
 * they are. The rise of every network is compared with the formula at convergence; what the modes still lack of convergence after
 * the steps that were made is known and is allowed, as is rounding. The margin is the worst distance, in units of the loss.
 */
export function checkRetainedRise(runs: readonly ExposedRun[], rounding: number): Check {
  const slack = new SmallestSlack();
  for (const run of runs) {
    const { modes, simulated, expected, measured } = run;
    const data = modes.map(({ postTraining }) => postTraining);
    const values = simulated ?? run.theory;
    const reference = simulated === undefined ? run.theory : expected;
    const starts = modes.map((mode, at) => ({ ...mode, start: values.postTrained[at]! }));
    const unfinished = modes.reduce((sum, { postTraining, fineTuning }, at) => {
      if (fineTuning.covariance === 0) return sum;
      const lacking = Math.abs(reference.fineTuned[at]! - fineTuning.sigma);
      return sum + postTraining.covariance * lacking * (2 * Math.abs(fineTuning.sigma - postTraining.sigma) + lacking);
    }, 0);
    const error =
      coveredLossRounding(data, reference.fineTuned, rounding) +
      COMPARISON_NOISE * (measured.immediate + measured.retained + 1);
    const rise = measured.retained - measured.immediate;
    slack.add(-Math.abs(rise - retainedRise(starts)), unfinished + error);
    modes.forEach(({ fineTuning }, at) => {
      if (fineTuning.covariance > 0) return;
      slack.add(-Math.abs(values.fineTuned[at]! - values.postTrained[at]!), error);
    });
  }
  return judgeWorst(
    'T4-exposure',
    slack,
    'no network came to its end',
    `rise of the post-training loss in fine-tuning of ${runs.length} networks against its form at convergence, and modes that fine-tuning does not show against themselves`,
  );
}

/** A network after post-training and after fine-tuning, as the run has it: simulated, or of theory where nothing was. */
export interface ExposedLosses {
  readonly mix: number;
  readonly immediate: number;
  readonly retained: number;
}

/** Losses within this share of each other are alike; the published immediate losses are within 1.3 % of each other. */
const ALIKE = 0.013;

/**
 * Whether exposure lowers the retained loss at no higher an immediate one, as the paper has it, and by how much fine-tuning raises
 * the loss with and without it.
 *
 * @param matched networks whose post-training stopped at the loss that the first reached
 * @param fixed networks with equal numbers of steps
 * @param threshold share of exposure at which specialised modes are learned
 */
export function exposureVerdict(
  matched: readonly ExposedLosses[],
  fixed: readonly ExposedLosses[],
  threshold: number,
): Verdict {
  const [without] = matched;
  const exposed = matched.filter(({ mix }) => mix > threshold);
  if (without === undefined || without.mix !== 0 || exposed.length === 0) {
    const reason = `no mixture of the run lies above the threshold ${short(threshold)} beside one without exposure`;
    return verdictOf(false, false, reason);
  }
  const lower = exposed.every(({ retained }) => retained < (1 - ALIKE) * without.retained);
  const alike = exposed.every(({ immediate }) => immediate <= (1 + ALIKE) * without.immediate);
  const rise = ({ immediate, retained }: ExposedLosses) => retained - immediate;
  const [first, last] = [exposed[0]!, exposed.at(-1)!];
  const equalSteps = fixed.filter(({ mix }) => mix === 0 || mix === last.mix).map(rise);
  const isBorneOut = lower && alike;
  return verdictOf(
    isBorneOut,
    !isBorneOut,
    `at no higher an immediate loss the retained loss is ${short(without.retained)} without exposure and ${distinct([first.retained, last.retained], ' to ')} above the threshold ${short(threshold)}; ` +
      `fine-tuning raises the loss by ${short(rise(without))} without exposure, ${short(rise(first))} at a share of ${short(first.mix)} and ${short(rise(last))} at ${short(last.mix)}; ` +
      `after equal numbers of post-training steps by ${distinct(equalSteps, ' and ')}, so that exposure saves nothing there`,
  );
}

function distinct(values: readonly number[], joint: string): string {
  return [...new Set(values.map(short))].join(joint);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
