import { learnedModes } from '../../theory/problem.js';
import type { Figure } from '../scenario/figure.js';
import type { RunEvent } from '../scenario/scenario.js';
import { type Column, modeColumn, type Row, sigmaColumn, timeColumn } from '../scenario/table.js';
import { type FineTuningCurve, type FineTuningRun, inflectionsOf } from './checks/numbers.js';
import { finiteOrNull } from './prediction.js';
import type { FineTuningParameters, FineTuningPlan, PreparedFineTuning } from './prepare.js';
import { type TunedNetwork, tuneNetworks } from './tuned-networks.js';
import type { Task, Tuning } from './tuning.js';

/** How much a curve rises from its least value to its last; null where one of its values is missing. */
export function riseOf(values: readonly number[]): number | null {
  const rise = (values.at(-1) ?? Number.NaN) - values.reduce((a, b) => Math.min(a, b), Infinity);
  return Number.isFinite(rise) ? rise : null;
}

const lossColumn = (name: string, description: string): Column => ({ name, unit: 'loss', description });

export const learningRateColumn: Column = {
  name: 'learning_rate',
  unit: 'flow time per step',
  description: 'learning rate of fine-tuning',
};

export const lambdaColumn: Column = {
  name: 'lambda',
  unit: '1',
  description: 'pull toward the anchor: fine-tuning descends on L_ft + lambda ||W - anchor||^2',
};

export const learnedColumn: Column = {
  name: 'learned',
  unit: '1',
  description: 'modes of the checkpoint above half of their sigma',
};

export const lossPreBeforeColumn = lossColumn(
  'loss_pre_before',
  'pre-training loss of the checkpoint, before fine-tuning',
);

const OF_THEORY =
  'exact recurrence of gradient descent (T4, T5) from the checkpoint of the flow, or with finetuning=flow the closed form of gradient flow from there; null where descent diverged';

const OF_SIMULATION = 'of the simulated network; null where it diverged or nothing was simulated';

export const lossPreTheoryColumn = lossColumn('loss_pre_theory', `pre-training loss after fine-tuning: ${OF_THEORY}`);

export const lossPreSimColumn = lossColumn('loss_pre_sim', `pre-training loss after fine-tuning ${OF_SIMULATION}`);

export const lossFtTheoryColumn = lossColumn('loss_ft_theory', `fine-tuning loss, without the pull: ${OF_THEORY}`);

export const lossFtSimColumn = lossColumn('loss_ft_sim', `fine-tuning loss, without the pull, ${OF_SIMULATION}`);

export const forgettingTheoryColumn = lossColumn(
  'forgetting_theory',
  `pre-training loss after fine-tuning minus before: ${OF_THEORY}`,
);

export const forgettingSimColumn = lossColumn(
  'forgetting_sim',
  `pre-training loss after fine-tuning minus before, ${OF_SIMULATION}`,
);

/** The columns of a curve of checkpoints, after those that identify the curve. */
export const checkpointColumns: readonly Column[] = [
  timeColumn,
  learnedColumn,
  lossPreBeforeColumn,
  lossPreTheoryColumn,
  lossPreSimColumn,
  lossFtTheoryColumn,
  lossFtSimColumn,
  forgettingTheoryColumn,
  forgettingSimColumn,
];

/** The columns of the table `accuracy`, after those that identify the curve. */
export const accuracyColumns: readonly Column[] = [
  timeColumn,
  lossColumn(
    'loss_pre_bias',
    'part of loss_pre_sim - loss_pre_theory that pre-training by descent makes: exact recurrence from the trained checkpoint minus theory; 0 for pretraining=flow',
  ),
  lossColumn('loss_pre_rounding', 'bound on what floating point adds to loss_pre_sim and to forgetting_sim'),
  lossColumn('loss_ft_bias', 'the same part of loss_ft_sim - loss_ft_theory'),
  lossColumn('loss_ft_rounding', 'bound on what floating point adds to loss_ft_sim'),
];

/** The columns of the table `task`, after those that identify the task: what the new task is, in numbers, whatever form it was given in. */
export const taskColumns: readonly Column[] = [
  modeColumn,
  sigmaColumn,
  {
    name: 'sigma_ft',
    unit: '1',
    description: 'singular value of the fine-tuning task in this mode, before its singular vectors are turned',
  },
];

const NO_TURN = 'null where that is the last time, or where the curve then rises by no more than rounding';

/** Inflections of fine-tuning, which have more reasons to be missing than those of noise. */
export const turnTheoryColumn: Column = {
  name: 'time_theory',
  unit: 'flow time',
  description: `time on the grid at which the theoretical curve is least, checkpoints from which descent diverged passed over; ${NO_TURN}`,
};

export const turnSimColumn: Column = {
  name: 'time_sim',
  unit: 'flow time',
  description: `time on the grid at which the simulated curve is least; ${NO_TURN}, where pre-training or a network of the curve diverged, or where nothing was simulated`,
};

export const overshootColumn: Column = {
  name: 'overshoot',
  unit: '1',
  description: 'factor sigma_ft / sigma of the modes that the fine-tuning task changes',
};

export const angleColumn: Column = {
  name: 'angle',
  unit: 'degrees',
  description: 'turn of the singular vectors of the fine-tuning task in the planes of modes (1,2), (3,4), …',
};

/** How much longer pre-training hurts, along one curve. */
export const riseColumn = (name: string, curve: string) => ({
  name,
  unit: 'loss',
  description: `${curve} pre-training loss after fine-tuning at the last checkpoint minus its least value over the checkpoints`,
});

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

/** The networks of some curves, one for each checkpoint, curve by curve. */
export function planTunings(curves: readonly PlannedCurve[], times: readonly number[], task: Task): Tuning[] {
  return curves.flatMap(({ rate, pull }) => times.map((_, at) => ({ at, task, rate, pull })));
}

/**
 * Fine-tunes every checkpoint on every curve and yields the rows of the tables `curve`, `inflection` and `accuracy`; returns
 * what the checks look at.
 *
 * @param curves what `planTunings` was given
 * @param tunings what it gave
 * @param keyName what distinguishes the curves, in words: `learning rate`
 */
export async function* tuneCurves(
  prepared: PreparedFineTuning,
  parameters: FineTuningParameters,
  curves: readonly PlannedCurve[],
  tunings: readonly Tuning[],
  keyName: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent, FineTuningRun, undefined> {
  const { study, simulation } = prepared;
  const { times } = study;
  if (simulation !== undefined) yield* simulation.pretrain();
  const networks: TunedNetwork[] = [];
  const curveOf = (index: number) => curves[Math.floor(index / times.length)]!;
  const describe = (tuning: Tuning) => {
    const { key } = curveOf(tunings.indexOf(tuning));
    return `${keyName} ${key}, time ${Number(times[tuning.at]!.toPrecision(4))}`;
  };
  for await (const event of tuneNetworks(prepared, tunings, parameters.finetuning, describe, signal)) {
    if (event.kind !== 'network') {
      yield event;
      continue;
    }
    const { index, network } = event;
    networks[index] = network;
    const { key } = curveOf(index);
    yield { kind: 'rows', table: 'curve', rows: [[key, ...checkpointCells(prepared, network)]] };
    const known = accuracyCells(times, network, parameters.pretraining === 'descent');
    if (known !== undefined) yield { kind: 'rows', table: 'accuracy', rows: [[key, ...known]] };
  }
  const measured: FineTuningCurve[] = curves.map(({ key }, curve) => ({
    key,
    networks: networks.slice(curve * times.length, (curve + 1) * times.length),
  }));
  yield { kind: 'rows', table: 'inflection', rows: measured.map((curve) => inflectionRow(prepared, curve)) };
  return { study, method: parameters.finetuning, curves: measured };
}

/** Cells of `checkpointColumns`. */
export function checkpointCells({ study }: PreparedFineTuning, network: TunedNetwork): Row {
  const { start, prediction, tuned, tuning } = network;
  const { problem, times } = study;
  const time = times[tuning.at]!;
  const learned =
    start?.trained === undefined
      ? learnedModes(problem, time)
      : problem.modes.filter(({ sigma }, mode) => sigma > 0 && start.factors[mode]! ** 2 > sigma / 2).length;
  return [
    time,
    learned,
    start?.loss ?? null,
    finiteOrNull(prediction.lossPre),
    tuned?.lossPre ?? null,
    finiteOrNull(prediction.lossFt),
    tuned?.lossFt ?? null,
    finiteOrNull(prediction.forgetting),
    tuned?.forgetting ?? null,
  ];
}

/** Cells of `accuracyColumns`; undefined where a network was not simulated to its end. */
export function accuracyCells(
  times: readonly number[],
  { tuning, prediction, expected, tuned }: TunedNetwork,
  isTrained: boolean,
): [number, number, number | null, number, number | null] | undefined {
  if (expected === undefined || tuned === undefined) return undefined;
  const { lossPre, lossFt, lossPreRounding, lossFtRounding } = expected;
  return [
    times[tuning.at]!,
    isTrained ? lossPre - prediction.lossPre : 0,
    finiteOrNull(lossPreRounding),
    isTrained ? lossFt - prediction.lossFt : 0,
    finiteOrNull(lossFtRounding),
  ];
}

function inflectionRow({ study }: PreparedFineTuning, curve: FineTuningCurve): Row {
  const { theory, simulation } = inflectionsOf(study, curve);
  const time = (index: number | null) => (index === null ? null : study.times[index]!);
  return [curve.key, time(theory), time(simulation)];
}

/*
 * Figures of fine-tuning that several scenarios draw.
 */

/** The x axis of every figure over checkpoints. */
export const pretrainingTime = { column: 'time', label: 'pre-training time', scale: 'log' } as const;

/** The U-turn: pre-training loss after fine-tuning against pre-training time. */
export function lossPreFigure(series: string): Figure {
  return {
    id: 'loss-pre',
    title: 'Pre-training loss after fine-tuning',
    table: 'curve',
    x: pretrainingTime,
    y: { theory: 'loss_pre_theory', simulation: 'loss_pre_sim', label: 'pre-training loss', scale: 'linear' },
    series,
    inflection: { table: 'inflection', theory: 'time_theory', simulation: 'time_sim' },
  };
}

/** What fine-tuning is for: its own loss. */
export function fineTuningLossFigure(series: string): Figure {
  return {
    id: 'loss-ft',
    title: 'Fine-tuning loss',
    table: 'curve',
    x: pretrainingTime,
    y: { theory: 'loss_ft_theory', simulation: 'loss_ft_sim', label: 'fine-tuning loss', scale: 'linear' },
    series,
  };
}

/** How much of pre-training is lost. */
export function forgettingFigure(series: string): Figure {
  return {
    id: 'forgetting',
    title: 'Forgetting',
    table: 'curve',
    x: pretrainingTime,
    y: { theory: 'forgetting_theory', simulation: 'forgetting_sim', label: 'forgetting', scale: 'linear' },
    series,
  };
}
