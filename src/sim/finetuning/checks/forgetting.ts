import { fineTuneMode } from '../../../theory/finetuning.js';
import { type Check, notApplicable } from '../../scenario/scenario.js';
import { SmallestSlack } from '../../training/training-checks.js';
import type { TunedNetwork } from '../tuned-networks.js';
import { sharedValues } from '../tuning.js';
import {
  type FineTuningCurve,
  type FineTuningRun,
  forgettingOf,
  lossFtOf,
  lossPreOf,
  overshootingSteps,
} from './numbers.js';

/** A mode counts as learned, or as not learned at all, when it is within this share of its σ. */
export const STAGED_SHARE = 1e-3;

/** How far a network is from the staged picture of T4, where every mode is either learned or stays at zero. */
export interface Staging {
  readonly learned: number;
  /** What departures from the picture add to or take off the pre-training loss at most. */
  readonly lossDeparture: number;
  readonly forgettingDeparture: number;
}

/** One mode of a network in the staged picture. */
export interface ModeStage {
  readonly isLearned: boolean;
  /** What the mode adds to forgetting in exact arithmetic. */
  readonly forgetting: number;
  /** What it adds in the picture: `(s(K) − σ)²` from `s = σ` once learned, before that nothing. */
  readonly ideal: number;
  /** What departures from the picture add to or take off the pre-training loss, and forgetting, of this mode. */
  readonly lossDeparture: number;
  readonly forgettingDeparture: number;
}

/**
 * Every mode of a network as T4 sees it: learned ones start at σ and make the K steps from there, the others stay at zero. A mode that is
 * in between by more than {@link STAGED_SHARE} is undefined, and so are all where modes do not decouple.
 */
export function modeStages(
  { study: { problem, steps, anchor }, method }: Pick<FineTuningRun, 'study' | 'method'>,
  { tuning, start, expected, prediction }: TunedNetwork,
): readonly (ModeStage | undefined)[] | undefined {
  const values = sharedValues(tuning.task);
  if (values === undefined || start === undefined || !Number.isFinite(prediction.lossPre)) return undefined;
  const { rate, pull } = tuning;
  const length = method === 'flow' ? { time: rate * steps } : { rate, steps };
  const common = { pull, anchor, length };
  return problem.modes.map(({ sigma }, mode): ModeStage | undefined => {
    const before = start.factors[mode]! ** 2;
    const after = expected?.modes?.values[mode] ?? fineTuneMode(before, sigma, values[mode]!, common);
    const loss = (after - sigma) ** 2;
    const forgotten = loss - start.gaps[mode]! ** 2;
    const scale = STAGED_SHARE * (sigma > 0 ? sigma : problem.spectrum[0]!);
    if (sigma > 0 && Math.abs(start.gaps[mode]!) <= scale) {
      const ideal = (fineTuneMode(sigma, sigma, values[mode]!, common) - sigma) ** 2;
      return {
        isLearned: true,
        forgetting: forgotten,
        ideal,
        lossDeparture: Math.abs(loss - ideal),
        forgettingDeparture: Math.abs(forgotten - ideal),
      };
    }
    if (before > scale || after > scale) return undefined;
    return {
      isLearned: false,
      forgetting: forgotten,
      ideal: 0,
      lossDeparture: Math.abs(loss - sigma * sigma),
      forgettingDeparture: Math.abs(forgotten),
    };
  });
}

/**
 * Compares a network with the staged picture of T4. Undefined where some mode is in between, or modes do not decouple.
 */
export function stagingOf(run: Pick<FineTuningRun, 'study' | 'method'>, network: TunedNetwork): Staging | undefined {
  const stages = modeStages(run, network);
  let [learned, lossDeparture, forgettingDeparture] = [0, 0, 0];
  for (const stage of stages ?? [undefined]) {
    if (stage === undefined) return undefined;
    if (stage.isLearned) learned++;
    lossDeparture += stage.lossDeparture;
    forgettingDeparture += stage.forgettingDeparture;
  }
  return { learned, lossDeparture, forgettingDeparture };
}

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
  const whole =
    numbers.size === 0
      ? 'no two checkpoints with all modes learned or at zero'
      : `checkpoints with n = ${list(numbers)} learned modes and the others at zero`;
  const single =
    modes.size === 0
      ? 'no single mode, none being learned in between'
      : `what each of the modes ${list(modes)} adds between the last checkpoint without it and the first with it, against its square in the staged form`;
  return slack.verdict(
    'T4-forgetting',
    `smallest rise of forgetting between ${whole}; and ${single}`,
    `no mode stays at zero at one checkpoint of a curve and is learned to ${STAGED_SHARE} at another`,
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

/**
 * T4, corollary: erasing features (`0 ≤ σ^ft ≤ σ` for every mode) produces no U-turn. With steps that keep the order of
 * starts a mode that was trained for longer ends no further below its σ and never above it, so that the pre-training loss
 * after fine-tuning never rises, whatever the number of steps. The margin is the smallest fall, in units of the loss.
 */
export function checkErase(run: FineTuningRun): Check {
  const excuse = eraseExcuse(run);
  if (excuse !== undefined) return notApplicable('T4-erase', excuse);
  const slack = new SmallestSlack();
  for (const { networks } of run.curves) {
    const losses = networks.map((network) => lossPreOf(run.study, network));
    losses.slice(1).forEach((later, index) => {
      const earlier = losses[index]!;
      if (Number.isNaN(earlier.value) || Number.isNaN(later.value)) return;
      slack.add(earlier.value - later.value, earlier.rounding + later.rounding);
    });
  }
  return slack.verdict(
    'T4-erase',
    'smallest fall of the pre-training loss after fine-tuning from one checkpoint to the next',
    'one checkpoint shows no turn',
  );
}

function eraseExcuse(run: FineTuningRun): string | undefined {
  const { study, curves } = run;
  const networks = curves.flatMap((curve) => curve.networks);
  for (const task of new Set(networks.map(({ tuning }) => tuning.task))) {
    const values = sharedValues(task);
    if (values === undefined) return `the singular vectors of the task are turned by ${task.angle} degrees`;
    const raised = study.problem.spectrum.findIndex((sigma, mode) => values[mode]! > sigma);
    if (raised >= 0) return `the task raises mode ${raised + 1} above its sigma`;
  }
  const above = study.problem.modes.filter(({ sigma, start }) => sigma > 0 && start > sigma).length;
  if (above > 0) return `${above} modes start above their sigma`;
  return overshootingSteps(run, networks);
}

/**
 * T5: regularisation costs fine-tuning loss, which never falls as λ grows, at any checkpoint. With steps that do not overshoot
 * this holds for any number of them: a larger pull toward the checkpoint keeps every mode nearer to where it started. The
 * margin is the smallest rise, in units of the loss.
 */
export function checkCost(run: FineTuningRun): Check {
  const { study } = run;
  const curves = [...run.curves].sort((a, b) => a.key - b.key);
  const networks = curves.flatMap((curve) => curve.networks);
  if (new Set(curves.map(({ key }) => key)).size < 2) return notApplicable('T5-cost', 'one lambda has no order');
  if (study.anchor !== 'checkpoint') {
    return notApplicable('T5-cost', 'lambda pulls to the pre-training task, which can speed learning up');
  }
  const turned = networks.find(({ tuning }) => sharedValues(tuning.task) === undefined);
  if (turned !== undefined) {
    return notApplicable(
      'T5-cost',
      `the singular vectors of the task are turned by ${turned.tuning.task.angle} degrees, and not every network has converged`,
    );
  }
  const excuse = overshootingSteps(run, networks);
  if (excuse !== undefined) return notApplicable('T5-cost', excuse);
  const slack = new SmallestSlack();
  curves.slice(1).forEach((stronger, index) => {
    const weaker = curves[index]!;
    stronger.networks.forEach((network, at) => {
      const [more, less] = [lossFtOf(study, network), lossFtOf(study, weaker.networks[at]!)];
      if (Number.isNaN(more.value) || Number.isNaN(less.value)) return;
      slack.add(more.value - less.value, more.rounding + less.rounding);
    });
  });
  return slack.verdict(
    'T5-cost',
    `smallest rise of the fine-tuning loss between neighbouring lambdas at ${study.times.length} checkpoints`,
    'no two networks to compare',
  );
}
