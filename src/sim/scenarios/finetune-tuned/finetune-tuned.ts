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
import { finiteOrNull, predict } from '../../finetuning/prediction.js';
import {
  checkpointParameters,
  type FineTuningPlan,
  methodParameters,
  type OneTaskParameters,
  type PreparedFineTuning,
  planFineTuning,
  resolveOneTask,
  taskOf,
  taskRows,
} from '../../finetuning/prepare.js';
import { type Losses, tuneRates } from '../../finetuning/rates.js';
import {
  accuracyCells,
  accuracyColumns,
  forgettingSimColumn,
  forgettingTheoryColumn,
  lossFtSimColumn,
  lossFtTheoryColumn,
  lossPreSimColumn,
  lossPreTheoryColumn,
  pretrainingTime,
  riseColumn,
  riseOf,
  taskColumns,
  turnSimColumn,
  turnTheoryColumn,
} from '../../finetuning/tables.js';
import { type TunedNetwork, tuneNetworks } from '../../finetuning/tuned-networks.js';
import { type FineTuningStudy, sharedValues, type Tuning } from '../../finetuning/tuning.js';
import { turningPoint } from '../../finetuning/turning-point.js';
import type { RunEvent, Scenario } from '../../scenario/scenario.js';
import { type Column, type Row, timeColumn } from '../../scenario/table.js';

/** A network at the best rate of its checkpoint. */
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
      const isSimulated = simulation !== undefined;
      const theory = isSimulated ? predict(study, tuning, finetuning) : losses;
      const rows = [fixedRow(study.times[tuning.at]!, tuning.rate, theory, isSimulated ? losses : undefined)];
      yield { kind: 'rows', table: 'fixed', rows };
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
      yield { kind: 'rows', table: 'curve', rows: [curveRow(study.times, event.network)] };
      const known = accuracyCells(study.times, event.network, pretraining === 'descent');
      if (known !== undefined) yield { kind: 'rows', table: 'accuracy', rows: [known] };
    } else yield event;
  }
  return networks;
}

function fixedRow(time: number, rate: number, theory: Losses, simulated: Losses | undefined): Row {
  return [
    rate,
    time,
    finiteOrNull(theory.lossFt),
    finiteOrNull(simulated?.lossFt ?? Number.NaN),
    finiteOrNull(theory.lossPre),
    finiteOrNull(simulated?.lossPre ?? Number.NaN),
  ];
}

function curveRow(times: readonly number[], { tuning, tuned, prediction }: TunedNetwork): Row {
  return [
    times[tuning.at]!,
    tuning.rate,
    tuned?.lossFt ?? null,
    tuned?.lossPre ?? null,
    tuned?.forgetting ?? null,
    finiteOrNull(prediction.lossFt),
    finiteOrNull(prediction.lossPre),
    finiteOrNull(prediction.forgetting),
  ];
}

export interface FinetuneTunedParameters extends OneTaskParameters {
  /** The grid on which the search begins, increasing. */
  readonly learningRates: readonly number[];
  readonly lambda: number;
}

/** Cells of one network of the grid in the table `fixed`; its modes take as much again for each. */
const CELLS = 6;

/** A rise that rates with equal fine-tuning losses could make or unmake is none. */
const withinSearch = (column: Column): Column => ({
  ...column,
  description: `${column.description}; null also where the curve rises by less than equally good rates differ`,
});

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
  tables: {
    curve: [
      timeColumn,
      {
        name: 'learning_rate',
        unit: 'flow time per step',
        description:
          'rate with the least fine-tuning loss from this checkpoint; the smallest where several are as good',
      },
      lossFtSimColumn,
      lossPreSimColumn,
      forgettingSimColumn,
      lossFtTheoryColumn,
      lossPreTheoryColumn,
      forgettingTheoryColumn,
    ],
    inflection: [
      withinSearch(turnTheoryColumn),
      withinSearch(turnSimColumn),
      riseColumn('rise_theory', 'theoretical'),
      riseColumn('rise_sim', 'simulated'),
    ],
    fixed: [
      {
        name: 'learning_rate',
        unit: 'flow time per step',
        description: 'rate of the grid, the same at every checkpoint',
      },
      timeColumn,
      lossFtTheoryColumn,
      lossFtSimColumn,
      lossPreTheoryColumn,
      lossPreSimColumn,
    ],
    accuracy: [...accuracyColumns],
    task: taskColumns,
  },
  rowOrder: { curve: ['time'], accuracy: ['time'], fixed: ['learning_rate', 'time'] },
  figures: [
    {
      id: 'loss-pre',
      title: 'Pre-training loss after fine-tuning, rate tuned per checkpoint',
      table: 'curve',
      x: pretrainingTime,
      y: { theory: 'loss_pre_theory', simulation: 'loss_pre_sim', label: 'pre-training loss', scale: 'linear' },
      inflection: { table: 'inflection', theory: 'time_theory', simulation: 'time_sim' },
    },
    {
      id: 'learning-rate',
      title: 'Best learning rate for the new task',
      table: 'curve',
      x: pretrainingTime,
      y: { simulation: 'learning_rate', label: 'learning rate', scale: 'log' },
    },
    {
      id: 'fixed',
      title: 'For comparison: the same rate at every checkpoint',
      table: 'fixed',
      x: pretrainingTime,
      y: { theory: 'loss_pre_theory', simulation: 'loss_pre_sim', label: 'pre-training loss', scale: 'linear' },
      series: 'learning_rate',
    },
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
    yield { kind: 'rows', table: 'task', rows: taskRows(parameters.spectrum, task) };
    if (simulation !== undefined) yield* simulation.pretrain();
    const best = yield* tunedNetworks(tuning, parameters, common, context.signal);
    const run: FineTuningRun = {
      study,
      method: parameters.finetuning,
      curves: [{ key: 0, networks: best.map(({ network }) => network) }],
    };
    yield { kind: 'rows', table: 'inflection', rows: [inflectionRow(study, best)] };
    yield* finetuningVerdicts(run, precision, [sharedValues(task) === undefined ? checkPlanes : checkSteps]);
  },
};

function inflectionRow(study: FineTuningStudy, best: readonly BestNetwork[]): Row {
  const times = best.map(({ network }) => study.times[network.tuning.at]!);
  const rounding = closedFormRounding(study);
  const predicted = best.map(({ network }) => network.prediction.lossPre);
  const simulated = best.map(({ network }) => network.tuned?.lossPre ?? Number.NaN);
  const open = best.map(({ spread }) => spread + rounding);
  const isComplete = best.length === study.times.length && simulated.every((value) => !Number.isNaN(value));
  const rounded = best.map(({ network }, at) => open[at]! + (network.expected?.lossPreRounding ?? 0));
  return [
    turningPoint(times, predicted, open)?.time ?? null,
    isComplete ? (turningPoint(times, simulated, rounded)?.time ?? null) : null,
    riseOf(predicted),
    isComplete ? riseOf(simulated) : null,
  ];
}
