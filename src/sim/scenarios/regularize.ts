import { z } from 'zod';
import { checkCost } from '../checks/finetuning/cost.js';
import { checkEffectiveTask } from '../checks/finetuning/effective-task.js';
import { checkPullOrder } from '../checks/finetuning/order.js';
import { checkPlanes } from '../checks/finetuning/planes.js';
import { checkRiccatiLimit } from '../checks/finetuning/riccati-limit.js';
import { checkSteps } from '../checks/finetuning/steps.js';
import { type PlannedCurve, planTunings, tuneCurves } from '../finetuning/curves.js';
import { type FineTuningParameters, prepareFineTuning } from '../finetuning/prepare.js';
import { resolveTarget, type Target, targetValues } from '../finetuning/target.js';
import { sharedValues } from '../finetuning/tuning.js';
import { requireTableMemory } from '../memory.js';
import {
  anchorParameter,
  angleParameter,
  lambdasParameter,
  methodParameter,
  oneLearningRateParameter,
  pretrainingParameter,
  stepsParameter,
  targetParameter,
} from '../parameters/finetuning.js';
import {
  learningRateParameter,
  shapeParameters,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../parameters/shared.js';
import { resolvePretraining } from '../pretraining.js';
import type { Scenario } from '../scenario.js';
import { accuracyColumns, checkpointColumns, lambdaColumn } from './finetuning-columns.js';
import { fineTuningLossFigure, lossPreFigure } from './finetuning-figures.js';
import { timeSimColumn, timeTheoryColumn } from './shared-columns.js';

export interface RegularizeParameters extends FineTuningParameters {
  readonly target: Target;
  readonly angle: number;
  /** Exactly one. */
  readonly learningRates: readonly number[];
  readonly lambdas: readonly number[];
}

/** Cells of one network in the tables; what is kept of its modes for the checks takes as much again for each. */
const CELLS = 16;

/** Regularisation toward the checkpoint (or replay of pre-training data) during fine-tuning. */
export const regularize: Scenario<RegularizeParameters> = {
  id: 'regularize',
  title: 'Regularisation delays the U-turn and costs fine-tuning loss',
  summary:
    'A pull toward the checkpoint moves the inflection to longer pre-training, at the price of a worse fit to the new task.',
  source: 'arXiv 2503.19206, section 4 (regularised fine-tuning); claim T5',
  group: 'main paper',
  claims: ['T5', 'T5-inflection', 'T5-cost', 'T4-steps', 'T4-rotation', 'T0-riccati'],
  engines: ['modes', 'matrix', 'exact'],
  schema: z.object({
    ...shapeParameters(32),
    spectrum: spectrumParameter('power:0.5'),
    tau: tauParameter(10),
    times: timesParameter('log:1:300:40'),
    target: targetParameter('overshoot:4:3'),
    angle: angleParameter,
    learningRates: oneLearningRateParameter(0.01),
    steps: stepsParameter(200),
    lambdas: lambdasParameter([0, 0.25, 0.5, 1, 2]),
    anchor: anchorParameter,
    pretraining: pretrainingParameter,
    finetuning: methodParameter,
    learningRate: learningRateParameter,
  }),
  presets: { replay: { anchor: 'pretraining' } },
  tables: {
    curve: [lambdaColumn, ...checkpointColumns],
    inflection: [lambdaColumn, timeTheoryColumn, timeSimColumn],
    accuracy: [lambdaColumn, ...accuracyColumns],
  },
  rowOrder: { curve: ['lambda', 'time'], accuracy: ['lambda', 'time'] },
  figures: [lossPreFigure('lambda'), fineTuningLossFigure('lambda')],
  resolve(parsed) {
    const parameters = resolvePretraining(parsed as unknown as RegularizeParameters);
    const { times, lambdas } = parameters;
    requireTableMemory(
      'times',
      `${times.length} times`,
      times.length * lambdas.length * (CELLS + parameters.spectrum.length),
    );
    return { ...parameters, target: resolveTarget(parameters.target, parameters.spectrum) };
  },
  async *run(parameters, context) {
    const { target, spectrum, angle, times, lambdas } = parameters;
    const rate = parameters.learningRates[0]!;
    const task = { values: targetValues(target, spectrum, context.seed), angle };
    const curves = lambdas.map((pull): PlannedCurve => ({ key: pull, rate, pull }));
    const tunings = planTunings(curves, times, task);
    const prepared = await prepareFineTuning(parameters, tunings, context);
    try {
      yield { kind: 'compute', compute: prepared.compute };
      for (const text of prepared.simulation?.warnings ?? []) yield { kind: 'warning', text };
      const run = yield* tuneCurves(prepared, parameters, curves, tunings, 'lambda', context.signal);
      const exactness =
        sharedValues(task) === undefined
          ? [checkPlanes, checkRiccatiLimit]
          : [checkEffectiveTask, checkSteps];
      for (const check of [...exactness, checkPullOrder, checkCost]) {
        yield { kind: 'check', check: check(run) };
      }
    } finally {
      await prepared.simulation?.dispose();
    }
  },
};
