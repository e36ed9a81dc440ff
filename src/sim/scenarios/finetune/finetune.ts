import { z } from 'zod';
import { checkErase, checkForgetting } from '../../finetuning/checks/forgetting.js';
import { checkSteps, finetuningVerdicts } from '../../finetuning/checks/numbers.js';
import { checkRateOrder } from '../../finetuning/checks/order.js';
import { checkPlanes, checkRiccatiLimit } from '../../finetuning/checks/turned.js';
import {
  angleParameter,
  lambdaParameter,
  learningRatesParameter,
  stepsParameter,
  targetParameter,
} from '../../finetuning/finetuning-parameters.js';
import {
  checkpointParameters,
  methodParameters,
  type OneTaskParameters,
  planFineTuning,
  resolveOneTask,
  taskOf,
} from '../../finetuning/prepare.js';
import {
  type CurvesPlan,
  curveTables,
  fineTuningLossFigure,
  learningRateColumn,
  lossPreFigure,
  type PlannedCurve,
  planTunings,
  taskModes,
  taskTable,
  tuneCurves,
} from '../../finetuning/tables.js';
import { sharedValues } from '../../finetuning/tuning.js';
import { figureOf, linear, pretrainingTime } from '../../scenario/figure.js';
import type { Resolved, Scenario } from '../../scenario/scenario.js';
import { declaring } from '../../scenario/table.js';

/** Cells of one network in the tables; what is kept of its modes for the checks takes as much again for each. */
const CELLS = 16;

const tables = curveTables('learning rate', learningRateColumn);

const schema = z.object({
  ...checkpointParameters,
  target: targetParameter('overshoot:4:3'),
  angle: angleParameter,
  learningRates: learningRatesParameter([0.001, 0.002, 0.004, 0.008, 0.016]),
  steps: stepsParameter(200),
  lambda: lambdaParameter(0),
  ...methodParameters,
});

export type FinetuneParameters = Resolved<typeof schema, OneTaskParameters>;

/** The fine-tuning half of the paper: K steps at a fixed learning rate from every checkpoint of pre-training. */
export const finetune: Scenario<FinetuneParameters, CurvesPlan<FinetuneParameters>, typeof schema> = {
  id: 'finetune',
  title: 'Fine-tuning at a fixed learning rate: forgetting and the U-turn',
  summary:
    'A task that overshoots features makes the pre-training loss after fine-tuning U-shaped in pre-training time, turning earlier for larger rates.',
  source: 'arXiv 2503.19206, section 4 (fine-tuning); claims T4, T5',
  group: 'main paper',
  claims: ['T4', 'T4-steps', 'T4-forgetting', 'T4-erase', 'T4-rotation', 'T0-riccati'],
  engines: ['modes', 'matrix', 'exact'],
  schema,
  presets: { erase: { target: 'erase:3' }, shuffle: { target: 'shuffle' }, turned: { angle: '30' } },
  ...declaring(tables.curve, tables.inflection, tables.accuracy, taskTable),
  figures: [
    lossPreFigure(tables.curve, 'learning_rate'),
    fineTuningLossFigure(tables.curve, 'learning_rate'),
    figureOf(tables.curve, 'forgetting', 'Forgetting', pretrainingTime, linear('forgetting'), {
      series: 'learning_rate',
    }),
  ],
  resolve: (parsed) => resolveOneTask(parsed, parsed.learningRates, CELLS),
  async plan(parameters, request) {
    const { times, learningRates, lambda } = parameters;
    const task = taskOf(parameters, request.seed);
    const curves = learningRates.map((rate): PlannedCurve => ({ key: rate, rate, pull: lambda }));
    const tunings = planTunings(curves, times, task);
    return { ...(await planFineTuning(parameters, tunings, request)), parameters, task, curves, tunings };
  },
  async *run({ parameters, task, curves, tunings, prepared }, context) {
    const study = prepared(context);
    yield taskTable.rows(taskModes(parameters.spectrum, task));
    const run = yield* tuneCurves(study, parameters, curves, tunings, tables, context.signal);
    const exactness = sharedValues(task) === undefined ? [checkPlanes, checkRiccatiLimit] : [checkSteps];
    yield* finetuningVerdicts(run, study.precision, [...exactness, checkRateOrder, checkForgetting, checkErase]);
  },
};
