import { Matrix } from 'ml-matrix';
import { z } from 'zod';
import { InvalidInputError } from '../../../theory/invalid-input.js';
import { createProblem } from '../../../theory/problem.js';
import { rotateModes } from '../../../theory/rotated-finetuning.js';
import { parseFineTuningTarget } from '../../../theory/spectrum.js';
import { randomOrthogonal } from '../../backends/random.js';
import { angleParameter, targetParameter } from '../../finetuning/finetuning-parameters.js';
import { estimateOf } from '../../noise/means.js';
import { requireMemory } from '../../scenario/memory.js';
import { described, distinct, numeric } from '../../scenario/parameter.js';
import type { ParametersPlan, Resolved, Scenario } from '../../scenario/scenario.js';
import { shapeParameters, spectrumParameter, tauParameter } from '../../scenario/shared.js';
import type { Column, Row } from '../../scenario/table.js';
import { embedCore, embedDiagonal, randomBasis } from '../../training/network-start.js';
import { optimizers } from '../../training/optimizers.js';
import { stageStepsParameter } from '../early-exposure/early-exposure-parameters.js';
import { trainingsParameter } from '../schedules/schedules-parameters.js';
import { type ConsistencyStudy, consistencyPairs, type OptimizerPair } from './matched-training.js';
import { checkLossBracket, consistencyVerdict } from './verdict.js';

/*
 * Parameters of training by pairs of optimisers, each defined once.
 */

export function optimizersParameter(fallback: string, what: string) {
  const names = optimizers.map(({ name }) => name);
  return described(
    z.preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
      z.array(z.enum(names)).min(1).refine(distinct),
    ),
    { default: fallback, description: what, unit: '1', range: `one or more of ${names.join(', ')}, each once` },
  );
}

export function seenParameter(fallback: number) {
  return described(numeric(z.number().int().min(1).max(1024)), {
    default: String(fallback),
    description: 'number of input directions that fine-tuning shows, drawn at random; pre-training shows all',
    unit: '1',
    range: 'an integer from 1 to dim',
    scale: 'linear',
  });
}

export function shareGoalParameter(fallback: number, stage: string) {
  return described(numeric(z.number().positive().max(1)), {
    default: String(fallback),
    description: `loss at which ${stage} stops, as a fraction of the squared norm of its task`,
    unit: '1',
    range: 'a number above 0 and up to 1',
    scale: 'log',
  });
}

export function paceParameter(fallback: number) {
  return described(numeric(z.number().positive().max(4)), {
    default: String(fallback),
    description: 'learning rate of each optimiser, in units of its small rate (1/(8 sigma_1) for gradient-descent)',
    unit: '1',
    range: 'a number above 0 and up to 4',
    scale: 'log',
  });
}

export type OptimizerConsistencyParameters = Resolved<
  typeof schema,
  { readonly spectrum: readonly number[]; readonly target: readonly number[] }
>;

/** Singular vectors of the task take the first three random matrices, starts of networks the streams after them. */
const INPUT_MATRIX = 1_000_003;

const loss = (name: string, description: string): Column => ({ name, unit: 'loss', description });
const plain = (name: string, description: string): Column => ({ name, unit: '1', description });

const schema = z.object({
  dim: shapeParameters(8).dim,
  spectrum: spectrumParameter('power:0.5'),
  tau: tauParameter(3),
  target: targetParameter('scale:1.5'),
  angle: angleParameter,
  seen: seenParameter(4),
  optimizers: optimizersParameter(
    'gradient-descent,adam,sign-descent,muon',
    'optimisers of pre-training and of fine-tuning, every pair of them',
  ),
  pretrainingGoal: shareGoalParameter(0.02, 'pre-training'),
  finetuningGoal: shareGoalParameter(0.02, 'fine-tuning'),
  pace: paceParameter(0.1),
  patience: stageStepsParameter(20_000, 'steps after which a training that has not come there is given up'),
  trainings: trainingsParameter(12),
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
  tables: {
    matrix: [
      plain('pretraining', 'optimiser of pre-training'),
      plain('finetuning', 'optimiser of fine-tuning'),
      loss('loss_pre_before_sim', 'pre-training loss before fine-tuning, mean over the trainings'),
      loss('loss_ft_sim', 'fine-tuning loss after, on the inputs that it shows'),
      loss('forgetting_sim', 'rise of the pre-training loss, mean over the trainings'),
      loss('forgetting_stderr', 'its standard error'),
      loss('forgetting_theory', 'least rise that any network with these losses has (T4-bracket)'),
      plain('steps', 'steps of fine-tuning, mean over those that came to its loss; null where none did'),
      plain('reached', 'trainings that came to both losses'),
      plain('finetuning_number', 'place of the optimiser of fine-tuning in the list, for the figure'),
    ],
  },
  figures: [
    {
      id: 'matrix',
      title: 'Forgetting at matched losses, by optimiser of pre-training',
      table: 'matrix',
      x: { column: 'finetuning_number', label: 'optimiser of fine-tuning, by its place in the list', scale: 'linear' },
      y: { simulation: 'forgetting_sim', error: 'forgetting_stderr', label: 'forgetting', scale: 'linear' },
      series: 'pretraining',
    },
  ],
  resolve(parsed) {
    const raw = parsed;
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
      yield { kind: 'rows', table: 'matrix', rows: [rowOf(pair, optimizers)] };
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

function rowOf(pair: OptimizerPair, optimizers: readonly string[]): Row {
  const mean = (values: readonly number[]) => estimateOf(values).mean;
  const forgetting = estimateOf(pair.forgetting);
  return [
    pair.pretraining,
    pair.finetuning,
    mean(pair.lossBefore),
    mean(pair.lossFt),
    forgetting.mean,
    forgetting.standardError,
    mean(pair.least.map((least, at) => least - pair.lossBefore[at]!)),
    pair.steps.length === 0 ? null : mean(pair.steps),
    pair.reached,
    optimizers.indexOf(pair.finetuning) + 1,
  ];
}
