import { learnedModes, type Problem } from '../../theory/problem.js';
import { type Figure, figureOf, linear, pretrainingTime, turningTimes } from '../scenario/figure.js';
import type { RunEvent } from '../scenario/scenario.js';
import {
  column,
  inLoss,
  modeColumn,
  pure,
  type Reading,
  type Readings,
  sigmaColumn,
  type TableOf,
  table,
  timeColumn,
  turnColumns,
} from '../scenario/table.js';
import { type FineTuningCurve, type FineTuningRun, inflectionsOf } from './checks/numbers.js';
import type { FineTuningParameters, FineTuningPlan, PreparedFineTuning } from './prepare.js';
import type { Losses } from './rates.js';
import { type TunedNetwork, tuneNetworks } from './tuned-networks.js';
import type { FineTuningStudy, Task, Tuning } from './tuning.js';

/** How much a curve rises from its least value to its last; null where one of its values is missing. */
export function riseOf(values: readonly number[]): number | null {
  const rise = (values.at(-1) ?? Number.NaN) - values.reduce((a, b) => Math.min(a, b), Infinity);
  return Number.isFinite(rise) ? rise : null;
}

const OF_THEORY =
  'exact recurrence of gradient descent (T4, T5) from the checkpoint of the flow, or with finetuning=flow the closed form of gradient flow from there; null where descent diverged';

const OF_SIMULATION = 'of the simulated network; null where it diverged or nothing was simulated';

/** What theory and simulation make of a checkpoint; simulated losses are absent where it diverged or nothing was simulated. */
interface LossesPoint {
  readonly time: number;
  readonly prediction: Losses;
  readonly tuned?: Losses | undefined;
}

export const lossColumns = {
  loss_pre_theory: inLoss<LossesPoint>(
    `pre-training loss after fine-tuning: ${OF_THEORY}`,
    ({ prediction }) => prediction.lossPre,
  ),
  loss_pre_sim: inLoss<LossesPoint>(
    `pre-training loss after fine-tuning ${OF_SIMULATION}`,
    ({ tuned }) => tuned?.lossPre,
  ),
  loss_ft_theory: inLoss<LossesPoint>(
    `fine-tuning loss, without the pull: ${OF_THEORY}`,
    ({ prediction }) => prediction.lossFt,
  ),
  loss_ft_sim: inLoss<LossesPoint>(
    `fine-tuning loss, without the pull, ${OF_SIMULATION}`,
    ({ tuned }) => tuned?.lossFt,
  ),
};

/** A fine-tuned checkpoint and the study to which it belongs. */
export interface TunedPoint extends TunedNetwork {
  readonly time: number;
  readonly problem: Problem;
}

export const forgettingColumns = {
  forgetting_theory: inLoss<TunedPoint>(
    `pre-training loss after fine-tuning minus before: ${OF_THEORY}`,
    ({ prediction }) => prediction.forgetting,
  ),
  forgetting_sim: inLoss<TunedPoint>(
    `pre-training loss after fine-tuning minus before, ${OF_SIMULATION}`,
    ({ tuned }) => tuned?.forgetting,
  ),
};

/** The columns of a curve of checkpoints, after those that identify the curve. */
export const checkpointColumns: Readings<TunedPoint> = {
  time: timeColumn,
  learned: pure('modes of the checkpoint above half of their sigma', learnedIn),
  loss_pre_before: inLoss('pre-training loss of the checkpoint, before fine-tuning', ({ start }) => start?.loss),
  ...lossColumns,
  ...forgettingColumns,
};

/** What is known of the errors of a network that was simulated to its end. */
export interface TuningAccuracy {
  readonly time: number;
  readonly lossPreBias: number;
  readonly lossPreRounding: number;
  readonly lossFtBias: number;
  readonly lossFtRounding: number;
}

/** The columns of the table `accuracy`, after those that identify the curve. */
export const accuracyColumns = {
  time: timeColumn,
  loss_pre_bias: inLoss<TuningAccuracy>(
    'part of loss_pre_sim - loss_pre_theory that is due to pre-training by descent: exact recurrence from the trained checkpoint minus theory; 0 for pretraining=flow',
    ({ lossPreBias }) => lossPreBias,
  ),
  loss_pre_rounding: inLoss<TuningAccuracy>(
    'bound on what floating point adds to loss_pre_sim and to forgetting_sim',
    ({ lossPreRounding }) => lossPreRounding,
  ),
  loss_ft_bias: inLoss<TuningAccuracy>('the same part of loss_ft_sim - loss_ft_theory', ({ lossFtBias }) => lossFtBias),
  loss_ft_rounding: inLoss<TuningAccuracy>(
    'bound on what floating point adds to loss_ft_sim',
    ({ lossFtRounding }) => lossFtRounding,
  ),
};

interface TaskMode {
  readonly mode: number;
  readonly sigma: number;
  readonly sigmaFt: number;
}

/** The columns of the table `task`, after those that identify the task: what the new task is, in numbers, whatever form it was given in. */
export const taskColumns: Readings<TaskMode> = {
  mode: modeColumn,
  sigma: sigmaColumn,
  sigma_ft: pure(
    'singular value of the fine-tuning task in this mode, before its singular vectors are turned',
    ({ sigmaFt }) => sigmaFt,
  ),
};

/** The modes of a task beside those of pre-training. */
export function taskModes(spectrum: readonly number[], { values }: Task): TaskMode[] {
  return spectrum.map((sigma, mode) => ({ mode: mode + 1, sigma, sigmaFt: values[mode]! }));
}

export const taskTable = table('task', taskColumns);

const NO_TURN = 'null where that is the last time, or where the curve then rises by no more than rounding';

/** Inflections of fine-tuning, which have more reasons to be missing than those of noise. */
export const tunedTurnColumns = {
  time_theory: {
    ...turnColumns.time_theory,
    description: `time on the grid at which the theoretical curve is least, ignoring checkpoints from which descent diverged; ${NO_TURN}`,
  },
  time_sim: {
    ...turnColumns.time_sim,
    description: `time on the grid at which the simulated curve is least; ${NO_TURN}, where pre-training or a network of the curve diverged, or where nothing was simulated`,
  },
};

export const learningRateColumn = column<{ readonly key: number }>(
  'flow time per step',
  'learning rate of fine-tuning',
  ({ key }) => key,
);

export const lambdaColumn = pure<{ readonly key: number }>(
  'pull toward the anchor: fine-tuning descends on L_ft + lambda ||W - anchor||^2',
  ({ key }) => key,
);

/** The tables of a scenario whose curves differ in one number each. @param key what this number is called, in words */
export function curveTables(key: string, keyColumn: Reading<{ readonly key: number }>) {
  const name = key.replaceAll(' ', '_');
  const keyed = { [name]: keyColumn };
  type Keyed = { readonly key: number };
  type Turns = { readonly timeTheory: number | null; readonly timeSim: number | null };
  return {
    key,
    curve: table<TunedPoint & Keyed>('curve', { ...keyed, ...checkpointColumns }).sortedBy(name, 'time'),
    inflection: table<Keyed & Turns>('inflection', { ...keyed, ...tunedTurnColumns }),
    accuracy: table<TuningAccuracy & Keyed>('accuracy', { ...keyed, ...accuracyColumns }).sortedBy(name, 'time'),
  };
}

export const overshootColumn = pure<{ readonly overshoot: number }>(
  'factor sigma_ft / sigma of the modes that the fine-tuning task changes',
  ({ overshoot }) => overshoot,
);

export const angleColumn = column<{ readonly angle: number }>(
  'degrees',
  'turn of the singular vectors of the fine-tuning task in the planes of modes (1,2), (3,4), …',
  ({ angle }) => angle,
);

/** One curve of a scenario: what its networks have in common, and the value that identifies it. */
export interface PlannedCurve {
  readonly key: number;
  readonly rate: number;
  readonly pull: number;
}

/** The plan of a scenario whose curves differ in one number each. */
export interface CurvesPlan<Parameters extends FineTuningParameters> extends FineTuningPlan {
  readonly parameters: Parameters;
  readonly task: Task;
  readonly curves: readonly PlannedCurve[];
  readonly tunings: readonly Tuning[];
}

export function planTunings(curves: readonly PlannedCurve[], times: readonly number[], task: Task): Tuning[] {
  return curves.flatMap(({ rate, pull }) => times.map((_, at) => ({ at, task, rate, pull })));
}

/**
 * Fine-tunes every checkpoint on every curve and yields the rows of the tables `curve`, `inflection` and `accuracy`; returns
 * what the checks look at.
 *
 * @param curves what `planTunings` was given
 * @param tunings what it gave
 */
export async function* tuneCurves(
  prepared: PreparedFineTuning,
  parameters: FineTuningParameters,
  curves: readonly PlannedCurve[],
  tunings: readonly Tuning[],
  tables: ReturnType<typeof curveTables>,
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent, FineTuningRun, undefined> {
  const { study, simulation } = prepared;
  const { times } = study;
  if (simulation !== undefined) yield* simulation.pretrain();
  const networks: TunedNetwork[] = [];
  const curveOf = (index: number) => curves[Math.floor(index / times.length)]!;
  const describe = (tuning: Tuning) => {
    const { key } = curveOf(tunings.indexOf(tuning));
    return `${tables.key} ${key}, time ${Number(times[tuning.at]!.toPrecision(4))}`;
  };
  for await (const event of tuneNetworks(prepared, tunings, parameters.finetuning, describe, signal)) {
    if (event.kind !== 'network') {
      yield event;
      continue;
    }
    const { index, network } = event;
    networks[index] = network;
    const { key } = curveOf(index);
    yield tables.curve.rows([{ key, ...tunedPoint(study, network) }]);
    yield tables.accuracy.rows(
      accuracyOf(times, network, parameters.pretraining === 'descent').map((known) => ({ key, ...known })),
    );
  }
  const measured: FineTuningCurve[] = curves.map(({ key }, curve) => ({
    key,
    networks: networks.slice(curve * times.length, (curve + 1) * times.length),
  }));
  const timeAt = (index: number | null) => (index === null ? null : times[index]!);
  yield tables.inflection.rows(
    measured.map((curve) => {
      const { theory, simulation } = inflectionsOf(study, curve);
      return { key: curve.key, timeTheory: timeAt(theory), timeSim: timeAt(simulation) };
    }),
  );
  return { study, method: parameters.finetuning, curves: measured };
}

export function tunedPoint({ problem, times }: FineTuningStudy, network: TunedNetwork): TunedPoint {
  return { ...network, problem, time: times[network.tuning.at]! };
}

function learnedIn({ start, problem, time }: TunedPoint): number {
  return start?.trained === undefined
    ? learnedModes(problem, time)
    : problem.modes.filter(({ sigma }, mode) => sigma > 0 && start.factors[mode]! ** 2 > sigma / 2).length;
}

/** What is known of the errors of a network; nothing where it was not simulated to its end. */
export function accuracyOf(
  times: readonly number[],
  { tuning, prediction, expected, tuned }: TunedNetwork,
  isTrained: boolean,
): TuningAccuracy[] {
  if (expected === undefined || tuned === undefined) return [];
  const { lossPre, lossFt, lossPreRounding, lossFtRounding } = expected;
  const lossPreBias = isTrained ? lossPre - prediction.lossPre : 0;
  const lossFtBias = isTrained ? lossFt - prediction.lossFt : 0;
  return [{ time: times[tuning.at]!, lossPreBias, lossPreRounding, lossFtBias, lossFtRounding }];
}

/** The U-turn: pre-training loss after fine-tuning against pre-training time. */
export function lossPreFigure(curve: TableOf<never>, series: string): Figure {
  const [title, y] = ['Pre-training loss after fine-tuning', linear('loss_pre', 'pre-training loss')];
  return figureOf(curve, 'loss-pre', title, pretrainingTime, y, { series, inflection: turningTimes });
}

export function fineTuningLossFigure(curve: TableOf<never>, series: string): Figure {
  const y = linear('loss_ft', 'fine-tuning loss');
  return figureOf(curve, 'loss-ft', 'Fine-tuning loss', pretrainingTime, y, { series });
}
