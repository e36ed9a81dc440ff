import { z } from 'zod';
import { singularValue } from '../../../theory/mode.js';
import { loss, type Problem } from '../../../theory/problem.js';
import { requireTableMemory } from '../../scenario/memory.js';
import type { RunEvent, Scenario } from '../../scenario/scenario.js';
import {
  learningRateParameter,
  shapeParameters,
  spectrumParameter,
  tauParameter,
  timesParameter,
} from '../../scenario/shared.js';
import {
  lossColumn,
  modeColumn,
  type Row,
  sigmaColumn,
  singularValueColumn,
  timeColumn,
} from '../../scenario/table.js';
import {
  lossAccuracy,
  type Pretraining,
  type PretrainingPlan,
  planPretraining,
  resolvePretraining,
} from '../../training/pretraining.js';
import { type Checkpoint, hasDiverged, withoutNetwork } from '../../training/record-training.js';
import { checkDecoupling, checkLearningOrder, checkProgressiveSensitivity } from '../../training/training-checks.js';

const schema = z.object({
  ...shapeParameters(8),
  spectrum: spectrumParameter('linear'),
  tau: tauParameter(8),
  times: timesParameter('log:0.5:100:80'),
  learningRate: learningRateParameter,
});

/** Small initialisation learns the features one after another, the largest first. */
export const incremental: Scenario<
  Pretraining,
  PretrainingPlan & { readonly times: readonly number[] },
  typeof schema
> = {
  id: 'incremental',
  title: 'Features are learned one at a time',
  summary: 'From a small initialisation, gradient descent learns the singular values one after another, largest first.',
  source: 'arXiv 2503.19206, section 4 (pre-training); claims T0, T0-bounds',
  group: 'main paper',
  claims: ['T0', 'T0-bounds', 'T2'],
  engines: ['modes', 'matrix', 'exact'],
  schema,
  tables: {
    modes: [
      timeColumn,
      modeColumn,
      sigmaColumn,
      singularValueColumn('_theory')('singular value of the network in this mode, closed form of the flow (T0)'),
      singularValueColumn('_sim')('the same of the simulated network, u_i^T W v_i'),
    ],
    loss: [
      timeColumn,
      lossColumn('_theory')('pre-training loss, closed form of the flow (T0)'),
      lossColumn('_sim')('pre-training loss of the simulated network'),
    ],
  },
  figures: [
    {
      id: 'singular-values',
      title: 'Singular values of the network',
      table: 'modes',
      x: { column: 'time', label: 'pre-training time', scale: 'log' },
      y: {
        theory: 'singular_value_theory',
        simulation: 'singular_value_sim',
        label: 'singular value',
        scale: 'linear',
      },
      series: 'mode',
    },
    {
      id: 'loss',
      title: 'Pre-training loss',
      table: 'loss',
      x: { column: 'time', label: 'pre-training time', scale: 'log' },
      y: { theory: 'loss_theory', simulation: 'loss_sim', label: 'loss', scale: 'log' },
    },
  ],
  resolve(parsed) {
    const parameters = resolvePretraining(parsed);
    const modes = Math.min(parameters.rows, parameters.hidden, parameters.cols);
    requireTableMemory('times', `${parameters.times.length} times`, parameters.times.length * modes * 5);
    return parameters;
  },
  plan(parameters, request) {
    const { times } = parameters;
    const accuracy = (problem: Problem) => lossAccuracy(problem, times);
    return { ...planPretraining(parameters, incremental.engines, request, accuracy), times };
  },
  async *run({ problem, times, ...plan }, context) {
    const simulated = plan.simulated(context);
    const rows = (time: number, checkpoint: Checkpoint | undefined): RunEvent[] => [
      {
        kind: 'rows',
        table: 'modes',
        rows: problem.modes.map((mode, index): Row => {
          const simulatedValue = checkpoint?.singularValues[index] ?? null;
          return [time, index + 1, mode.sigma, singularValue(mode, time), simulatedValue];
        }),
      },
      { kind: 'rows', table: 'loss', rows: [[time, loss(problem, time), checkpoint?.loss ?? null]] },
    ];
    const checkpoints: Checkpoint[] = [];
    let divergedAt: number | undefined;
    if (simulated === undefined) for (const time of times) yield* rows(time, undefined);
    else {
      let done = 0;
      for await (const recorded of simulated.recorded()) {
        if (!hasDiverged(recorded)) {
          checkpoints.push(withoutNetwork(recorded));
          yield* rows(recorded.time, recorded);
        } else {
          if (divergedAt === undefined) yield simulated.divergence(recorded.divergedAt);
          divergedAt = recorded.divergedAt;
          yield* rows(recorded.time, undefined);
        }
        done++;
        yield { kind: 'progress', done, total: times.length, label: 'checkpoints' };
      }
    }
    const run = { problem, times: times, expected: simulated?.expected, divergedAt };
    yield { kind: 'check', check: checkDecoupling(run, checkpoints) };
    yield { kind: 'check', check: checkLearningOrder(run, checkpoints) };
    yield { kind: 'check', check: checkProgressiveSensitivity(run, checkpoints) };
  },
};
