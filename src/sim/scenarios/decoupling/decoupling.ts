import { z } from 'zod';
import { createProblem } from '../../../theory/problem.js';
import { requireMemory } from '../../scenario/memory.js';
import {
  between,
  choice,
  choices,
  described,
  increasing,
  integer,
  numericList,
  readTimes,
} from '../../scenario/parameter.js';
import type { ParametersPlan, Resolved, RunEvent, Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring } from '../../scenario/table.js';
import { embedDiagonal, randomBasis, squareShape } from '../../training/network-start.js';
import { optimizersParameter } from '../optimizer-consistency/optimizer-consistency.js';
import {
  checkConstantSensitivity,
  checkFinalSensitivity,
  checkNuclearBall,
  checkSensitivityFloor,
  checkSphereUpdate,
} from './checks.js';
import {
  contestants,
  curve,
  decouplingFigures,
  lookPoints,
  parts,
  rates,
  reached,
  reachedPoints,
  sensitivity,
  transfer,
  updates,
} from './columns.js';
import { gainNames, parameterizationsWith, spheres } from './rules.js';
import {
  type DecouplingStudy,
  type FinalSensitivity,
  finalSensitivities,
  type TrainedCell,
  trainedCells,
} from './study.js';
import { decouplingVerdict, partsOf, transfers } from './verdict.js';

export type DecouplingParameters = Resolved<typeof schema, { readonly spectrum: readonly number[] }>;

/** Copies of the largest layer that one network needs while it is trained. */
const COPIES = 60;

const MOST_WIDTH = 4096;
const RATES = 'log:0.001953125:1:10';

const schema = z.object({
  dim: integer([2, MOST_WIDTH], 8, 'rows and columns of the task'),
  spectrum: shared.spectrumParameter('power:0.5'),
  reach: between(
    [0.001, 1000],
    0.9,
    'product of the norms of both layers at the start, and on their spheres, in units of the nuclear norm of the task; below 1, spheres without gains cannot fit it',
  ),
  sphere: choice(
    spheres,
    'frobenius',
    'what has a fixed norm in the direction of each layer: the whole matrix, every row or every column',
  ),
  gains: choices(
    gainNames,
    gainNames.join(','),
    'gains of each decoupled layer, which scale rows, columns, both or nothing',
  ),
  optimizers: optimizersParameter('adam,muon', 'base optimisers, each with plain and with decoupled layers'),
  widths: described(numericList(z.array(z.number().int().min(2).max(MOST_WIDTH)).min(1).max(50).refine(increasing)), {
    default: '8,16,32',
    description: 'hidden widths of the networks, all on the same task',
    unit: '1',
    range: `an increasing list of integers from 2 to ${MOST_WIDTH}`,
    scale: 'log',
  }),
  learningRates: described(
    z.preprocess(
      (value) => readTimes(value ?? RATES),
      z.array(z.number().positive().max(1e6)).min(2).max(100).refine(increasing),
    ),
    {
      description: `peak learning rates among which the best is searched for at every width; default: ${RATES}`,
      unit: 'per step',
      range:
        'log:FROM:TO:COUNT, linear:FROM:TO:COUNT, or an increasing list of at least two numbers above 0 and up to 1e6',
      scale: 'log',
    },
  ),
  gainRate: between(
    [0, 10],
    0.02,
    'peak of the learning rate of the gains, which Adam trains; the same for every rate of the directions',
    { unit: 'per step' },
  ),
  weightDecay: between([0, 100], 0.1, 'weight decay of the plain layers that use it, in units of the learning rate'),
  warmup: shared.warmupParameter,
  steps: integer([2, 1_000_000], 200, 'steps of training; the learning rate falls linearly to 0 over them'),
  batch: shared.batchParameter('8'),
  trainings: shared.trainingsParameter(6),
  gammas: shared.oneGammaParameter(0.1),
  replicates: shared.replicatesParameter(50),
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
  ...declaring(reached, curve, updates, sensitivity, rates, transfer, parts),
  figures: decouplingFigures,
  resolve(raw) {
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
    const basis = randomBasis(squareShape(dim), seed);
    const task = embedDiagonal(basis.left, spectrum, basis.right);
    const radius = Math.sqrt(reach * spectrum.reduce((sum, sigma) => sum + sigma, 0));
    const study: DecouplingStudy = { ...parameters, task, radius, seed };
    const middle = widths[Math.floor((widths.length - 1) / 2)];
    const total = optimizers.length * parameterizationsWith(gains).length * widths.length;
    const cells: TrainedCell[] = [];
    for await (const cell of trainedCells(backend, study)) {
      cells.push(cell);
      const point = { cell, spectrum, radius };
      yield reached.rows(reachedPoints(point));
      if (cell.width === middle) {
        yield curve.rows(lookPoints(point));
        yield updates.rows(lookPoints(point));
      }
      yield* divergences(cell);
      yield { kind: 'progress', done: cells.length, total, label: 'ensembles' };
    }
    yield rates.rows(contestants(cells));
    yield transfer.rows(transfers(cells));
    const measured: FinalSensitivity[] = [];
    const noise = { gamma: gammas[0]!, replicates, seed };
    for await (const one of finalSensitivities(backend, cells, task, noise)) {
      measured.push(one);
      yield sensitivity.rows([{ ...one, spectrum, radius }]);
    }
    const trainings = { cells, task, spectrum, radius, precision: backend.precision };
    yield { kind: 'check', check: checkNuclearBall(trainings) };
    yield { kind: 'check', check: checkSphereUpdate(trainings) };
    yield { kind: 'check', check: checkConstantSensitivity(trainings) };
    yield { kind: 'check', check: checkSensitivityFloor(trainings) };
    yield { kind: 'check', check: checkFinalSensitivity(measured, gammas[0]!, replicates) };
    const found = partsOf(cells);
    yield parts.rows(found);
    yield { kind: 'verdict', verdict: decouplingVerdict(found) };
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
