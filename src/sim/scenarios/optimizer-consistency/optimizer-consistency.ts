import { Matrix } from 'ml-matrix';
import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { createProblem } from '../../../theory/problem.js';
import { rotateModes } from '../../../theory/rotated-finetuning.js';
import { parseFineTuningTarget } from '../../../theory/spectrum.js';
import { randomOrthogonal } from '../../backends/random.js';
import { angleParameter, targetParameter } from '../../finetuning/finetuning-parameters.js';
import { estimateOf } from '../../noise/means.js';
import { figureOf, linear } from '../../scenario/figure.js';
import { requireMemory } from '../../scenario/memory.js';
import { choices, integer, positive } from '../../scenario/parameter.js';
import type { ParametersPlan, Resolved, Scenario } from '../../scenario/scenario.js';
import * as shared from '../../scenario/shared.js';
import { declaring, estimate, inLoss, pure, table } from '../../scenario/table.js';
import { embedCore, embedDiagonal, randomBasis } from '../../training/network-start.js';
import { optimizers } from '../../training/optimizers.js';
import { type ConsistencyStudy, consistencyPairs, type OptimizerPair } from './matched-training.js';
import { checkLossBracket, consistencyVerdict } from './verdict.js';

export function optimizersParameter(fallback: string, what: string) {
  return choices(
    optimizers.map(({ name }) => name),
    fallback,
    what,
  );
}

export function paceParameter(fallback: number) {
  const what = 'learning rate of each optimiser, in units of its small rate (1/(8 sigma_1) for gradient-descent)';
  return positive(4, fallback, what);
}

function shareGoal(stage: string) {
  return positive(1, 0.02, `loss at which ${stage} stops, as a fraction of the squared norm of its task`);
}

export type OptimizerConsistencyParameters = Resolved<
  typeof schema,
  { readonly spectrum: readonly number[]; readonly target: readonly number[] }
>;

/** Singular vectors of the task take the first three random matrices, starts of networks the streams after them. */
const INPUT_MATRIX = 1_000_003;

/** A pair of optimisers, and the place of the second in the list. */
type NumberedPair = OptimizerPair & { readonly number: number };

const mean = (values: readonly number[]) => estimateOf(values).mean;

const matrix = table<NumberedPair>('matrix', {
  pretraining: pure('optimiser of pre-training', ({ pretraining }) => pretraining),
  finetuning: pure('optimiser of fine-tuning', ({ finetuning }) => finetuning),
  loss_pre_before_sim: inLoss('pre-training loss before fine-tuning, mean over the trainings', ({ lossBefore }) =>
    mean(lossBefore),
  ),
  loss_ft_sim: inLoss('fine-tuning loss after, on the inputs that it shows', ({ lossFt }) => mean(lossFt)),
  ...estimate('forgetting', 'loss', 'rise of the pre-training loss, mean over the trainings', ({ forgetting }) =>
    estimateOf(forgetting),
  ),
  forgetting_theory: inLoss('least rise that any network with these losses has (T4-bracket)', ({ least, lossBefore }) =>
    mean(least.map((value, at) => value - lossBefore[at]!)),
  ),
  steps: pure('steps of fine-tuning, mean over those that reached their loss; null where none did', ({ steps }) =>
    steps.length === 0 ? undefined : mean(steps),
  ),
  reached: pure('trainings that reached both losses', ({ reached }) => reached),
  finetuning_number: pure('place of the optimiser of fine-tuning in the list, for the figure', ({ number }) => number),
});

const schema = z.object({
  dim: shared.shapeParameters(8).dim,
  spectrum: shared.spectrumParameter('power:0.5'),
  tau: shared.tauParameter(3),
  target: targetParameter('scale:1.5'),
  angle: angleParameter,
  seen: integer(
    [1, 1024],
    4,
    'number of input directions that fine-tuning shows, drawn at random; pre-training shows all',
    { range: 'an integer from 1 to dim', scale: 'linear' },
  ),
  optimizers: optimizersParameter(
    'gradient-descent,adam,sign-descent,muon',
    'optimisers of pre-training and of fine-tuning, every pair of them',
  ),
  pretrainingGoal: shareGoal('pre-training'),
  finetuningGoal: shareGoal('fine-tuning'),
  pace: paceParameter(0.1),
  patience: shared.stageStepsParameter(
    20_000,
    'steps after which a training that has not reached its loss is abandoned',
  ),
  trainings: shared.trainingsParameter(12),
});

/** Does fine-tuning with the optimiser of pre-training forget least? */
export const optimizerConsistency: Scenario<
  OptimizerConsistencyParameters,
  ParametersPlan<OptimizerConsistencyParameters>,
  typeof schema
> = {
  id: 'optimizer-consistency',
  title: 'Pre-training and fine-tuning with the same optimiser or a different one',
  summary:
    'At matched losses before and after, which pair of optimisers forgets least: is it the one that keeps the same optimiser?',
  source: 'arXiv 2605.06654; claim T4-bracket',
  group: 'citing papers',
  paper: {
    id: 'arXiv 2605.06654',
    title: 'Optimizer-Model Consistency: Full Finetuning with the Same Optimizer as Pretraining Forgets Less',
    claim:
      'At matched pre-training and fine-tuning losses, fine-tuning with the optimiser of pre-training forgets least: the diagonal of the forgetting matrix dominates.',
  },
  claims: ['T4-bracket'],
  engines: ['matrix'],
  schema,
  presets: { 'all-inputs': { seen: '8' }, turned: { angle: '30' } },
  ...declaring(matrix),
  figures: [
    figureOf(
      matrix,
      'matrix',
      'Forgetting at matched losses, by optimiser of pre-training',
      linear('finetuning_number', 'optimiser of fine-tuning, by its place in the list'),
      { simulation: 'forgetting_sim', error: 'forgetting_stderr', label: 'forgetting', scale: 'linear' },
      { series: 'pretraining' },
    ),
  ],
  resolve(raw) {
    const { dim, seen, trainings, optimizers } = raw;
    const spectrum = [...createProblem(raw).spectrum];
    if (raw.target === 'shuffle') throw new InvalidInputError('target', raw.target, 'a target that needs no seed');
    if (seen > dim) throw new InvalidInputError('seen', seen, `an integer from 1 to dim, ${dim}`);
    requireMemory('dim', dim, 8 * 64 * dim * dim * trainings * optimizers.length);
    return { ...raw, spectrum, target: [...parseFineTuningTarget(raw.target, spectrum, () => 0)] };
  },
  plan: (parameters) => ({ engine: 'matrix', backend: {}, parameters }),
  async *run({ parameters }, context) {
    const { dim, spectrum, target, angle, seen, optimizers } = parameters;
    const { seed } = context;
    const backend = context.backend!;
    const problem = createProblem(parameters);
    const basis = randomBasis(problem, seed);
    const directions = randomOrthogonal(dim, seed, INPUT_MATRIX).subMatrix(0, dim - 1, 0, seen - 1);
    const study: ConsistencyStudy = {
      ...parameters,
      problem,
      basis,
      seed,
      old: embedDiagonal(basis.left, spectrum, basis.right),
      added: embedCore(basis.left, rotateModes(target, angle), basis.right),
      inputs: directions.mmul(directions.transpose()),
    };
    const pairs: OptimizerPair[] = [];
    for await (const pair of consistencyPairs(backend, study)) {
      pairs.push(pair);
      yield matrix.rows([{ ...pair, number: optimizers.indexOf(pair.finetuning) + 1 }]);
      yield { kind: 'progress', done: pairs.length, total: optimizers.length ** 2, label: 'pairs' };
    }
    const missed = pairs.filter(({ reached, forgetting }) => reached < forgetting.length).length;
    if (missed > 0) {
      yield { kind: 'warning', text: `in ${missed} of ${pairs.length} pairs a training did not come to both losses` };
    }
    const size = Matrix.sub(study.added, study.old).norm() ** 2 + study.old.norm() ** 2;
    yield { kind: 'check', check: checkLossBracket(pairs, size) };
    const complete = pairs.filter(({ reached, forgetting }) => reached === forgetting.length);
    yield { kind: 'verdict', verdict: consistencyVerdict(complete) };
  },
};
