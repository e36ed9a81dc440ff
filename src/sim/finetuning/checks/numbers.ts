import { effectiveSpeed } from '../../../theory/finetuning.js';
import { type Check, type Compute, notApplicable, type RunEvent } from '../../scenario/scenario.js';
import { VISIBLE_ROUNDING } from '../../training/recurrence.js';
import { SmallestSlack } from '../../training/training-checks.js';
import { type ExpectedTuning, expectTuning } from '../expected-tuning.js';
import { type FineTuningMethod, isRoundingVisible, type Prediction, scaleOf } from '../prediction.js';
import { flowStartingPoint } from '../prepare.js';
import type { TunedNetwork } from '../tuned-networks.js';
import { type FineTuningStudy, sharedValues, type Tuning } from '../tuning.js';
import { turningPoint } from '../turning-point.js';

/** Networks of a run that rounding decides. */
export interface DecidedNetworks {
  /** The run without the results of these. */
  readonly rest: FineTuningRun;
  readonly count: number;
  /** All networks that were simulated to their end. */
  readonly simulated: number;
  /** What to say of it. */
  readonly text: string;
}

/**
 * Separates what a simulation says from what rounding may have made of it: near a saddle, say, which exact arithmetic never
 * leaves, or in thousands of steps in float32.
 */
export function decidedByRounding(run: FineTuningRun, precision: Compute['precision']): DecidedNetworks {
  const simulated = run.curves.flatMap(({ networks }) => networks).filter(({ tuned }) => tuned !== undefined);
  const { spectrum } = run.study.problem;
  const decided = new Set(
    simulated.filter(({ tuning, expected }) => expected && isRoundingVisible(spectrum, tuning.task, expected)),
  );
  const curves = run.curves.map(({ key, networks }) => ({
    key,
    networks: networks.map((network) => {
      const { tuned: _, ...known } = network;
      return decided.has(network) ? known : network;
    }),
  }));
  const [first] = decided;
  const example = first === undefined ? '' : nameOf(run, first);
  const [count, all] = [decided.size, simulated.length];
  return {
    rest: { ...run, curves },
    count,
    simulated: all,
    text: `rounding in ${precision} may decide the losses of simulated networks, with bounds above ${100 * VISIBLE_ROUNDING} % of the squared norm of a task: ${count} of ${all} networks, first at ${example}${precision === 'f32' ? '; the backends simd64 and reference compute in float64' : ''}`,
  };
}

function nameOf({ study }: FineTuningRun, { tuning: { at, rate, pull, task } }: TunedNetwork): string {
  const short = (value: number) => Number(value.toPrecision(4));
  const turned = task.angle === 0 ? '' : `, angle ${short(task.angle)}`;
  return `time ${short(study.times[at]!)}, learning rate ${short(rate)}, lambda ${short(pull)}${turned}`;
}

/**
 * The verdicts on a run of fine-tuning. Networks that rounding may decide are left out and named, in a warning and in the reasons;
 * a claim that has no others to be judged by is not applicable.
 */
export function* finetuningVerdicts(
  run: FineTuningRun,
  precision: Compute['precision'],
  checks: readonly ((run: FineTuningRun) => Check)[],
): Generator<RunEvent, void, undefined> {
  const { rest, count, text } = decidedByRounding(run, precision);
  if (count > 0) yield { kind: 'warning', text };
  for (const check of checks) {
    const whole = check(run);
    if (count === 0 || whole.verdict === 'not-applicable') yield { kind: 'check', check: whole };
    else {
      const part = check(rest);
      const left = part.verdict === 'not-applicable';
      yield {
        kind: 'check',
        check: left ? notApplicable(whole.claim, text) : { ...part, reason: `${part.reason}; left out: ${text}` },
      };
    }
  }
}

export interface FineTuningRun {
  readonly study: FineTuningStudy;
  readonly method: FineTuningMethod;
  /** One curve for each value of the parameter that the scenario varies. */
  readonly curves: readonly FineTuningCurve[];
}

/** The networks of one value of the varied parameter, one for each checkpoint in turn. */
export interface FineTuningCurve {
  /** Value of the learning rate or of λ. */
  readonly key: number;
  readonly networks: readonly TunedNetwork[];
}

/** A loss of one network with how far computing it may be off. */
export interface Measured {
  readonly value: number;
  readonly rounding: number;
}

/** Whether anything was simulated. */
export function isSimulated({ curves }: FineTuningRun): boolean {
  return curves.some(({ networks }) => networks.some(({ expected }) => expected !== undefined));
}

/** Why a claim about simulated networks says nothing where there are none. */
export function nothingSimulated({ method }: FineTuningRun): string {
  return `nothing was simulated: the exact engine is the ${method === 'flow' ? 'closed form of gradient flow' : 'recurrence'} itself`;
}

/** Why networks are not aligned with their modes to start with, or undefined where they are. */
export function notAligned({ curves }: FineTuningRun): string | undefined {
  const beside = curves
    .flatMap(({ networks }) => networks)
    .reduce((most, { start }) => Math.max(most, start?.beside ?? 0), 0);
  return beside === 0
    ? undefined
    : `pre-training on full matrices left up to ${beside.toExponential(1)} of the checkpoints beside their modes, by rounding`;
}

/** Whether a curve has a simulated value at every checkpoint. */
export function isComplete({ networks }: FineTuningCurve): boolean {
  return networks.every(({ tuned }) => tuned !== undefined);
}

/** Whether no network of a curve diverges: by the exact recurrence where there is a simulation, by its losses otherwise. */
export function isStable({ networks }: FineTuningCurve): boolean {
  return networks.every(
    ({ expected, prediction }) => expected?.divergedAt === undefined && Number.isFinite(prediction.lossPre),
  );
}

/** Pre-training loss after fine-tuning as the run has it: simulated, or of the theory where nothing was. */
export const lossPreOf = measured('lossPre', 'lossPreRounding');

/** Fine-tuning loss, likewise. */
export const lossFtOf = measured('lossFt', 'lossFtRounding');

export const forgettingOf = measured('forgetting', 'lossPreRounding');

function measured(name: keyof Losses, bound: 'lossPreRounding' | 'lossFtRounding') {
  return (study: FineTuningStudy, { tuned, expected, prediction }: TunedNetwork): Measured => {
    if (expected === undefined) return { value: prediction[name], rounding: closedFormRounding(study) };
    return { value: tuned?.[name] ?? Number.NaN, rounding: expected[bound] + closedFormRounding(study) };
  };
}

/**
 * How far a loss in closed form may be off: 10⁻¹² for the checkpoint and a unit of rounding for every step, as a share of the
 * squared norm of the pre-training task.
 */
export function closedFormRounding({ problem, steps }: FineTuningStudy): number {
  const squaredNorm = problem.spectrum.reduce((sum, sigma) => sum + sigma * sigma, 0);
  return (1e-12 + steps * Number.EPSILON) * squaredNorm;
}

/** Positions of the inflections of one curve, by theory and by simulation; null where the curve has none. */
export function inflectionsOf(
  study: FineTuningStudy,
  curve: FineTuningCurve,
): { readonly theory: number | null; readonly simulation: number | null } {
  const { times } = study;
  const level = times.map(() => closedFormRounding(study));
  const predicted = curve.networks.map(({ prediction }) => prediction.lossPre);
  const measured = curve.networks.map((network) => lossPreOf(study, network));
  return {
    theory: turningPoint(times, predicted, level)?.index ?? null,
    simulation: isComplete(curve)
      ? (turningPoint(
          times,
          measured.map(({ value }) => value),
          measured.map(({ rounding }) => rounding),
        )?.index ?? null)
      : null,
  };
}

type Losses = Pick<Prediction, 'lossPre' | 'lossFt' | 'forgetting'>;

/**
 * Compares the losses and the forgetting of a simulated network with the theory beside them: within the bound on rounding where
 * the checkpoint is that of the flow. Where pre-training was simulated too, theory has another checkpoint; then the simulation
 * is compared with the exact recurrence from its own, and that recurrence, from the checkpoint of the flow, with theory. Adds
 * what is left of each bound, as a share.
 *
 * @returns whether there was anything to compare
 */
export function compareWithTheory(
  study: FineTuningStudy,
  { tuning, start, tuned, expected, prediction }: TunedNetwork,
  slack: SmallestSlack,
): boolean {
  if (tuned === undefined || expected === undefined || start === undefined) return false;
  const { problem, times } = study;
  const share = scaleOf(problem.spectrum, tuning.task) / scaleOf(problem.spectrum);
  const floor = closedFormRounding(study) * share;
  const isTrained = start.trained !== undefined;
  add(slack, tuned, isTrained ? expected : prediction, bounds(expected, floor));
  if (isTrained && Number.isFinite(prediction.lossPre)) {
    const flow = flowStartingPoint(problem, times[tuning.at]!);
    const exact = expectTuning(study, flow, tuning, { kind: 'none', unitRoundoff: 0 });
    if (exact.divergedAt === undefined) add(slack, exact, prediction, bounds(exact, floor));
  }
  return true;
}

function bounds({ lossPreRounding, lossFtRounding }: ExpectedTuning, floor: number): Losses {
  const lossPre = lossPreRounding + floor;
  return { lossPre, lossFt: lossFtRounding + floor, forgetting: lossPre };
}

function add(slack: SmallestSlack, found: Losses, right: Losses, allowed: Losses): void {
  for (const name of ['lossPre', 'lossFt', 'forgetting'] as const) {
    slack.add(1 - Math.abs(found[name] - right[name]) / allowed[name], 0);
  }
}

/** `η(1 + λ)`, the rate at which a network descends on its effective task (T5). */
export function paceOf({ rate, pull }: Tuning): number {
  return rate * effectiveSpeed(pull);
}

/** The largest singular value that the network has at its start, aims at or is pulled to. */
export function largestValue({ problem }: FineTuningStudy, { task }: Tuning): number {
  const starts = problem.modes.map(({ start }) => start);
  return [...problem.spectrum, ...task.values, ...starts].reduce((most, value) => Math.max(most, value), 0);
}

/**
 * Why steps may overshoot, or undefined where they cannot, as gradient flow never does: below `1/(6M)` a step `D − 2η(1+λ)D(D² − g)` grows with D wherever
 * `D² ≤ M`, so that every mode moves toward its goal and never past it, and the order of two starts is kept.
 *
 * @param M the largest singular value anywhere
 */
export function overshootingSteps(
  { study, method }: Pick<FineTuningRun, 'study' | 'method'>,
  networks: readonly TunedNetwork[],
): string | undefined {
  if (method === 'flow') return undefined;
  const fastest = networks.reduce(
    (most, { tuning }) => Math.max(most, paceOf(tuning) * largestValue(study, tuning)),
    0,
  );
  return fastest <= 1 / 6
    ? undefined
    : `steps may overshoot: rate (1 + lambda) times the largest singular value is ${fastest.toPrecision(2)}, above 1/6`;
}

/** Float64 noise of the comparison itself, relative to the largest value. */
const COMPARISON_NOISE = 2 ** -46;

/**
 * T4 at a finite number of steps: the simulated singular values are those of the exact scalar recurrence, and losses and
 * forgetting those of the theory. The margin is what is left of the rounding bound at the worst of them, as a share of the bound.
 */
export function checkSteps(run: FineTuningRun): Check {
  if (!isSimulated(run)) {
    return notApplicable('T4-steps', nothingSimulated(run));
  }
  const excuse = notAligned(run);
  if (excuse !== undefined) return notApplicable('T4-steps', excuse);
  const slack = new SmallestSlack();
  const losses = new SmallestSlack();
  let worstError = 0;
  let values = 0;
  for (const { networks } of run.curves) {
    for (const network of networks) {
      const { tuned, expected } = network;
      if (tuned === undefined || expected?.modes === undefined) continue;
      const { values: exact, rounding } = expected.modes;
      const floor = COMPARISON_NOISE * exact.reduce((most, value) => Math.max(most, value), 0);
      tuned.singularValues.forEach((value, mode) => {
        values++;
        const error = Math.abs(value - exact[mode]!);
        const bound = floor + rounding[mode]!;
        if (slack.add(bound === 0 ? 1 - Math.sign(error) * 2 : 1 - error / bound, 0)) worstError = error;
      });
      compareWithTheory(run.study, network, losses);
    }
  }
  const percent = ({ margin }: SmallestSlack) => `${(100 * (1 - margin)).toPrecision(2)} %`;
  const worstOfValues = percent(slack);
  if (slack.comparisons > 0) slack.add(losses.margin, 0);
  return slack.verdict(
    'T4-steps',
    `${values} singular values after ${run.study.steps} steps against the exact recurrence: the worst is off by ${worstError.toExponential(1)}, ${worstOfValues} of the rounding bound; losses and forgetting against theory: ${percent(losses)} of it`,
    noComparison(run),
  );
}

function noComparison({ curves }: FineTuningRun): string {
  const angle = curves[0]?.networks[0]?.tuning.task.angle;
  const isTurned = curves.some(({ networks }) => networks.some(({ tuned }) => tuned !== undefined));
  return isTurned
    ? `the singular vectors of the task are turned by ${angle} degrees, so that modes do not decouple`
    : 'every network diverged';
}

/** Rounding of the two-term recurrence in float64 for each step, relative to the largest value. */
const RECURRENCE_NOISE = 2 ** -46;

/**
 * T5: regularised fine-tuning is plain fine-tuning to the effective task. The ensemble descends on `A_eff` at `1 + λ` times
 * the rate; here its singular values are compared with steps on `L_ft + λ‖W − W_0‖²` itself, whose two gradients are added,
 * in float64, and losses and forgetting with theory. The margin is what is left of the rounding bound, as a share.
 */
export function checkEffectiveTask(run: FineTuningRun): Check {
  if (!isSimulated(run)) return notApplicable('T5', 'nothing was simulated: the theory uses the same identity');
  const excuse = notAligned(run);
  if (excuse !== undefined) return notApplicable('T5', excuse);
  const slack = new SmallestSlack();
  let networks = 0;
  for (const { networks: members } of run.curves) {
    for (const network of members) {
      const { tuned, expected, tuning } = network;
      const values = sharedValues(tuning.task);
      if (tuned === undefined || expected?.modes === undefined || values === undefined) continue;
      networks++;
      const largest = expected.modes.values.reduce((most, value) => Math.max(most, value), 0);
      const noise = RECURRENCE_NOISE * Math.max(1, run.study.steps / 64) * largest;
      tuned.singularValues.forEach((value, mode) => {
        const exact = withTwoGradients(run.study, network, values, mode);
        const bound = noise + expected.modes!.rounding[mode]! + Number.MIN_VALUE;
        slack.add(1 - Math.abs(value - exact) / bound, 0);
      });
      compareWithTheory(run.study, network, slack);
    }
  }
  return slack.verdict(
    'T5',
    `${networks} networks on the effective task against steps on the regularised loss, and their losses against theory; smallest slack as a share of the rounding bound`,
    'no network with the singular vectors of pre-training came to its end',
  );
}

/** `D ← D − 2η[D(D² − σ^ft) + λD(D² − a)]` with the anchor a: the gradients of both losses, one mode. */
function withTwoGradients(
  { problem, steps, anchor }: FineTuningStudy,
  { start, tuning: { rate, pull } }: TunedNetwork,
  values: readonly number[],
  mode: number,
): number {
  const before = start!.factors[mode]!;
  const anchored = anchor === 'checkpoint' ? before * before : problem.modes[mode]!.sigma;
  let factor = before;
  for (let step = 0; step < steps; step++) {
    const onTask = factor * (factor * factor - values[mode]!);
    const onAnchor = factor * (factor * factor - anchored);
    factor -= 2 * rate * (onTask + pull * onAnchor);
  }
  return factor * factor;
}
