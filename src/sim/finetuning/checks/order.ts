import { type Check, judge, notApplicable } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import type { TunedNetwork } from '../tuned-networks.js';
import { stagingOf } from './forgetting.js';
import {
  closedFormRounding,
  type FineTuningCurve,
  type FineTuningRun,
  inflectionsOf,
  isComplete,
  isStable,
  lossPreOf,
  overshootingSteps,
} from './numbers.js';

/** Which way inflections are claimed to move. */
interface ClaimedOrder {
  readonly claim: string;
  /** What the curves differ in: `learning rate`. */
  readonly parameter: string;
  /** Whether inflections come earlier, or later, as the parameter grows. */
  readonly moves: 'earlier' | 'later';
}

/** T4: no inflection comes later for a larger learning rate. */
export function checkRateOrder(run: FineTuningRun): Check {
  return checkOrder(run, { claim: 'T4', parameter: 'learning rate', moves: 'earlier' });
}

/** T5: no inflection comes earlier for a larger λ. */
export function checkPullOrder(run: FineTuningRun): Check {
  return checkOrder(run, { claim: 'T5-inflection', parameter: 'lambda', moves: 'later' });
}

/** Two curves whose inflections are in the wrong order contradict each other by this much, which rounding may explain. */
interface Contradiction {
  readonly margin: number;
  readonly tolerance: number;
  /** The four networks at the two inflections. */
  readonly networks: readonly TunedNetwork[];
}

/**
 * Compares the inflections of the curves, of theory and of simulation. What is proved is the order for checkpoints at which
 * every mode is either learned or not (what a learned mode adds to the loss, `s(s − 2σ)` at its iterate s, only grows as s
 * moves away from σ). Between them it is an observation: it holds where it is seen, and fails where the simulation has another order
 * than theory by more than its error. Where theory has the other order too, the claim does not apply.
 */
function checkOrder(run: FineTuningRun, { claim, parameter, moves }: ClaimedOrder): Check {
  const curves = run.curves.filter(isStable).sort((a, b) => (moves === 'earlier' ? a.key - b.key : b.key - a.key));
  if (new Set(curves.map(({ key }) => key)).size < 2) {
    const unstable = run.curves.length - curves.length;
    const left = unstable === 0 ? '' : ` (networks of ${unstable} others diverged)`;
    return notApplicable(claim, `one ${parameter} has no order${left}`);
  }
  const slack = new SmallestSlack();
  let promisedByNone = false;
  for (const kind of ['theory', 'simulation'] as const) {
    const usable = kind === 'theory' ? curves : curves.filter(isComplete);
    usable.slice(1).forEach((later, index) => {
      const earlier = usable[index]!;
      const found = contradiction(run, kind, earlier, later);
      if (found === undefined || !isReal(found)) {
        slack.add(0, 0);
        return;
      }
      const departure = departureOf(run, found);
      const predicted = contradiction(run, 'theory', earlier, later);
      if (departure !== undefined) slack.add(found.margin, found.tolerance + departure);
      else if (kind === 'theory' || (predicted !== undefined && isReal(predicted))) promisedByNone = true;
      else slack.add(found.margin, found.tolerance + biasOf(found));
    });
  }
  const shown = inflectionTexts(run, curves).join(', ');
  const where = `inflections at ${shown} for ${moves === 'earlier' ? 'ascending' : 'descending'} ${parameter}`;
  const fails = slack.margin + slack.tolerance < 0;
  if (promisedByNone && !fails) {
    return notApplicable(claim, `${where} are not in order, in theory as little as in simulation: ${OBSERVED}`);
  }
  const standing = isProved(run, curves) ? 'order by theorem, every mode being learned or at zero' : OBSERVED;
  return judge(claim, slack.margin, slack.tolerance, `${where}; ${standing}; slack in units of the loss`);
}

const OBSERVED = 'observed ordering, not a theorem for checkpoints between stages';

function isReal({ margin, tolerance }: Contradiction): boolean {
  return margin < -tolerance;
}

/** How far simulated checkpoints have moved the losses of a contradiction, which is known. */
function biasOf({ networks }: Contradiction): number {
  return networks.reduce(
    (sum, { start, expected, prediction }) =>
      start?.trained === undefined || expected === undefined
        ? sum
        : sum + Math.abs(expected.lossPre - prediction.lossPre),
    0,
  );
}

/** Whether the theorem covers every inflection. */
function isProved(run: FineTuningRun, curves: readonly FineTuningCurve[]): boolean {
  const turning = curves.map((curve) => {
    const { theory } = inflectionsOf(run.study, curve);
    return curve.networks[theory ?? curve.networks.length - 1]!;
  });
  return (
    overshootingSteps(run, turning) === undefined && turning.every((network) => stagingOf(run, network) !== undefined)
  );
}

/** How much two curves contradict each other whose inflections should not move later from the first to the second. */
function contradiction(
  { study }: FineTuningRun,
  kind: 'theory' | 'simulation',
  first: FineTuningCurve,
  second: FineTuningCurve,
): Contradiction | undefined {
  const last = study.times.length - 1;
  const early = inflectionsOf(study, first)[kind] ?? last;
  const late = inflectionsOf(study, second)[kind] ?? last;
  if (late <= early) return undefined;
  const loss = (network: TunedNetwork) =>
    kind === 'simulation'
      ? lossPreOf(study, network)
      : { value: network.prediction.lossPre, rounding: closedFormRounding(study) };
  const networks = [first.networks[early]!, first.networks[late]!, second.networks[early]!, second.networks[late]!];
  const [a, b, c, d] = networks.map(loss);
  return {
    margin: -(b!.value - a!.value + (c!.value - d!.value)),
    tolerance: [a, b, c, d].reduce((sum, measured) => sum + measured!.rounding, 0),
    networks,
  };
}

/** What departures from the staged picture may add to a contradiction; undefined where the picture does not hold. */
function departureOf(run: FineTuningRun, { networks }: Contradiction): number | undefined {
  if (overshootingSteps(run, networks) !== undefined) return undefined;
  let sum = 0;
  for (const network of networks) {
    const staging = stagingOf(run, network);
    if (staging === undefined) return undefined;
    sum += staging.lossDeparture;
  }
  return sum;
}

function inflectionTexts({ study }: FineTuningRun, curves: readonly FineTuningCurve[]): string[] {
  return curves.map((curve) => {
    const { theory, simulation } = inflectionsOf(study, curve);
    const index = isComplete(curve) ? simulation : theory;
    return index === null ? 'none' : study.times[index]!.toPrecision(3);
  });
}
