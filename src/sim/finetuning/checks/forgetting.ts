import { type Check, judge, notApplicable } from '../../scenario/check.js';
import { SmallestSlack } from '../../training/checks/smallest-slack.js';
import type { TunedNetwork } from '../tuned-networks.js';
import { type FineTuningCurve, type FineTuningRun, forgettingOf } from './finetuning-run.js';
import { type ModeStage, modeStages, STAGED_SHARE, stagingOf } from './staged.js';

/**
 * T4: forgetting never falls as more modes are learned, and grows by `(s_n(K) − σ_n)²` with the n-th. Looked at twice: from one
 * checkpoint to the next among those at which every mode is either learned or stays at zero; and, since few checkpoints are of
 * that kind, stage by stage, by what each mode adds from the last checkpoint at which it stays at zero to the first at which it is
 * learned. The margin is the smallest rise, or minus the largest distance of a stage from its square, in units of the loss; what the
 * departure from that picture does to it, which is known, and rounding are the tolerance.
 */
export function checkForgetting(run: FineTuningRun): Check {
  const slack = new SmallestSlack();
  const numbers = new Set<number>();
  const modes = new Set<number>();
  for (const curve of run.curves) {
    for (const learned of compareNetworks(run, curve, slack)) numbers.add(learned);
    const stages = curve.networks.map((network) => modeStages(run, network));
    run.study.problem.modes.forEach((_, mode) => {
      const seen = curve.networks.flatMap((network, at) => stageOf(run, network, stages[at]?.[mode], mode));
      if (compareMode(seen, slack)) modes.add(mode + 1);
    });
  }
  if (slack.comparisons === 0) {
    return notApplicable(
      'T4-forgetting',
      `no mode stays at zero at one checkpoint of a curve and is learned to ${STAGED_SHARE} at another`,
    );
  }
  const whole =
    numbers.size === 0
      ? 'no two checkpoints with all modes learned or at zero'
      : `checkpoints with n = ${list(numbers)} learned modes and the others at zero`;
  const single =
    modes.size === 0
      ? 'no single mode, none being learned in between'
      : `what each of the modes ${list(modes)} adds between the last checkpoint without it and the first with it, against its square in the staged form`;
  return judge(
    'T4-forgetting',
    slack.margin,
    slack.tolerance,
    `smallest rise of forgetting between ${whole}; and ${single}`,
  );
}

/** Adds the rises between networks that are staged as a whole; returns their numbers of learned modes, where there are two. */
function compareNetworks(run: FineTuningRun, { networks }: FineTuningCurve, slack: SmallestSlack): number[] {
  const numbers: number[] = [];
  let before: { value: number; allowed: number } | undefined;
  for (const network of networks) {
    const staging = stagingOf(run, network);
    const { value, rounding } = forgettingOf(run.study, network);
    if (staging === undefined || Number.isNaN(value)) continue;
    numbers.push(staging.learned);
    const now = { value, allowed: staging.forgettingDeparture + rounding };
    if (before !== undefined) slack.add(now.value - before.value, now.allowed + before.allowed);
    before = now;
  }
  return numbers.length < 2 ? [] : numbers;
}

/** Part of one mode in the forgetting of a network at which it is learned or at zero. */
interface SeenStage {
  readonly isLearned: boolean;
  readonly value: number;
  /** The value of the staged picture. */
  readonly ideal: number;
  readonly allowed: number;
}

/** Holds what one mode adds to forgetting by being learned against its square; returns whether the checkpoints show it. */
function compareMode(seen: readonly SeenStage[], slack: SmallestSlack): boolean {
  const after = seen.findIndex(({ isLearned }) => isLearned);
  if (after < 1) return false;
  const [zero, learned] = [seen[after - 1]!, seen[after]!];
  slack.add(-Math.abs(learned.value - zero.value - learned.ideal), learned.allowed + zero.allowed);
  return true;
}

/** A mode of a simulated network, or of the theory where nothing was simulated; none where it is in between. */
function stageOf(
  { study: { problem } }: FineTuningRun,
  { tuned, expected, start }: TunedNetwork,
  stage: ModeStage | undefined,
  mode: number,
): SeenStage[] {
  if (stage === undefined) return [];
  const { isLearned, forgetting, ideal, forgettingDeparture } = stage;
  // Float64 noise of the squares themselves.
  const departure = forgettingDeparture + 2 ** -46 * problem.spectrum[0]! ** 2;
  if (expected === undefined) return [{ isLearned, value: forgetting, ideal, allowed: departure }];
  if (tuned === undefined || expected.modes === undefined) return [];
  const missing = tuned.singularValues[mode]! - problem.modes[mode]!.sigma;
  const error = expected.modes.rounding[mode]!;
  const rounding = error * (2 * Math.abs(missing) + error);
  return [{ isLearned, value: missing ** 2 - start!.gaps[mode]! ** 2, ideal, allowed: departure + rounding }];
}

/** Numbers in order, with runs of neighbours as `1 to 5`. */
function list(numbers: ReadonlySet<number>): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const number of sorted) {
    const last = runs.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
}
