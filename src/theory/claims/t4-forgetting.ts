import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { fineTune } from '../finetuning.js';
import { flowWeights } from '../riccati.js';
import { stagedForgetting } from '../staged-finetuning.js';
import { atLeast, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, decades, pluck, weighted } from './engine/draws.js';
import { alignedTask, alignedWeights, drawnBases, matrixDistance } from './engine/networks.js';
import * as twoTasks from './engine/tuned-modes.js';

/** Two tasks with the same singular vectors, a checkpoint, and how it is fine-tuned. */
const domain = fc.record({
  modes: twoTasks.tunedModes(9),
  learned: fc.integer({ min: 1, max: 9 }),
  /** How much of its σ each learned mode has. */
  share: weighted([6, fc.constant(1)], [1, decades(-3, 1)]),
  pull: twoTasks.pullWeight,
  /** Time of the fine-tuning flow. */
  time: fc.oneof(decades(-3, 3), fc.constant('limit' as const)),
  ...twoTasks.surplusFields,
});

type Instance = Drawn<typeof domain>;

/** T4: forgetting grows with the number of learned modes. */
export const forgetting = defineClaim({
  id: 'T4-forgetting',
  title: 'Every learned mode is one more to forget',
  statement:
    'The rise of the pre-training loss by fine-tuning a checkpoint with n fully learned modes on a task with the same singular vectors never decreases with n, after any time of gradient flow and with any pull λ toward the checkpoint; at convergence it is Σ_{i≤n} ((σ_i^ft − σ_i)/(1+λ))².',
  origin: 'ours',
  domain,
  wellFormed: ({ modes, learned, share, pull, time, ...surplus }) =>
    twoTasks.areTunedModes(modes) &&
    twoTasks.isSurplus(surplus) &&
    areWhole([learned], 1, Infinity) &&
    areWithin([share], Number.MIN_VALUE, 100) &&
    areWithin([pull], 0, 1e6) &&
    (time === 'limit' || time >= 0),
  hypotheses: [
    {
      name: 'fully learned',
      statement: 'the learned modes of the checkpoint are at their σ_i',
      holds: ({ share }) => share === 1,
    },
  ],
  conclusion(instance) {
    const { modes, pull, share } = instance;
    const learned = Math.min(instance.learned, modes.length, Math.max(1, modes.length - instance.beyond));
    const size = twoTasks.sumOfSquares(modes.flatMap(({ sigma, target }) => [sigma * Math.max(1, share), target]));
    const [before, after] = [learned - 1, learned].map((n) => forgotten(instance, n));
    const growth = atLeast(
      [`forgetting with ${learned} learned modes`, after!],
      ['with one fewer', before!],
      1e-13 * size,
    );
    if (share !== 1) return growth;
    const closedForm = equal(
      ['Σ ((σ^ft − σ)/(1+λ))²', stagedForgetting(twoTasks.stagedTask(modes, pull), learned)],
      ['rise of ‖W1W2 − A‖² in the limit of the flow', forgottenInTheLimit(instance, learned)],
      1e-10 * size,
    );
    return tightest([growth, closedForm]);
  },
  toleranceReason:
    'sums of at most 9 products of differences, each a few roundings; the limit of the flow comes from an eigenbasis of the task, whose error is some thousand roundings of its largest values',
});

function checkpoint({ modes, share }: Instance, learned: number): twoTasks.StartedMode[] {
  return modes.map((mode, index) => ({ ...mode, start: index < learned ? mode.sigma * share : 0 }));
}

function forgotten(instance: Instance, learned: number): number {
  const modes = checkpoint(instance, learned);
  const problem = twoTasks.tunedProblem(modes, instance);
  const { pull, time } = instance;
  return fineTune(problem, 0, {
    target: twoTasks.targetsOf(modes, problem),
    pull,
    anchor: 'checkpoint',
    length: { time: time === 'limit' ? Infinity : time },
  }).forgetting;
}

/** The same at convergence, from weights as matrices. */
function forgottenInTheLimit(instance: Instance, learned: number): number {
  const modes = checkpoint(instance, learned);
  const problem = twoTasks.tunedProblem(modes, instance);
  // In turned bases the rounding of zeros would be learned in the end: unlearned modes are a saddle.
  const bases = drawnBases(problem.rows, problem.hidden, problem.cols, 0);
  const { first, second } = alignedWeights(bases, pluck(problem.modes, 'start'));
  const task = alignedTask(bases, problem.spectrum);
  const start = first.mmul(second);
  const goal = alignedTask(bases, twoTasks.targetsOf(modes, problem))
    .add(Matrix.mul(start, instance.pull))
    .div(1 + instance.pull);
  const end = flowWeights(first, second, goal, Infinity);
  const [before, after] = [start, end.first.mmul(end.second)].map((network) => matrixDistance(network, task));
  return after! ** 2 - before! ** 2;
}
