import { z } from 'zod';
import { checkCost } from '../../finetuning/checks/forgetting.js';
import { checkEffectiveTask, checkSteps, finetuningVerdicts } from '../../finetuning/checks/numbers.js';
import { checkPullOrder } from '../../finetuning/checks/order.js';
import { checkPlanes, checkRiccatiLimit } from '../../finetuning/checks/turned.js';
import {
  angleParameter,
  lambdasParameter,
  oneLearningRateParameter,
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
  lambdaColumn,
  lossPreFigure,
  type PlannedCurve,
  planTunings,
  taskModes,
  taskTable,
  tuneCurves,
} from '../../finetuning/tables.js';
import { sharedValues } from '../../finetuning/tuning.js';
import type { Resolved, Scenario } from '../../scenario/scenario.js';
import { declaring } from '../../scenario/table.js';

/** Cells of one network in the tables; what is kept of its modes for the checks takes as much again for each. */
const CELLS = 16;

const tables = curveTables('lambda', lambdaColumn);

const schema = z.object({
  ...checkpointParameters,
  target: targetParameter('overshoot:4:3'),
  angle: angleParameter,
  learningRates: oneLearningRateParameter(0.01),
  steps: stepsParameter(200),
  lambdas: lambdasParameter([0, 0.25, 0.5, 1, 2]),
  ...methodParameters,
});

export type RegularizeParameters = Resolved<typeof schema, OneTaskParameters>;

/** Regularisation toward the checkpoint (or replay of pre-training data) during fine-tuning. */
export const regularize: Scenario<RegularizeParameters, CurvesPlan<RegularizeParameters>, typeof schema> = {
  id: 'regularize',
  title: 'Regularisation delays the U-turn and costs fine-tuning loss',
  summary:
    'A pull toward the checkpoint moves the inflection to longer pre-training, at the price of a worse fit to the new task.',
  source: 'arXiv 2503.19206, section 4 (regularised fine-tuning); claim T5',
  group: 'main paper',
  claims: ['T5', 'T5-inflection', 'T5-cost', 'T4-steps', 'T4-rotation', 'T0-riccati'],
  engines: ['modes', 'matrix', 'exact'],
  schema,
  presets: { replay: { anchor: 'pretraining' } },
  ...declaring(tables.curve, tables.inflection, tables.accuracy, taskTable),
  figures: [lossPreFigure(tables.curve, 'lambda'), fineTuningLossFigure(tables.curve, 'lambda')],
  resolve: (parsed) => resolveOneTask(parsed, parsed.lambdas, CELLS),
  async plan(parameters, request) {
    const { times, lambdas } = parameters;
    const rate = parameters.learningRates[0]!;
    const task = taskOf(parameters, request.seed);
    const curves = lambdas.map((pull): PlannedCurve => ({ key: pull, rate, pull }));
    const tunings = planTunings(curves, times, task);
    return { ...(await planFineTuning(parameters, tunings, request)), parameters, task, curves, tunings };
  },
  async *run({ parameters, task, curves, tunings, prepared }, context) {
    const study = prepared(context);
    yield taskTable.rows(taskModes(parameters.spectrum, task));
    const run = yield* tuneCurves(study, parameters, curves, tunings, tables, context.signal);
    const exactness =
      sharedValues(task) === undefined ? [checkPlanes, checkRiccatiLimit] : [checkEffectiveTask, checkSteps];
    yield* finetuningVerdicts(run, study.precision, [...exactness, checkPullOrder, checkCost]);
  },
};
