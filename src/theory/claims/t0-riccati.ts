import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { imbalanceMatrix, imbalanceOf, type Weights } from '../balance.js';
import { flowFromBasis, flowWeights, riccatiBasis } from '../riccati.js';
import { type Conclusion, type Drawn, defineClaim, equal, tightest } from './engine/claim.js';
import * as draws from './engine/draws.js';
import { flowByTaylor, longestStep } from './engine/integration.js';
import { beside, diagonalInBases, matrixDistance, vanishes } from './engine/networks.js';

const factor = draws.weighted([4, draws.quotients(1, 12, 8)], [3, draws.decades(-6, 0)], [1, fc.constant(0)]);

/** A task and a start in singular bases of their own, and a time. */
const domain = fc
  .record({
    /** Singular values of the task in any order, and the smaller of the two factors of the start in as many directions. */
    modes: draws.listOf(6, fc.record({ sigma: draws.weighted([6, draws.singularValue], [1, fc.constant(0)]), factor })),
    /** Rows and columns beyond the number of modes. */
    extraRows: fc.nat({ max: 3 }),
    extraCols: fc.nat({ max: 3 }),
    hidden: fc.integer({ min: 1, max: 9 }),
    /** `ℓ`; positive ones need `hidden ≤ rows`, negative ones `hidden ≤ cols`. */
    imbalance: draws.weighted(
      [2, fc.constant(0)],
      [1, draws.decades(-3, 1)],
      [1, draws.decades(-3, 1).map((size) => -size)],
    ),
    /** Factor of the first hidden unit of `W1`: 1 for a λ-balanced start. */
    skew: draws.weighted([9, fc.constant(1)], [1, fc.constantFrom(2, 0.5, 1.1)]),
    /** Seed of the singular vectors of the task, and of the start: equal ones make an aligned start. */
    taskSeed: draws.matrixSeed,
    startSeed: draws.matrixSeed,
    aligned: fc.constantFrom(true, false, false),
    exponent: draws.weighted([9, draws.decades(-2, 3)], [1, fc.constant(0)]),
  })
  .map(({ exponent, imbalance, aligned, ...rest }) => {
    const largest = rest.modes.reduce((most, { sigma }) => Math.max(most, sigma), Math.abs(imbalance) / 2);
    const time = Number((exponent / (4 * (largest || 1))).toPrecision(3));
    const smaller = rest.modes.length + (imbalance > 0 ? rest.extraRows : rest.extraCols);
    const startSeed = aligned ? rest.taskSeed : rest.startSeed;
    return { ...rest, startSeed, imbalance: rest.hidden <= smaller ? imbalance : 0, time };
  });

type Instance = Drawn<typeof domain>;

/** T0-riccati: gradient flow from every λ-balanced start, for every task. */
export const riccatiFlow = defineClaim({
  id: 'T0-riccati',
  title: 'Gradient flow in closed form from every λ-balanced start',
  statement:
    'From a start with W1ᵀW1 − W2W2ᵀ = ℓI, for any shapes, task and singular vectors, the stacked weights Q = [W1; W2ᵀ] under gradient flow have QQᵀ(t) = e^{2Ft}Q_0(I + 2Q_0ᵀ ∫_0^t e^{4Fr}dr Q_0)^{−1}Q_0ᵀe^{2Ft} with F = [[ℓ/2·I, A], [Aᵀ, −ℓ/2·I]].',
  origin: 'Fukumizu 1998; Braun et al. 2022; Dominé et al. 2024 for ℓ ≠ 0; the stable evaluation: ours',
  domain,
  wellFormed: ({ modes, extraRows, extraCols, hidden, imbalance, skew, time }) =>
    modes.length > 0 &&
    modes.every(({ sigma, factor }) => draws.areWithin([sigma], 0, 1e6) && draws.areWithin([factor], 0, 1e3)) &&
    draws.areWhole([extraRows, extraCols], 0, 12) &&
    draws.areWhole([hidden], 1, 24) &&
    Math.abs(imbalance) <= 1e6 &&
    (imbalance === 0 || hidden <= modes.length + (imbalance > 0 ? extraRows : extraCols)) &&
    draws.areWithin([skew], Number.MIN_VALUE, 1e3) &&
    time >= 0,
  hypotheses: [
    {
      name: 'λ-balanced',
      statement: 'the start is λ-balanced: W1ᵀW1 − W2W2ᵀ is a multiple of the identity',
      holds: ({ modes, hidden, imbalance, skew }) =>
        skew === 1 || hidden === 1 || (modes[0]!.factor === 0 && imbalance <= 0),
    },
  ],
  conclusion(instance) {
    const { time } = instance;
    const { task, start } = buildNetwork(instance);
    // Off the hypothesis there is no ℓ: the mean of the squares is as good as any.
    const basis = riccatiBasis(task, imbalanceOf(start.first, start.second) ?? meanImbalance(start));
    const flow = (from: Weights, duration: number) => flowFromBasis(basis, from.first, from.second, duration);
    const step = (from: Weights) => Math.min(1, longestStep(from.first, from.second, task));
    const soon = 3 * step(start);
    const now = flow(start, time);
    const next = time + step(now);
    const then = flow(start, next);
    const exponent = 4 * next * basis.eigenvalues.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return tightest([
      same(`at time ${soon}, from the start`, flow(start, soon), flowByTaylor(start.first, start.second, task, soon)),
      same(`at time ${next}, from ${time} on`, then, flowByTaylor(now.first, now.second, task, next - time), exponent),
      same(`at time ${next}, in two legs`, then, flow(now, next - time), exponent),
      conserves(start, now, time),
      restsAt(flow(start, Infinity), task),
      neverGrows(instance.modes),
      recognised(start, task, now, time),
    ]);
  },
  toleranceReason:
    'rounding of some tens of units in the last place of ‖QQᵀ‖ per row and column of Q, and of some units of the largest exponent 4|λ|t',
});

/** The task, and weights with orthogonal columns in a random hidden basis whose squared lengths differ by the imbalance. */
function buildNetwork(instance: Instance): { task: Matrix; start: Weights } {
  const { modes, extraRows, extraCols, hidden, imbalance, skew, taskSeed, startSeed } = instance;
  const [rows, cols] = [modes.length + extraRows, modes.length + extraCols];
  const task = diagonalInBases(
    draws.drawnOrthogonal(rows, taskSeed),
    draws.pluck(modes, 'sigma'),
    draws.drawnOrthogonal(cols, taskSeed),
  );
  const [left, right] = [draws.drawnOrthogonal(rows, startSeed), draws.drawnOrthogonal(cols, startSeed)];
  const inner = draws.drawnOrthogonal(hidden, startSeed);
  const [first, second] = [Matrix.zeros(rows, hidden), Matrix.zeros(hidden, cols)];
  for (let unit = 0; unit < hidden; unit++) {
    const square = (modes[unit]?.factor ?? 0) ** 2;
    const onFirst = Math.sqrt(square + Math.max(imbalance, 0)) * (unit === 0 ? skew : 1);
    const onSecond = Math.sqrt(square + Math.max(-imbalance, 0));
    for (let row = 0; row < rows && onFirst > 0; row++) first.set(row, unit, onFirst * left.get(row, unit));
    for (let col = 0; col < cols && onSecond > 0; col++) second.set(unit, col, onSecond * right.get(col, unit));
  }
  return { task, start: { first: first.mmul(inner), second: inner.transpose().mmul(second) } };
}

/** `ℓ` from the traces: `(‖W1‖² − ‖W2‖²)/h`. */
function meanImbalance({ first, second }: Weights): number {
  return (first.norm() ** 2 - second.norm() ** 2) / first.columns;
}

/** Rounding of `QQᵀ`, relative to its norm. */
function rounding({ first, second }: Weights): number {
  return 1e-14 * (first.rows + first.columns + second.columns);
}

/** Weights agree up to a rotation of the hidden units, `QQᵀ` is the same: each exponential has the rounding of its exponent. */
function same(label: string, left: Weights, right: Weights, exponent = 0): Conclusion {
  const [leftSquare, rightSquare] = [outer(left), outer(right)];
  return vanishes(
    `distance of QQᵀ ${label}, from integration`,
    matrixDistance(leftSquare, rightSquare),
    (rounding(left) + 4 * Number.EPSILON * exponent) * rightSquare.norm() + Number.MIN_VALUE,
  );
}

/** `W1ᵀW1 − W2W2ᵀ` is what it was at the start. */
function conserves(start: Weights, now: Weights, time: number): Conclusion {
  const size = (start.first.norm() + start.second.norm() + now.first.norm() + now.second.norm()) ** 2;
  const change = matrixDistance(explicitImbalance(now), explicitImbalance(start));
  const own = matrixDistance(imbalanceMatrix(now.first, now.second), explicitImbalance(now));
  const tolerance = rounding(now) * size + Number.MIN_VALUE;
  return vanishes(`change of W1ᵀW1 − W2W2ᵀ until time ${time}`, change + own, tolerance);
}

/** `W1ᵀW1 − W2W2ᵀ`, entry by entry. */
function explicitImbalance({ first, second }: Weights): Matrix {
  const hidden = first.columns;
  const result = Matrix.zeros(hidden, hidden);
  for (let left = 0; left < hidden; left++) {
    for (let right = 0; right < hidden; right++) {
      let onFirst = 0;
      for (let row = 0; row < first.rows; row++) onFirst += first.get(row, left) * first.get(row, right);
      let onSecond = 0;
      for (let col = 0; col < second.columns; col++) onSecond += second.get(left, col) * second.get(right, col);
      result.set(left, right, onFirst - onSecond);
    }
  }
  return result;
}

/** The limit is a critical point. */
function restsAt({ first, second }: Weights, task: Matrix): Conclusion {
  const residual = first.mmul(second).sub(task);
  const slope = Math.hypot(residual.mmul(second.transpose()).norm(), first.transpose().mmul(residual).norm());
  const size = first.norm() ** 2 + second.norm() ** 2;
  const tolerance = rounding({ first, second }) * Math.sqrt(size) * (size + task.norm()) + Number.MIN_VALUE;
  return vanishes('gradient of the limit', slope, tolerance);
}

/** `imbalanceOf` finds ℓ where there is one, and `flowWeights` then does what `flowFromBasis` does. */
function recognised(start: Weights, task: Matrix, now: Weights, time: number): Conclusion {
  const { first, second } = start;
  const mean = meanImbalance(start);
  const hidden = first.columns;
  const size = first.norm() ** 2 + second.norm() ** 2;
  const departure = matrixDistance(imbalanceMatrix(first, second), Matrix.eye(hidden, hidden, mean));
  const found = imbalanceOf(first, second);
  if (found !== null && departure <= 1e-12 * size) {
    return tightest([
      equal(['ℓ', found], ['(‖W1‖² − ‖W2‖²)/h', mean], rounding(start) * size + Number.MIN_VALUE),
      same(`at time ${time}, by flowWeights`, flowWeights(first, second, task, time), now),
    ]);
  }
  return equal(
    ['imbalance found', found === null ? 0 : 1],
    ['there is one', departure <= 1e-12 * size ? 1 : 0],
    departure <= 1e-12 * size || departure >= 1e-8 * size ? Number.MIN_VALUE : 1,
  );
}

function outer({ first, second }: Weights): Matrix {
  const stacked = beside(first.transpose(), second).transpose();
  return stacked.mmul(stacked.transpose());
}

/** Orthogonal columns of equal length with whole entries, so that products with short binary fractions are exact. */
const WHOLE_BASES = [
  [[1]],
  [
    [1, 1],
    [1, -1],
  ],
  [
    [1, 2, 2],
    [2, 1, -2],
    [2, -2, 1],
  ],
];

/**
 * Modes that the start lacks exactly stay away for ever, and all others are learned: the last three of them at most, rounded
 * to binary fractions, in a basis in which nothing else is rounded.
 */
function neverGrows(modes: Instance['modes']): Conclusion {
  const basis = new Matrix(WHOLE_BASES[Math.min(modes.length, WHOLE_BASES.length) - 1]!);
  const some = modes.slice(-basis.rows);
  // Where singular values are close or differ by decades, the rounding errors of the computed singular vectors are large.
  const sigmas = some.map(({ sigma }) => Math.round(4 * Math.min(sigma, 3)) / 4);
  const factors = some.map(({ factor }) => Math.round(1024 * factor) / 1024);
  const task = diagonalInBases(basis, sigmas, basis);
  const first = Matrix.mul(basis, 1).mulRowVector(factors);
  const { first: left, second: right } = flowWeights(first, first.transpose(), task, Infinity);
  const learned = sigmas.map((sigma, index) => (factors[index] === 0 ? 0 : sigma));
  return vanishes(
    `distance of the limit from the learned part of diag(${sigmas}), factors ${factors}`,
    matrixDistance(left.mmul(right), diagonalInBases(basis, learned, basis)),
    1e-12 * (1 + task.norm()),
  );
}
