import { alignByFlow, isPastAThird } from '../../../theory/finetuning.js';
import { type Check, judge, notApplicable, type Verdict, verdictOf } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import type { AlignedNetwork, AlignmentCell, AlignmentStudy } from './alignment-map.js';

/** Float64 noise of sums of squares, relative to the largest of them. */
const COMPARISON_NOISE = 1e-13;

/**
 * T4-two-stage: where the fine-tuned network lies between, it ends no worse, and where the base network is past a third, that one gains
 * no less. What is proved for gradient flow is compared with steps; their departure from the flow, which is known, and rounding are
 * the tolerance. The margin is the least advantage of either kind, in units of the loss.
 *
 * @param base the base network, aligned
 * @param rounding bound on the relative rounding of a singular value
 */
export function checkTwoStage(
  study: AlignmentStudy,
  base: Pick<AlignmentCell, 'theory' | 'simulated'>,
  cells: readonly AlignmentCell[],
  rounding: number,
): Check {
  const between = cells.filter(({ isBetween }) => isBetween);
  if (between.length === 0) {
    return notApplicable('T4-two-stage', 'no fine-tuned network lies between base network and alignment');
  }
  const gains = isPastAThird(study.base, study.goals);
  const slack = new SmallestSlack();
  const baseAllowed = departure(study, base.theory, rounding);
  for (const cell of between) {
    const [first, second] = [base.simulated ?? base.theory, cell.simulated ?? cell.theory];
    const allowed = baseAllowed + departure(study, cell.theory, rounding);
    slack.add(first.after - second.after, allowed);
    if (gains) slack.add(first.gain - second.gain, allowed);
  }
  return judge(
    'T4-two-stage',
    slack.margin,
    slack.tolerance,
    `${between.length} networks that lie between: smallest advantage at the end from the fine-tuned one${gains ? ' and in the gain from the base network' : '; nothing is claimed of gains, as a mode of the base network is below a third of its goal'}`,
  );
}

/** How far steps may be from the flow, in the gain and in the loss after. */
function departure({ goals, rate, steps }: AlignmentStudy, network: AlignedNetwork, rounding: number): number {
  const flow = alignByFlow(Array.from(network.starts), goals, rate * steps);
  const rounded = [network.starts, network.ends].reduce(
    (sum, values) =>
      sum +
      values.reduce((total, value, mode) => {
        const error = rounding * value;
        return total + error * (2 * Math.abs(value - goals[mode]!) + error);
      }, 0),
    0,
  );
  return Math.abs(flow.after - network.after) + rounded + COMPARISON_NOISE * (network.before + network.after);
}

/** What of the published pattern one cell shows. */
export interface Pattern {
  readonly isBetween: boolean;
  /** Gain from the base network minus gain from the fine-tuned one. */
  readonly gainDifference: number;
  /** Final loss from the base network minus that from the fine-tuned one. */
  readonly endDifference: number;
  /** Alignment loss of the base network before. */
  readonly scale: number;
}

/** How many cells show what. */
export interface PatternCount {
  readonly cells: number;
  readonly gain: number;
  readonly end: number;
  readonly both: number;
  /** Those that gain more from the fine-tuned network, or end better from the base network. */
  readonly opposite: number;
}

/** Differences below this share of the loss that alignment starts from are none. */
const NOTICEABLE = 1e-3;

/** Counts the cells that gain more from the base network, those that end better from the fine-tuned one, and those that do both. */
export function countPatterns(cells: readonly Pattern[]): PatternCount {
  const gain = cells.filter(({ gainDifference, scale }) => gainDifference > NOTICEABLE * scale);
  const end = cells.filter(({ endDifference, scale }) => endDifference > NOTICEABLE * scale);
  const both = gain.filter((cell) => end.includes(cell));
  const opposite = cells.filter(
    ({ gainDifference, endDifference, scale }) => Math.min(gainDifference, endDifference) < -NOTICEABLE * scale,
  );
  return { cells: cells.length, gain: gain.length, end: end.length, both: both.length, opposite: opposite.length };
}

/**
 * Whether alignment gains more from the base network and ends better from the fine-tuned one, where fine-tuning was a step on the
 * way to alignment, as the paper's order of stages has it.
 */
export function alignmentVerdict(cells: readonly Pattern[]): Verdict {
  const inside = countPatterns(cells.filter(({ isBetween }) => isBetween));
  const outside = countPatterns(cells.filter(({ isBetween }) => !isBetween));
  const reason =
    `where the fine-tuned network lies between, ${inside.both} of ${inside.cells} cells gain more from the base network and end better from the fine-tuned one, and ${inside.opposite} show an opposite; ` +
    `elsewhere ${outside.both} of ${outside.cells} do, and ${outside.opposite} show an opposite`;
  const isOpposite = inside.both === 0 && inside.opposite > 0;
  return verdictOf(inside.cells > 0 && inside.both === inside.cells, isOpposite, reason);
}
