import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { effectiveSpeed, effectiveTask, effectiveValue, regularizationFloor } from '../finetuning.js';
import { descendWeights } from '../rotated-finetuning.js';
import { type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, decades, dimension, drawnMatrix, matrixSeed, weighted } from './engine/draws.js';

/** Any weights, any task, an anchor, a pull and a learning rate. */
const domain = fc.record({
  rows: dimension,
  hidden: dimension,
  cols: dimension,
  seed: matrixSeed,
  /** Size of the weights; the task has entries of about 1. */
  scale: decades(-2, 0.5),
  pull: weighted([6, decades(-3, 3)], [1, fc.constantFrom(0, 1, 2)]),
  /** What is pulled to: the product of the checkpoint's weights, or another task (replay of true data). */
  anchor: fc.constantFrom('checkpoint', 'replay'),
  /** Learning rate in units of what keeps a step of the regularised loss small. */
  rate: decades(-3, -1),
  steps: fc.nat({ max: 4 }),
});

type Instance = Drawn<typeof domain>;

/** T5: fine-tuning that is pulled to an anchor is plain fine-tuning to another task, in faster time. */
export const regularizedFineTuning = defineClaim({
  id: 'T5',
  title: 'Regularised fine-tuning is plain fine-tuning to a nearer task',
  statement:
    'For any weights, any task A_ft, any anchor W_0 and any λ ≥ 0, L_ft + λ‖W − W_0‖² = (1+λ)‖W − A_eff‖² + λ/(1+λ)‖A_ft − W_0‖² with A_eff = (A_ft + λW_0)/(1+λ), so gradient descent on it with rate η makes the very steps of plain gradient descent toward A_eff with rate (1+λ)η.',
  origin: 'the regularised loss: paper, section 4; the equivalence: ours',
  domain,
  wellFormed: ({ rows, hidden, cols, steps, pull, rate, scale }) =>
    areWhole([rows, hidden, cols], 1, 12) &&
    areWhole([steps], 0, 8) &&
    areWithin([pull, rate], 0, Infinity) &&
    scale > 0,
  hypotheses: [],
  conclusion(instance) {
    const start = startOf(instance);
    const { first, second, task, anchor } = start;
    const { pull } = instance;
    const product = first.mmul(second);
    const size = squared(product) + squared(task) + squared(anchor);
    const parts: Conclusion[] = [
      equal(
        [
          '(1+λ)‖W − A_eff‖² + λ/(1+λ)‖A_ft − W_0‖²',
          effectiveSpeed(pull) * squared(Matrix.sub(product, effectiveTask(task, anchor, pull))) +
            regularizationFloor(task, anchor, pull),
        ],
        ['‖W − A_ft‖² + λ‖W − W_0‖²', squared(Matrix.sub(product, task)) + pull * squared(Matrix.sub(product, anchor))],
        1e-13 * (1 + pull) * size,
      ),
      equal(
        ['an entry of A_eff by the rule for one mode', effectiveValue(task.get(0, 0), anchor.get(0, 0), pull)],
        ['(a + λw)/(1+λ)', (task.get(0, 0) + pull * anchor.get(0, 0)) / (1 + pull)],
        1e-14 * (Math.abs(task.get(0, 0)) + Math.abs(anchor.get(0, 0))),
      ),
    ];
    return tightest([...parts, stepsAgree(instance, start)]);
  },
  toleranceReason:
    '1e-13 of the squared entries that are added: some hundred roundings of products and sums of at most 12 terms; steps that are small against their stability limit amplify a rounding by less than 10',
});

interface Start {
  readonly first: Matrix;
  readonly second: Matrix;
  readonly task: Matrix;
  readonly anchor: Matrix;
}

function startOf({ rows, hidden, cols, seed, scale, anchor }: Instance): Start {
  const first = drawnMatrix(rows, hidden, 4 * seed + 1).mul(scale);
  const second = drawnMatrix(hidden, cols, 4 * seed + 2).mul(scale);
  const anchored = anchor === 'checkpoint' ? first.mmul(second) : drawnMatrix(rows, cols, 4 * seed + 4);
  return { first, second, task: drawnMatrix(rows, cols, 4 * seed + 3), anchor: anchored };
}

/** Descent toward A_eff beside descent on the regularised loss with its gradient written out. */
function stepsAgree({ pull, rate, steps, scale }: Instance, start: Start): Conclusion {
  const { task, anchor } = start;
  const reach = Math.sqrt(squared(task) + squared(anchor)) + squared(start.first) + squared(start.second) + scale;
  const stepSize = rate / ((1 + pull) * reach);
  const plain = descendWeights(
    start.first,
    start.second,
    effectiveTask(task, anchor, pull),
    effectiveSpeed(pull) * stepSize,
    steps,
  );
  let { first, second } = start;
  for (let step = 0; step < steps; step++) {
    const product = first.mmul(second);
    const residual = Matrix.sub(product, task)
      .add(Matrix.sub(product, anchor).mul(pull))
      .mul(2 * stepSize);
    const next = Matrix.sub(first, residual.mmul(second.transpose()));
    second = Matrix.sub(second, first.transpose().mmul(residual));
    first = next;
  }
  const distance = Math.sqrt(squared(Matrix.sub(plain.first, first)) + squared(Matrix.sub(plain.second, second)));
  const norm = Math.sqrt(squared(first) + squared(second));
  return equal(
    [`distance of the weights after ${steps} steps, as a share of their norm`, norm === 0 ? distance : distance / norm],
    ['none', 0],
    1e-12,
  );
}

function squared(matrix: Matrix): number {
  return matrix.dot(matrix);
}
