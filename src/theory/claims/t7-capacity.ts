import * as fc from 'fast-check';
import { EigenvalueDecomposition, Matrix, solve } from 'ml-matrix';
import { mixture, sharedOptimum } from '../capacity.js';
import { atLeast, type Conclusion, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, dimension, drawnMatrix, matrixSeed, weighted } from './engine/draws.js';
import { beside } from './engine/networks.js';

/** T7: what a shared hidden width can hold of two tasks. */
export const sharedCapacity = defineClaim({
  id: 'T7',
  title: 'Capacity of a shared hidden layer',
  statement:
    'Two tasks on disjoint blocks of inputs that share a hidden width h and count 1−m and m have the least joint loss Σ_{k>h} sv_k([√(1−m)A_1, √m A_2])²; some weights reach it and none beat it.',
  origin: 'ours, by the theorem of Eckart and Young (1936)',
  /** Two tasks on disjoint blocks of inputs, a shared width, and how much the second task counts. */
  domain: fc.record({
    rows: dimension,
    hidden: dimension,
    oldCols: dimension,
    newCols: dimension,
    /** Share of the new task in hundredths. */
    percent: weighted([8, fc.integer({ min: 0, max: 100 })], [1, fc.constantFrom(0, 50, 100)]),
    seed: matrixSeed,
    /** Rank of the old task, or more for a full one. */
    rank: dimension,
  }),
  wellFormed: ({ rows, hidden, oldCols, newCols, percent, seed, rank }) =>
    areWhole([rows, hidden, oldCols, newCols, rank], 1, 12) && Number.isInteger(seed) && areWithin([percent], 0, 100),
  hypotheses: [],
  conclusion(instance) {
    const { rows, hidden, oldCols, newCols, percent, seed, rank } = instance;
    const share = percent / 100;
    const old = drawnMatrix(rows, rank, 5 * seed + 1).mmul(drawnMatrix(rank, oldCols, 5 * seed + 2));
    const added = drawnMatrix(rows, newCols, 5 * seed + 3);
    const optimum = sharedOptimum(mixture(old, added, share), hidden);
    const counted = [Matrix.mul(old, Math.sqrt(1 - share)), Matrix.mul(added, Math.sqrt(share))];
    const gram = counted.reduce((sum, task) => sum.add(task.mmul(task.transpose())), Matrix.zeros(rows, rows));
    const size = gram.trace();
    const tail = new EigenvalueDecomposition(gram, { assumeSymmetric: true }).realEigenvalues
      .sort((a, b) => b - a)
      .slice(hidden)
      .reduce((sum, value) => sum + value, 0);
    const [oldSecond, newSecond] = optimum.seconds;
    const oldLoss = squaredDistance(optimum.first.mmul(oldSecond!), old);
    const newLoss = squaredDistance(optimum.first.mmul(newSecond!), added);
    const tolerance = 1e-13 * (size + 1e-300);
    return tightest([
      equal(
        ['least joint loss', optimum.loss],
        ['eigenvalues of (1−m)A_1A_1ᵀ + m A_2A_2ᵀ beyond the h-th', tail],
        tolerance,
      ),
      equal(
        ['joint loss of the weights that reach it', (1 - share) * oldLoss + share * newLoss],
        ['least joint loss', tail],
        tolerance,
      ),
      ...optimum.taskLosses.map((loss, index) =>
        equal(
          [`loss of task ${index + 1} as reported`, loss],
          ['by its weights', index === 0 ? oldLoss : newLoss],
          1e-13 * (squaredDistance(old, old.clone().mul(0)) + squaredDistance(added, added.clone().mul(0))),
        ),
      ),
      notBeaten(counted, hidden, seed, tail, tolerance),
    ]);
  },
  toleranceReason:
    '1e-13 of the squared norm of the weighted tasks: eigenvalues of a symmetric matrix of at most 12 rows and products of such matrices, a few hundred roundings',
});

/** Alternating least squares from random weights, an honest rival: its joint loss is nowhere below the least. */
function notBeaten(
  counted: readonly Matrix[],
  hidden: number,
  seed: number,
  least: number,
  tolerance: number,
): Conclusion {
  const joint = beside(counted[0]!, counted[1]!);
  let first = drawnMatrix(joint.rows, Math.min(hidden, joint.rows), 5 * seed + 4);
  let second = leastSquares(first, joint);
  for (let round = 0; round < 3; round++) {
    first = leastSquares(second.transpose(), joint.transpose()).transpose();
    second = leastSquares(first, joint);
  }
  return atLeast(
    ['joint loss of weights found by alternating least squares', squaredDistance(first.mmul(second), joint)],
    ['least joint loss', least],
    tolerance,
  );
}

/** Some `x` with small `‖left x − right‖²`, by slightly damped normal equations; any x would do for the claim. */
function leastSquares(left: Matrix, right: Matrix): Matrix {
  const transposed = left.transpose();
  const gram = transposed.mmul(left);
  const damping = 1e-9 * (gram.trace() / gram.rows) + 1e-30;
  return solve(gram.add(Matrix.eye(gram.rows).mul(damping)), transposed.mmul(right));
}

function squaredDistance(left: Matrix, right: Matrix): number {
  const difference = Matrix.sub(left, right);
  return difference.dot(difference);
}
