import * as fc from 'fast-check';
import { EigenvalueDecomposition, Matrix, solve } from 'ml-matrix';
import { jointLosses, mixture, oldLossFloor, oldLossFloorOnGrid, sharedOptimum } from '../capacity.js';
import { atLeast, atMost, type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import { areWhole, areWithin, dimension, drawnMatrix, matrixSeed, weighted } from './engine/draws.js';
import { beside, matrixDistance } from './engine/networks.js';

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
    const eigenvalues = new EigenvalueDecomposition(gram, { assumeSymmetric: true }).realEigenvalues;
    const beyond = eigenvalues.sort((a, b) => b - a).slice(hidden);
    const tail = beyond.reduce((sum, value) => sum + value, 0);
    const losses = [old, added].map((task, index) =>
      squaredDistance(optimum.first.mmul(optimum.seconds[index]!), task),
    );
    const joint = (1 - share) * losses[0]! + share * losses[1]!;
    const size = old.dot(old) + added.dot(added);
    const tolerance = 1e-13 * (gram.trace() + 1e-300);
    return tightest([
      equal(
        ['least joint loss', optimum.loss],
        ['eigenvalues of (1−m)A_1A_1ᵀ + m A_2A_2ᵀ beyond the h-th', tail],
        tolerance,
      ),
      equal(['joint loss of the weights that reach it', joint], ['least joint loss', tail], tolerance),
      ...optimum.taskLosses.map((loss, index) =>
        equal([`loss of task ${index + 1} as reported`, loss], ['by its weights', losses[index]!], 1e-13 * size),
      ),
      notBeaten(beside(counted[0]!, counted[1]!), hidden, seed, tail, tolerance),
    ]);
  },
  toleranceReason:
    '1e-13 of the squared norm of the weighted tasks: eigenvalues of a symmetric matrix of at most 12 rows and products of such matrices, a few hundred roundings',
});

/** Alternating least squares from random weights, an honest rival: its joint loss is nowhere below the least. */
function notBeaten(joint: Matrix, hidden: number, seed: number, least: number, tolerance: number): Conclusion {
  let first = drawnMatrix(joint.rows, Math.min(hidden, joint.rows), 5 * seed + 4);
  let second = leastSquares(first, joint);
  for (let round = 0; round < 3; round++) {
    first = leastSquares(second.transpose(), joint.transpose()).transpose();
    second = leastSquares(first, joint);
  }
  const found = squaredDistance(first.mmul(second), joint);
  const label = 'joint loss of weights found by alternating least squares';
  return atLeast([label, found], ['least joint loss', least], tolerance);
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

/** Two tasks that share a hidden layer, and how weights for them are found. */
const domain = fc.record({
  rows: dimension,
  hidden: fc.integer({ min: 1, max: 8 }),
  oldCols: fc.integer({ min: 1, max: 8 }),
  newCols: fc.integer({ min: 1, max: 8 }),
  /** Share of the new task in hundredths, of the weights that attain the floor. */
  percent: fc.integer({ min: 0, max: 95 }),
  seed: matrixSeed,
  /** Gradient-descent steps that the rival weights have made. */
  steps: fc.nat({ max: 30 }),
});

type Instance = Drawn<typeof domain>;

/** T7-forgetting: no way of fine-tuning forgets less. */
export const forgettingFloor = defineClaim({
  id: 'T7-forgetting',
  title: 'What a new task must cost an old one',
  statement:
    'Of two tasks on disjoint blocks of inputs that share a hidden width h, any network with the loss L_2 on the second has a loss of at least (J(m) − m L_2)/(1−m) on the first, for every 0 ≤ m < 1, with J(m) the least joint loss of T7; the weights of least joint loss attain it for their m, and for another m′ are above it by at most (m′−m)(Δ(m)−Δ(m′))/(1−m′), with Δ their loss on the second minus that on the first.',
  origin: 'ours, from T7 by Lagrangian duality',
  domain,
  wellFormed: ({ rows, hidden, oldCols, newCols, percent, seed, steps }) =>
    areWhole([rows, hidden, oldCols, newCols], 1, 12) &&
    Number.isInteger(seed) &&
    areWithin([percent], 0, 95) &&
    areWhole([steps], 0, 50),
  hypotheses: [],
  conclusion(instance) {
    const { rows, hidden, oldCols, newCols, percent, seed } = instance;
    const old = drawnMatrix(rows, oldCols, 4 * seed + 1);
    const added = drawnMatrix(rows, newCols, 4 * seed + 2);
    const size = old.norm() ** 2 + added.norm() ** 2;
    const floor = oldLossFloorOnGrid(old, added, hidden);
    const share = percent / 100;
    const lossesAt = (m: number) => {
      const optimum = sharedOptimum(mixture(old, added, m), hidden);
      return [old, added].map((task, index) => matrixDistance(optimum.first.mmul(optimum.seconds[index]!), task) ** 2);
    };
    const [oldLoss, newLoss] = lossesAt(share);
    const near = nearestOfGrid(share);
    const [oldNear, newNear] = lossesAt(near);
    const above = ((near - share) * (newLoss! - oldLoss! - (newNear! - oldNear!))) / (1 - near);
    const same = { label: 'the same loss', value: oldLoss! };
    return tightest([
      equal(
        ['loss on the first task of the weights of least joint loss', oldLoss!],
        ['its floor at their m', oldLossFloor(jointLosses(old, added, [hidden], [share])[0]!, newLoss!)],
        1e-11 * size,
      ),
      atLeast(same, ['the floor over all m', floor(newLoss!)], 1e-9 * size),
      atMost(same, ['the floor over all m, and what their spacing leaves', floor(newLoss!) + above], 1e-9 * size),
      byDescent(instance, old, added, floor, 1e-9 * size),
    ]);
  },
  toleranceReason:
    'singular values of matrices of at most 12 rows to 1e-14 of the squared norm, divided by 1 − m, which is at least e^-9',
});

/** The share of the grid of `jointLosses`, a quarter apart in log-odds, that is nearest in these; 0 is of the grid. */
function nearestOfGrid(share: number): number {
  if (share === 0) return 0;
  return 1 / (1 + Math.exp(-Math.round(4 * Math.log(share / (1 - share))) / 4));
}

/** Weights that gradient descent finds, an honest rival. */
function byDescent(
  { rows, hidden, seed, steps, percent }: Instance,
  old: Matrix,
  added: Matrix,
  floor: (lossNew: number) => number,
  tolerance: number,
): Conclusion {
  const first = drawnMatrix(rows, hidden, 4 * seed + 3);
  // Both tasks side by side are one, whose columns count each with the weight of its task.
  const task = beside(old, added);
  const [onOld, onAdded] = [old, added].map(({ columns }, index) => drawnMatrix(hidden, columns, 4 * seed + 4 + index));
  const second = beside(onOld!, onAdded!);
  const share = percent / 100;
  const weights = Array.from({ length: task.columns }, (_, column) => (column < old.columns ? 1 - share : share));
  for (let step = 0; step < steps; step++) {
    const rate = 1 / (8 * (first.norm() ** 2 + second.norm() ** 2 + old.norm() + added.norm()));
    const residual = first.mmul(second).sub(task).mulRowVector(weights);
    const force = residual.mul(2 * rate);
    const change = force.mmul(second.transpose());
    second.sub(first.transpose().mmul(force));
    first.sub(change);
  }
  const residual = first.mmul(second).sub(task);
  const lossOf = (from: number, to: number) => residual.subMatrix(0, rows - 1, from, to - 1).norm() ** 2;
  return atLeast(
    ['loss on the first task of weights by gradient descent', lossOf(0, old.columns)],
    ['its floor at their loss on the second', floor(lossOf(old.columns, task.columns))],
    tolerance,
  );
}
