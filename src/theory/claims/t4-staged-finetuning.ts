import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { flowWeights } from '../riccati.js';
import { stagedIncrement, stagedInflection, stagedPretrainingLoss } from '../staged-finetuning.js';
import { type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, listOf, pluck, singularValue, weighted } from './engine/draws.js';
import { alignedTask, alignedWeights, drawnBases } from './engine/networks.js';
import * as twoTasks from './engine/tuned-modes.js';

/** Two tasks with the same singular vectors, and a checkpoint with some modes learned. */
interface Instance extends twoTasks.Surplus {
  /** Modes in the order in which they are learned. */
  readonly modes: readonly twoTasks.TunedMode[];
  /** Modes learned where the loss is computed from matrices; no more than the width. */
  readonly learned: number;
}

/** Modes that overshoot from some mode on, and not before. */
const turning = fc
  .record({
    modes: listOf(10, fc.record({ sigma: singularValue, kept: twoTasks.keptShare, overshot: twoTasks.overshootShare })),
    turn: fc.nat({ max: 9 }),
  })
  .map(({ modes, turn }) =>
    modes.map(({ sigma, kept, overshot }, index) => ({
      sigma,
      target: sigma * (index < turn % modes.length ? kept : overshot),
    })),
  );

function overshoots({ sigma, target }: twoTasks.TunedMode): boolean {
  return target > 2 * sigma;
}

/** T4: the U-turn of the pre-training loss after fine-tuning. */
export const stagedFineTuning = defineClaim<Instance>({
  id: 'T4',
  title: 'Fine-tuning turns at the first mode that overshoots by more than twice',
  statement:
    'Fine-tuned to convergence on a task with the same singular vectors, a checkpoint with n learned modes has the pre-training loss F(n) with F(n) − F(n−1) = σ_n^ft(σ_n^ft − 2σ_n), so that F never rises up to the last mode n0 with σ_n^ft ≤ 2σ_n, rises strictly from there on, and is least at n0.',
  origin: 'direction: paper, section 4; threshold and closed form: ours',
  domain: fc.record({
    modes: weighted([7, turning], [1, twoTasks.tunedModes(10)]),
    learned: fc.nat({ max: 10 }),
    ...twoTasks.surplusFields,
  }),
  wellFormed: ({ modes, learned, ...surplus }) =>
    twoTasks.areTunedModes(modes) && twoTasks.isSurplus(surplus) && areWhole([learned], 0, Infinity),
  hypotheses: [
    {
      name: 'overshoot',
      statement: 'some mode overshoots: σ_n^ft > 2σ_n',
      holds: ({ modes }) => modes.some(overshoots),
    },
    {
      name: 'no return',
      statement: 'every mode after one that overshoots overshoots too',
      holds: ({ modes }) =>
        modes.every((mode, index) => index === 0 || overshoots(mode) || !overshoots(modes[index - 1]!)),
    },
  ],
  conclusion(instance) {
    const { modes } = instance;
    const task = twoTasks.stagedTask(modes, 0);
    const size = twoTasks.sumOfSquares(modes.flatMap(({ sigma, target }) => [sigma, target]));
    const learned = Math.min(instance.learned, Math.max(1, modes.length - instance.beyond));
    const identity = equal(
      [`F(${learned})`, stagedPretrainingLoss(task, learned)],
      ['‖W1W2 − A‖² in the limit of the flow on A_ft', lossOfLimit(instance, learned)],
      1e-10 * size,
    );
    const increments = modes.map(({ sigma, target }, index) => {
      const mode = index + 1;
      return equal(
        [`F(${mode}) − F(${index})`, stagedPretrainingLoss(task, mode) - stagedPretrainingLoss(task, index)],
        ['σ^ft(σ^ft − 2σ)', target * (target - 2 * sigma)],
        1e-14 * size,
      );
    });
    return tightest([identity, ...increments, ...turnIsRight(modes)]);
  },
  toleranceReason:
    'the limit of the flow comes from an eigenbasis of the task, whose error is some thousand roundings of its largest values; increments are differences of sums of at most 10 squares; signs are exact',
});

function lossOfLimit(instance: Instance, learned: number): number {
  const modes = twoTasks.stagedModes(instance.modes, learned);
  const problem = twoTasks.tunedProblem(modes, instance);
  // In turned bases the rounding of zeros would be learned in the end: unlearned modes are a saddle.
  const bases = drawnBases(problem.rows, problem.hidden, problem.cols, 0);
  const checkpoint = alignedWeights(bases, pluck(problem.modes, 'start'));
  const goal = alignedTask(bases, twoTasks.targetsOf(modes, problem));
  const { first, second } = flowWeights(checkpoint.first, checkpoint.second, goal, Infinity);
  const residual = Matrix.sub(first.mmul(second), alignedTask(bases, problem.spectrum));
  return residual.dot(residual);
}

/** That `F` falls or stays up to the last mode that does not overshoot, and rises from there to the end. */
function turnIsRight(modes: readonly twoTasks.TunedMode[]): Conclusion[] {
  const task = twoTasks.stagedTask(modes, 0);
  const turn = modes.filter((mode) => !overshoots(mode)).length;
  const rises = modes.map((_, index) => stagedIncrement(task, index + 1) > 0);
  const rising = equal(
    [`modes that raise F, of those after n0 = ${turn}`, rises.slice(turn).filter(Boolean).length],
    ['all of them, one at least', Math.max(1, modes.length - turn)],
    1e-9,
  );
  const falling = equal(
    [`modes that raise F, of those up to n0 = ${turn}`, rises.slice(0, turn).filter(Boolean).length],
    ['none', 0],
    1e-9,
  );
  const useful = modes.map(({ sigma, target }) => target > 0 && target < 2 * sigma);
  const least = equal(
    ['fewest modes with the least F', stagedInflection(task)],
    ['last mode that lowers F', useful.lastIndexOf(true, turn - 1) + 1],
    1e-9,
  );
  return turn > 0 ? [rising, falling, least] : [rising, falling];
}
