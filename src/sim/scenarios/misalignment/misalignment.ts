import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { overshootThreshold } from '../../../theory/staged-finetuning.js';
import { checkOvershootBoundary } from '../../finetuning/checks/overshoot.js';
import { checkPlanes } from '../../finetuning/checks/planes.js';
import { checkRiccatiLimit } from '../../finetuning/checks/riccati-limit.js';
import { checkSteps } from '../../finetuning/checks/steps.js';
import { finetuningVerdicts } from '../../finetuning/checks/verdicts.js';
import {
  accuracyColumns,
  angleColumn,
  checkpointColumns,
  overshootColumn,
  taskColumns,
} from '../../finetuning/finetuning-columns.js';
import { pretrainingTime } from '../../finetuning/finetuning-figures.js';
import {
  anglesParameter,
  lambdaParameter,
  oneLearningRateParameter,
  overshootsParameter,
  stepsParameter,
  unchangedParameter,
} from '../../finetuning/finetuning-parameters.js';
import { methodParameters } from '../../finetuning/one-task.js';
import { overshootBoundary } from '../../finetuning/overshoot-boundary.js';
import { type FineTuningParameters, prepareFineTuning } from '../../finetuning/prepare.js';
import { requireTableMemory } from '../../scenario/memory.js';
import { opening } from '../../scenario/opening.js';
import type { Scenario } from '../../scenario/scenario.js';
import { shapeParameters, spectrumParameter, tauParameter, timesParameter } from '../../scenario/shared.js';
import { resolvePretraining } from '../../training/pretraining.js';
import { misalignedNetworks, tasksOf } from './misalignment-networks.js';

export interface MisalignmentParameters extends FineTuningParameters {
  readonly overshoots: readonly number[];
  readonly angles: readonly number[];
  readonly unchanged: number;
  /** Exactly one. */
  readonly learningRates: readonly number[];
  readonly lambda: number;
}

/** Cells of one network in the table `curve`; what is kept of its modes for the checks takes as much again for each. */
const CELLS = 12;

const RISE =
  'pre-training loss after fine-tuning at the last checkpoint minus its least value over the checkpoints: how much longer pre-training hurts';

/** Where catastrophic overtraining happens: overshoot of the new task against the turn of its singular vectors. */
export const misalignment: Scenario<MisalignmentParameters> = {
  id: 'misalignment',
  title: 'Phase diagram of catastrophic overtraining: overshoot and turned singular vectors',
  summary:
    'Longer pre-training hurts where the new task overshoots features by more than 2 + lambda, and with turned vectors already for less.',
  source: 'our theory, T4 and T0-riccati; arXiv 2503.19206, section 4, for shared singular vectors',
  group: 'main paper',
  claims: ['T4-overshoot', 'T4-steps', 'T4-rotation', 'T0-riccati'],
  engines: ['matrix', 'modes', 'exact'],
  schema: z.object({
    ...shapeParameters(8),
    spectrum: spectrumParameter('geometric:0.7'),
    tau: tauParameter(15),
    times: timesParameter('log:1:300:16'),
    overshoots: overshootsParameter('linear:1:4:13'),
    angles: anglesParameter('linear:0:90:7'),
    unchanged: unchangedParameter(2),
    learningRates: oneLearningRateParameter(0.02),
    steps: stepsParameter(100),
    lambda: lambdaParameter(0),
    ...methodParameters,
  }),
  tables: {
    map: [
      overshootColumn,
      angleColumn,
      {
        name: 'rise_theory',
        unit: 'loss',
        description: `${RISE}; exact recurrence from the checkpoints of the flow, or with finetuning=flow the closed form of gradient flow; null where descent diverged`,
      },
      {
        name: 'rise_sim',
        unit: 'loss',
        description: `${RISE}; simulated, null where a network diverged or nothing was simulated`,
      },
    ],
    boundary: [
      angleColumn,
      {
        name: 'overshoot_theory',
        unit: '1',
        description:
          'factor above which longer pre-training hurts, for checkpoints whose modes are learned or at zero: closed form of the flow for the time steps * learning rate, within the range of overshoots; null where it does not hurt',
      },
      {
        name: 'overshoot_converged',
        unit: '1',
        description:
          'the same at convergence where the singular vectors are shared, 2 + lambda (T4-overshoot); else null',
      },
    ],
    curve: [
      { name: 'cell', unit: '1', description: 'some cells of the map, in words' },
      overshootColumn,
      angleColumn,
      ...checkpointColumns,
    ],
    accuracy: [
      overshootColumn,
      angleColumn,
      ...accuracyColumns.slice(1).map((column) => ({
        ...column,
        description: `largest over the checkpoints, in size: ${column.description}`,
      })),
    ],
    task: [overshootColumn, ...taskColumns],
  },
  rowOrder: {
    map: ['overshoot', 'angle'],
    accuracy: ['overshoot', 'angle'],
    curve: ['overshoot', 'angle', 'time'],
  },
  figures: [
    {
      kind: 'map',
      id: 'map',
      title: 'Rise of the pre-training loss with longer pre-training',
      table: 'map',
      x: { column: 'angle', label: 'angle between the tasks (degrees)', scale: 'linear' },
      y: { column: 'overshoot', label: 'overshoot', scale: 'linear' },
      value: { label: 'rise of the loss', theory: 'rise_theory', simulation: 'rise_sim' },
      boundary: { table: 'boundary', x: 'angle', y: 'overshoot_theory', label: 'theoretical boundary' },
    },
    {
      id: 'loss-pre',
      title: 'Pre-training loss after fine-tuning, some cells',
      table: 'curve',
      x: pretrainingTime,
      y: {
        theory: 'loss_pre_theory',
        simulation: 'loss_pre_sim',
        label: 'pre-training loss',
        scale: 'linear',
      },
      series: 'cell',
    },
  ],
  resolve(parsed) {
    const parameters = resolvePretraining(parsed as unknown as MisalignmentParameters);
    const { times, overshoots, angles, unchanged, spectrum } = parameters;
    if (unchanged > spectrum.length) {
      throw new InvalidInputError('unchanged', unchanged, `an integer from 0 to ${spectrum.length}`);
    }
    const cells = overshoots.length * angles.length;
    requireTableMemory(
      'overshoots,angles',
      `${cells} cells`,
      10 * cells + overshoots.length * 4 * spectrum.length + cells * times.length * (CELLS + spectrum.length),
    );
    return parameters;
  },
  async *run(parameters, context) {
    const { overshoots, angles, unchanged, times, spectrum, lambda, anchor, steps } = parameters;
    const rate = parameters.learningRates[0]!;
    const cells = overshoots.flatMap((overshoot) => {
      const values = spectrum.map((sigma, mode) => (mode < unchanged ? sigma : overshoot * sigma));
      return angles.map((angle) => ({ overshoot, angle, task: { values, angle } }));
    });
    const tunings = cells.flatMap(({ task }) => times.map((_, at) => ({ at, task, rate, pull: lambda })));
    const prepared = await prepareFineTuning(parameters, tunings, context);
    const { study, simulation } = prepared;
    try {
      yield* opening(prepared.compute, simulation?.warnings);
      yield { kind: 'rows', table: 'task', rows: tasksOf(spectrum, cells) };
      if (simulation !== undefined) yield* simulation.pretrain();
      for (const angle of angles) {
        const task = { unchanged, angle, pull: lambda, anchor, time: rate * steps };
        const isShared = angle === 0 || angle === 180;
        const converged = isShared ? overshootThreshold(lambda) : null;
        const row = [angle, overshootBoundary(study.problem, overshoots, task), converged];
        yield { kind: 'rows', table: 'boundary', rows: [row] };
      }
      const run = yield* misalignedNetworks(prepared, parameters, cells, tunings, context.signal);
      yield { kind: 'check', check: checkOvershootBoundary(study, { unchanged, pull: lambda, anchor }) };
      yield* finetuningVerdicts(run, prepared.compute.precision, [
        checkSteps,
        checkPlanes,
        checkRiccatiLimit,
      ]);
    } finally {
      await simulation?.dispose();
    }
  },
};
