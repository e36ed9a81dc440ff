import { z } from 'zod';
import {
  checkSteps,
  closedFormRounding,
  type FineTuningRun,
  finetuningVerdicts,
} from '../../finetuning/checks/numbers.js';
import { checkPlanes } from '../../finetuning/checks/turned.js';
import {
  angleParameter,
  lambdaParameter,
  searchedRatesParameter,
  stepsParameter,
  targetParameter,
} from '../../finetuning/finetuning-parameters.js';
import { predict } from '../../finetuning/prediction.js';
import {
  checkpointParameters,
  type FineTuningPlan,
  methodParameters,
  type OneTaskParameters,
  type PreparedFineTuning,
  planFineTuning,
  resolveOneTask,
  taskOf,
} from '../../finetuning/prepare.js';
import { type Losses, tuneRates } from '../../finetuning/rates.js';
import {
  accuracyColumns,
  accuracyOf,
  forgettingColumns,
  lossColumns,
  riseOf,
  type TunedPoint,
  type TuningAccuracy,
  taskModes,
  taskTable,
  tunedPoint,
  tunedTurnColumns,
} from '../../finetuning/tables.js';
import { type TunedNetwork, tuneNetworks } from '../../finetuning/tuned-networks.js';
import { type FineTuningStudy, sharedValues, type Tuning } from '../../finetuning/tuning.js';
import { turningPoint } from '../../finetuning/turning-point.js';
import { figureOf, linear, logarithmic, pretrainingTime, turningTimes } from '../../scenario/figure.js';
import type { Resolved, RunEvent, Scenario } from '../../scenario/scenario.js';
import { column, declaring, inLoss, type Reading, table, timeColumn } from '../../scenario/table.js';

export interface BestNetwork {
  readonly network: TunedNetwork;
  /** Range of its pre-training loss over the rates that are as good. */
  readonly spread: number;
}

/**
 * Looks for the best rate of every checkpoint, fine-tunes with it, and yields the rows of `fixed` and `curve` on the way.
 *
 * @param common what the networks of the checkpoints have in common
 * @returns the network of each checkpoint that pre-training reached at its best rate
 */
export async function* tunedNetworks(
  prepared: PreparedFineTuning,
  { learningRates, finetuning, pretraining }: FinetuneTunedParameters,
  common: readonly Omit<Tuning, 'rate'>[],
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent, BestNetwork[], undefined> {
  const { study, simulation } = prepared;
  const reached = common.filter(({ at }) => simulation === undefined || simulation.start(at) !== undefined);
  const search = tuneRates(prepared, reached, learningRates, finetuning, signal);
  let found = await search.next();
  for (; !found.done; found = await search.next()) {
    if (found.value.kind === 'progress') yield found.value;
    else {
      const { tuning, losses } = found.value;
      const point = { rate: tuning.rate, time: study.times[tuning.at]! };
      const known =
        simulation === undefined
          ? { prediction: losses }
          : { prediction: predict(study, tuning, finetuning), tuned: losses };
      yield fixed.rows([{ ...point, ...known }]);
    }
  }
  const best = found.value;
  const tunings = reached.map((member, index): Tuning => ({ ...member, rate: best[index]!.rate }));
  const describe = ({ at, rate }: Tuning) =>
    `best learning rate ${rate.toPrecision(3)}, time ${Number(study.times[at]!.toPrecision(4))}`;
  const networks: BestNetwork[] = [];
  for await (const event of tuneNetworks(prepared, tunings, finetuning, describe, signal)) {
    if (event.kind === 'network') {
      networks[event.index] = { network: event.network, spread: best[event.index]!.spread };
      yield curve.rows([tunedPoint(study, event.network)]);
      yield accuracy.rows(accuracyOf(study.times, event.network, pretraining === 'descent'));
    } else yield event;
  }
  return networks;
}

/** Cells of one network of the grid in the table `fixed`; its modes take as much again for each. */
const CELLS = 6;

/** A rise that rates with equal fine-tuning losses could make or unmake is none. */
const withinSearch = <Point>(found: Reading<Point>): Reading<Point> => ({
  ...found,
  description: `${found.description}; null also where the rise is smaller than the differences between equally good rates`,
});

const rateColumn = <Point>(description: string, value: (point: Point) => number) =>
  column('flow time per step', description, value);

const { loss_pre_theory, loss_pre_sim, loss_ft_theory, loss_ft_sim } = lossColumns;

const curve = table<TunedPoint>('curve', {
  time: timeColumn,
  learning_rate: rateColumn(
    'rate with the least fine-tuning loss from this checkpoint; the smallest of equally good ones',
    ({ tuning }) => tuning.rate,
  ),
  ...{ loss_ft_sim, loss_pre_sim, forgetting_sim: forgettingColumns.forgetting_sim },
  ...{ loss_ft_theory, loss_pre_theory, forgetting_theory: forgettingColumns.forgetting_theory },
}).sortedBy('time');

const RISE = 'pre-training loss after fine-tuning at the last checkpoint minus its least value over the checkpoints';

const inflection = table<ReturnType<typeof inflectionOf>>('inflection', {
  time_theory: withinSearch(tunedTurnColumns.time_theory),
  time_sim: withinSearch(tunedTurnColumns.time_sim),
  rise_theory: inLoss(`theoretical ${RISE}`, ({ riseTheory }) => riseTheory),
  rise_sim: inLoss(`simulated ${RISE}`, ({ riseSim }) => riseSim),
});

const fixed = table<{ readonly rate: number; readonly time: number; prediction: Losses; tuned?: Losses }>('fixed', {
  learning_rate: rateColumn('rate of the grid, the same at every checkpoint', ({ rate }) => rate),
  time: timeColumn,
  ...{ loss_ft_theory, loss_ft_sim, loss_pre_theory, loss_pre_sim },
}).sortedBy('learning_rate', 'time');

const accuracy = table<TuningAccuracy>('accuracy', accuracyColumns).sortedBy('time');

interface TunedPlan extends FineTuningPlan {
  readonly parameters: FinetuneTunedParameters;
  readonly task: Tuning['task'];
  /** What the networks of the checkpoints have in common, whatever their rate. */
  readonly common: readonly Omit<Tuning, 'rate'>[];
}

const schema = z.object({
  ...checkpointParameters,
  target: targetParameter('overshoot:4:3'),
  angle: angleParameter,
  learningRates: searchedRatesParameter('log:0.01:0.36:16'),
  steps: stepsParameter(8),
  lambda: lambdaParameter(0),
  ...methodParameters,
});

export type FinetuneTunedParameters = Resolved<typeof schema, OneTaskParameters>;

/** Fine-tuning with the learning rate tuned for the new task at every checkpoint. */
export const finetuneTuned: Scenario<FinetuneTunedParameters, TunedPlan, typeof schema> = {
  id: 'finetune-tuned',
  title: 'Fine-tuning with the learning rate tuned per checkpoint',
  summary:
    'Does the U-turn survive when every checkpoint gets the best rate for the new task? With few steps it does; with many, all checkpoints end the same.',
  source: 'arXiv 2503.19206, section 3 (tuned learning rates) and section 4; claim T4',
  group: 'main paper',
  claims: ['T4-steps', 'T4-rotation'],
  engines: ['modes', 'matrix', 'exact'],
  schema,
  presets: { survives: { target: 'overshoot:4:3', steps: '8' }, vanishes: { target: 'overshoot:12:2.5', steps: '40' } },
  ...declaring(curve, inflection, fixed, accuracy, taskTable),
  figures: [
    figureOf(
      curve,
      'loss-pre',
      'Pre-training loss after fine-tuning, rate tuned per checkpoint',
      pretrainingTime,
      linear('loss_pre', 'pre-training loss'),
      { inflection: turningTimes },
    ),
    figureOf(
      curve,
      'learning-rate',
      'Best learning rate for the new task',
      pretrainingTime,
      logarithmic('learning_rate'),
    ),
    figureOf(
      fixed,
      'fixed',
      'For comparison: the same rate at every checkpoint',
      pretrainingTime,
      linear('loss_pre', 'pre-training loss'),
      { series: 'learning_rate' },
    ),
  ],
  resolve: (parsed) => resolveOneTask(parsed, parsed.learningRates, CELLS),
  async plan(parameters, request) {
    const { times, learningRates, lambda } = parameters;
    const task = taskOf(parameters, request.seed);
    const common = times.map((_, at) => ({ at, task, pull: lambda }));
    const grid = common.flatMap((member) => learningRates.map((rate) => ({ ...member, rate })));
    return { ...(await planFineTuning(parameters, grid, request)), parameters, task, common };
  },
  async *run({ parameters, task, common, prepared }, context) {
    const tuning = prepared(context);
    const { study, simulation, precision } = tuning;
    yield taskTable.rows(taskModes(parameters.spectrum, task));
    if (simulation !== undefined) yield* simulation.pretrain();
    const best = yield* tunedNetworks(tuning, parameters, common, context.signal);
    const run: FineTuningRun = {
      study,
      method: parameters.finetuning,
      curves: [{ key: 0, networks: best.map(({ network }) => network) }],
    };
    yield inflection.rows([inflectionOf(study, best)]);
    yield* finetuningVerdicts(run, precision, [sharedValues(task) === undefined ? checkPlanes : checkSteps]);
  },
};

function inflectionOf(study: FineTuningStudy, best: readonly BestNetwork[]) {
  const times = best.map(({ network }) => study.times[network.tuning.at]!);
  const rounding = closedFormRounding(study);
  const predicted = best.map(({ network }) => network.prediction.lossPre);
  const simulated = best.map(({ network }) => network.tuned?.lossPre ?? Number.NaN);
  const open = best.map(({ spread }) => spread + rounding);
  const isComplete = best.length === study.times.length && simulated.every((value) => !Number.isNaN(value));
  const rounded = best.map(({ network }, at) => open[at]! + (network.expected?.lossPreRounding ?? 0));
  return {
    timeTheory: turningPoint(times, predicted, open)?.time,
    timeSim: isComplete ? turningPoint(times, simulated, rounded)?.time : undefined,
    riseTheory: riseOf(predicted),
    riseSim: isComplete ? riseOf(simulated) : null,
  };
}
