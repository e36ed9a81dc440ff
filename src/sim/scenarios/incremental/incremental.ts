import { z } from 'zod';
import { singularValue } from '../../../theory/mode.js';
import { loss, type Problem } from '../../../theory/problem.js';
import { figureOf, linear, logarithmic, pretrainingTime } from '../../scenario/figure.js';
import { requireTableMemory } from '../../scenario/memory.js';
import type { RunEvent, Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring, inLoss, modeColumn, pure, sigmaColumn, table, timeColumn } from '../../scenario/table.js';
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
  ...shared.shapeParameters(8),
  spectrum: shared.spectrumParameter('linear'),
  tau: shared.tauParameter(8),
  times: shared.timesParameter('log:0.5:100:80'),
  learningRate: shared.learningRateParameter,
});

/** A network at one time; its checkpoint is absent where nothing was simulated. */
interface Reached {
  readonly time: number;
  readonly problem: Problem;
  readonly checkpoint: Checkpoint | undefined;
}

const modes = table<Reached & { readonly mode: number; readonly sigma: number }>('modes', {
  time: timeColumn,
  mode: modeColumn,
  sigma: sigmaColumn,
  singular_value_theory: pure(
    'singular value of the network in this mode, closed form of the flow (T0)',
    ({ problem, mode, time }) => singularValue(problem.modes[mode - 1]!, time),
  ),
  singular_value_sim: pure(
    'the same for the simulated network, u_i^T W v_i',
    ({ checkpoint, mode }) => checkpoint?.singularValues[mode - 1],
  ),
});

const losses = table<Reached>('loss', {
  time: timeColumn,
  loss_theory: inLoss('pre-training loss, closed form of the flow (T0)', ({ problem, time }) => loss(problem, time)),
  loss_sim: inLoss('pre-training loss of the simulated network', ({ checkpoint }) => checkpoint?.loss),
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
  ...declaring(modes, losses),
  figures: [
    figureOf(modes, 'singular-values', 'Singular values of the network', pretrainingTime, linear('singular_value'), {
      series: 'mode',
    }),
    figureOf(losses, 'loss', 'Pre-training loss', pretrainingTime, logarithmic('loss')),
  ],
  resolve(parsed) {
    const parameters = resolvePretraining(parsed);
    const { rows, hidden, cols, times } = parameters;
    requireTableMemory('times', `${times.length} times`, times.length * Math.min(rows, hidden, cols) * 5);
    return parameters;
  },
  plan(parameters, request) {
    const { times } = parameters;
    const accuracy = (problem: Problem) => lossAccuracy(problem, times);
    return { ...planPretraining(parameters, incremental.engines, request, accuracy), times };
  },
  async *run({ problem, times, ...plan }, context) {
    const simulated = plan.simulated(context);
    const rows = (time: number, checkpoint: Checkpoint | undefined): RunEvent[] => {
      const reached = { time, problem, checkpoint };
      const ofModes = problem.modes.map(({ sigma }, index) => ({ ...reached, mode: index + 1, sigma }));
      return [modes.rows(ofModes), losses.rows([reached])];
    };
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
    const run = { problem, times, expected: simulated?.expected, divergedAt };
    yield { kind: 'check', check: checkDecoupling(run, checkpoints) };
    yield { kind: 'check', check: checkLearningOrder(run, checkpoints) };
    yield { kind: 'check', check: checkProgressiveSensitivity(run, checkpoints) };
  },
};
