import { z } from 'zod';
import { createProblem } from '../../../theory/problem.js';
import { requireMemory } from '../../scenario/memory.js';
import type { ParametersPlan, Resolved, RunEvent, Scenario } from '../../scenario/scenario.js';
import { replicatesParameter, spectrumParameter } from '../../scenario/shared.js';
import { embedDiagonal, randomBasis } from '../../training/network-start.js';
import {
  batchParameter,
  oneGammaParameter,
  trainingsParameter,
  warmupParameter,
} from '../schedules/schedules-parameters.js';
import {
  checkConstantSensitivity,
  checkFinalSensitivity,
  checkNuclearBall,
  checkSensitivityFloor,
  checkSphereUpdate,
} from './checks.js';
import {
  curveRows,
  decouplingFigures,
  decouplingTables,
  partRows,
  rateRows,
  reachedRows,
  sensitivityRow,
  transferRows,
  updateRows,
} from './columns.js';
import {
  baseOptimizersParameter,
  gainRateParameter,
  gainsParameter,
  hiddenWidthsParameter,
  reachParameter,
  sphereParameter,
  taskSizeParameter,
  trainingStepsParameter,
  triedRatesParameter,
  weightDecayParameter,
} from './decoupling-parameters.js';
import { parameterizationsWith } from './rules.js';
import {
  type DecouplingStudy,
  type FinalSensitivity,
  finalSensitivities,
  type TrainedCell,
  trainedCells,
} from './study.js';
import { decouplingVerdict, partsOf } from './verdict.js';

export type DecouplingParameters = Resolved<typeof schema, { readonly spectrum: readonly number[] }>;

/** Copies of the largest layer that one network needs while it is trained. */
const COPIES = 60;

const schema = z.object({
  dim: taskSizeParameter,
  spectrum: spectrumParameter('power:0.5'),
  reach: reachParameter,
  sphere: sphereParameter,
  gains: gainsParameter,
  optimizers: baseOptimizersParameter,
  widths: hiddenWidthsParameter,
  learningRates: triedRatesParameter,
  gainRate: gainRateParameter,
  weightDecay: weightDecayParameter,
  warmup: warmupParameter,
  steps: trainingStepsParameter,
  batch: batchParameter('8'),
  trainings: trainingsParameter(6),
  gammas: oneGammaParameter(0.1),
  replicates: replicatesParameter(50),
});

/** Magnitude and direction of the weights trained apart: what is gained over plain weights? */
export const decoupling: Scenario<DecouplingParameters, ParametersPlan<DecouplingParameters>, typeof schema> = {
  id: 'decoupling',
  title: 'Training the magnitude and direction of the weights separately',
  summary:
    'Directions on spheres, with separate gains: the learning rate sets the relative update; without gains, the nuclear norm limits what can be fitted.',
  source: 'arXiv 2606.25971; claims T6-sphere, T6-update, T6-constant, T6, T1',
  group: 'citing papers',
  paper: {
    id: 'arXiv 2606.25971',
    title: 'Improving Neural Network Training by Decoupling the Magnitude and Direction of Weight Vectors',
    claim:
      'Training the direction of the weights on a sphere and their gains apart, without weight decay or warm-up, matches or beats plain training; row and column gains together are best, the best rate moves less with the width, and the relative update follows the rate.',
  },
  claims: ['T6-sphere', 'T6-update', 'T6-constant', 'T6', 'T1'],
  engines: ['matrix'],
  schema,
  presets: {
    bottleneck: { widths: '3,4,6' },
    'full-batch': { batch: 'full' },
    'row-sphere': { sphere: 'row' },
    'wide-sphere': { reach: '2' },
  },
  tables: decouplingTables,
  figures: decouplingFigures,
  resolve(parsed) {
    const raw = parsed;
    const { dim, widths, learningRates, trainings, steps, batch, gains, optimizers } = raw;
    const { spectrum } = createProblem({ dim, spectrum: raw.spectrum, tau: 0 });
    const networks = learningRates.length * trainings;
    const widest = dim * widths.at(-1)!;
    requireMemory('widths', widths.at(-1)!, 8 * COPIES * networks * (widest + dim * dim));
    const cells = optimizers.length * (4 + gains.length) * widths.length;
    requireMemory('widths,learningRates', `${cells} trained ensembles`, 16 * cells * networks * widest);
    if (batch !== 'full') {
      // A call takes the mini-batches of one sixteenth of the steps, once for each learning rate.
      requireMemory('steps', steps, 8 * steps * trainings * dim * dim * (1 + learningRates.length / 8));
    }
    return { ...raw, spectrum: [...spectrum] };
  },
  plan: (parameters) => ({ engine: 'matrix', backend: {}, parameters }),
  async *run({ parameters }, context) {
    const { dim, spectrum, reach, gains, optimizers, widths, gammas, replicates } = parameters;
    const { seed } = context;
    const backend = context.backend!;
    const basis = randomBasis({ rows: dim, hidden: dim, cols: dim }, seed);
    const task = embedDiagonal(basis.left, spectrum, basis.right);
    const radius = Math.sqrt(reach * spectrum.reduce((sum, sigma) => sum + sigma, 0));
    const study: DecouplingStudy = { ...parameters, task, radius, seed };
    const middle = widths[Math.floor((widths.length - 1) / 2)];
    const total = optimizers.length * parameterizationsWith(gains).length * widths.length;
    const cells: TrainedCell[] = [];
    for await (const cell of trainedCells(backend, study)) {
      cells.push(cell);
      yield { kind: 'rows', table: 'reached', rows: reachedRows({ spectrum, radius }, cell) };
      if (cell.width === middle) {
        yield { kind: 'rows', table: 'curve', rows: curveRows({ spectrum, radius }, cell) };
        yield { kind: 'rows', table: 'updates', rows: updateRows(cell) };
      }
      yield* divergences(cell);
      yield { kind: 'progress', done: cells.length, total, label: 'ensembles' };
    }
    yield { kind: 'rows', table: 'rates', rows: rateRows(cells) };
    yield { kind: 'rows', table: 'transfer', rows: transferRows(cells) };
    const measured: FinalSensitivity[] = [];
    const noise = { gamma: gammas[0]!, replicates, seed };
    for await (const one of finalSensitivities(backend, cells, task, noise)) {
      measured.push(one);
      yield { kind: 'rows', table: 'sensitivity', rows: [sensitivityRow({ spectrum, radius }, one)] };
    }
    const trainings = { cells, task, spectrum, radius, precision: backend.precision };
    yield { kind: 'check', check: checkNuclearBall(trainings) };
    yield { kind: 'check', check: checkSphereUpdate(trainings) };
    yield { kind: 'check', check: checkConstantSensitivity(trainings) };
    yield { kind: 'check', check: checkSensitivityFloor(trainings) };
    yield { kind: 'check', check: checkFinalSensitivity(measured, gammas[0]!, replicates) };
    const parts = partsOf(cells);
    yield { kind: 'rows', table: 'parts', rows: partRows(parts) };
    yield { kind: 'verdict', verdict: decouplingVerdict(parts) };
  },
};

/** One for each learning rate at which a network of the cell diverged: the first of them. */
function* divergences({ optimizer, name, width, networks }: TrainedCell): Generator<RunEvent> {
  const reported = new Set<number>();
  for (const { learningRate, divergedAt } of networks) {
    if (divergedAt === undefined || reported.has(learningRate)) continue;
    reported.add(learningRate);
    const network = `${optimizer}, ${name}, width ${width}, learning rate ${learningRate}`;
    yield { kind: 'diverged', divergence: { network, step: divergedAt, learning_rate: learningRate } };
  }
}
