import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { createProblem } from '../../../theory/problem.js';
import { resolveTarget, stepsParameter, targetParameter } from '../../finetuning/finetuning-parameters.js';
import { requireMemory } from '../../scenario/memory.js';
import { described, distinct, increasing, integer, numericList, positive } from '../../scenario/parameter.js';
import type { ParametersPlan, Resolved, Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring } from '../../scenario/table.js';
import { embedDiagonal, randomBasis } from '../../training/network-start.js';
import { requireSmallSteps } from '../../training/stages.js';
import { outOfFloat32 } from '../../training/training-plan.js';
import { optimizersParameter, paceParameter } from '../optimizer-consistency/optimizer-consistency.js';
import { change, curve, curvePoints, nexusFigures, seriesName } from './nexus-columns.js';
import { drawSources, type NexusSeries, type NexusStudy, nexusSeries } from './nexus-runs.js';
import { checkSourceCoverage, type NexusChange, nexusChanges, nexusVerdict } from './verdict.js';

/** Matrices of every network that are held at the same time: layers and moments, twice, and inputs of the steps of one call. */
const COPIES = 64;

const decreasing = (values: readonly number[]) => increasing(values.map((value) => -value));

const schema = z.object({
  dim: shared.shapeParameters(8).dim,
  spectrum: shared.spectrumParameter('power:0.5'),
  tau: shared.tauParameter(3),
  sources: integer([2, 64], 4, 'number of data sources to train on; one more, drawn like them, is held out', {
    scale: 'linear',
  }),
  rank: integer([1, 1024], 3, 'number of input directions that each source shows', {
    ...{ range: 'an integer from 1 to dim - 1', scale: 'linear' },
  }),
  overlap: integer(
    [0, 1024],
    1,
    'of these, the number that all sources share; the others are drawn at random for each',
    { range: 'an integer from 0 to rank - 1', scale: 'linear' },
  ),
  optimizers: optimizersParameter(
    'gradient-descent,adam,muon',
    'optimisers that make a step with the summed gradient, or with the displacement of an inner loop for one',
  ),
  innerSteps: described(numericList(z.array(z.number().min(0).max(100)).min(1).max(100).refine(distinct)), {
    default: '0,0.15',
    description:
      'lengths of the steps of the inner loop, in weight space; at 0 all normalised gradients are taken at the same weights',
    unit: 'weight',
    range: 'a list of distinct numbers from 0 to 100',
    scale: 'log',
  }),
  goals: described(numericList(z.array(z.number().positive().max(1)).min(1).max(100).refine(decreasing)), {
    default: '0.3,0.1,0.03,0.01',
    description: 'summed losses at which networks are compared, as fractions of that of a network with zero weights',
    unit: '1',
    range: 'a decreasing list of numbers above 0 and up to 1',
    scale: 'log',
  }),
  settling: positive(
    1,
    0.3,
    'fraction of its summed loss to which joint descent then trains every network, so that what the inner steps left can settle',
  ),
  pace: paceParameter(0.1),
  patience: shared.stageStepsParameter(
    3000,
    'steps of the optimiser after which a training that has not reached its losses is abandoned',
  ),
  target: targetParameter('scale:1.5'),
  steps: stepsParameter(50),
  learningRate: shared.stageRateParameter(0.05, 'learning rate of fine-tuning on the held-out inputs'),
  trainings: shared.trainingsParameter(24, 'independent trainings, each with its own start and its own sources'),
});

export type NexusParameters = Resolved<
  typeof schema,
  { readonly spectrum: readonly number[]; readonly target: readonly number[] }
>;

/** Does an inner loop over sources of data bring their minimisers together? */
export const nexus: Scenario<NexusParameters, ParametersPlan<NexusParameters>, typeof schema> = {
  id: 'nexus',
  title: 'Several sources of data: an inner loop over them versus descent on their summed loss',
  summary:
    'At equal summed loss, do steps along the normalised gradient of one source after another bring the minima of the sources closer together, and does that help on a held-out source?',
  source: 'arXiv 2604.09258; claims T0-coverage, T0-nexus',
  group: 'citing papers',
  paper: {
    id: 'arXiv 2604.09258',
    title: 'Nexus: Same Pretraining Loss, Better Downstream Generalization via Common Minima',
    claim:
      'At an equal summed loss, training by the displacement of an inner loop along normalised gradients of the sources ends with minima of the sources that lie closer together and with a lower loss on held-out data.',
  },
  claims: ['T0-coverage', 'T0-nexus'],
  engines: ['matrix'],
  schema,
  presets: {
    'more-overlap': { rank: '4', overlap: '3' },
    'no-overlap': { overlap: '0' },
    'unseen-inputs': { sources: '3', rank: '2', overlap: '1' },
  },
  ...declaring(curve, change),
  figures: nexusFigures,
  resolve(raw) {
    const { dim, sources, rank, overlap, trainings, goals, optimizers } = raw;
    if (dim < 2) throw new InvalidInputError('dim', dim, 'an integer from 2, so that a source can leave something out');
    const spectrum = [...createProblem(raw).spectrum];
    if (rank >= dim) throw new InvalidInputError('rank', rank, `an integer from 1 to dim - 1, ${dim - 1}`);
    if (overlap >= rank) {
      throw new InvalidInputError('overlap', overlap, `an integer from 0 to rank - 1, ${rank - 1}`);
    }
    const target = resolveTarget(raw.target, spectrum);
    if (target === 'shuffle') throw new InvalidInputError('target', target, 'a target that needs no seed');
    requireSmallSteps('learningRate', raw.learningRate, Math.max(spectrum[0]!, ...target));
    const networks = trainings * (goals.length + 1);
    requireMemory('dim', dim, 8 * dim * dim * networks * (COPIES + 4 * sources) * Math.max(1, optimizers.length));
    return { ...raw, spectrum, target: [...target] };
  },
  plan(parameters) {
    const { spectrum, target, tau } = parameters;
    const largest = Math.max(spectrum[0]!, ...target);
    const float64Reason = outOfFloat32(largest, Math.exp(-tau), 'initial factors');
    return { engine: 'matrix', backend: { float64Reason }, parameters };
  },
  async *run({ parameters }, context) {
    const { spectrum, target, goals, optimizers, innerSteps, trainings } = parameters;
    const { seed } = context;
    const backend = context.backend!;
    const problem = createProblem(parameters);
    const basis = randomBasis(problem, seed);
    const study: NexusStudy = {
      ...parameters,
      problem,
      basis,
      seed,
      task: embedDiagonal(basis.left, spectrum, basis.right),
      tuningTask: embedDiagonal(basis.left, target, basis.right),
    };
    const found: NexusSeries[] = [];
    const changes: NexusChange[] = [];
    const total = optimizers.length * (1 + innerSteps.length);
    for await (const series of nexusSeries(backend, study)) {
      found.push(series);
      yield curve.rows(curvePoints(series, goals));
      if (series.diverged !== undefined) {
        const { training, step } = series.diverged;
        const network = `${seriesName(series)}, training ${training + 1}`;
        yield { kind: 'diverged', divergence: { network, step, learning_rate: series.rate } };
      }
      const joint = found.find(({ optimizer, innerStep }) => optimizer === series.optimizer && innerStep === null)!;
      if (series !== joint) {
        const changed = nexusChanges(joint, series);
        changes.push(...changed);
        yield change.rows(changed.map((one) => ({ ...one, goal: goals[one.goal]! })));
      }
      yield { kind: 'progress', done: found.length, total, label: 'series' };
    }
    const missed = found.flatMap(({ outcomes }) => outcomes).filter((ofGoal) => ofGoal.includes(undefined)).length;
    if (missed > 0) {
      const text = `in ${missed} of ${total * goals.length} settings a training did not come to the summed loss`;
      yield { kind: 'warning', text };
    }
    const data = Array.from({ length: trainings }, (_, training) => drawSources(study, seed, training));
    yield { kind: 'check', check: checkSourceCoverage(found, data) };
    yield { kind: 'verdict', verdict: nexusVerdict(changes) };
  },
};
